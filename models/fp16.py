# SPDX-License-Identifier: Apache-2.0
"""Element-wise FP16 arithmetic on bit patterns (contract A2.1 to A2.4).

Every operation takes `np.uint16` arrays of FP16 bits, broadcast against each other, and returns a new one.
Arithmetic rounds once, to nearest even, keeps subnormals, overflows to infinity, and makes every NaN 0x7E00.
"""

import numpy as np
from numpy.typing import NDArray

SIGN = 0x8000
INFINITY = 0x7C00
CANONICAL_NAN = 0x7E00

Fp16 = NDArray[np.uint16]
"""FP16 bit patterns."""


def _values() -> NDArray[np.float64]:
    bits = np.arange(0x10000, dtype=np.uint16)
    bits[is_nan(bits)] = CANONICAL_NAN  # a signalling NaN would raise floating-point warnings
    return bits.view(np.float16).astype(np.float64)


def fma(a: Fp16, b: Fp16, c: Fp16) -> Fp16:
    """Returns `a * b + c`, rounded once.

    float64 is enough: a product p of two FP16 numbers has at most 22 significant bits, so it is exact. Where
    a sum p + c with an FP16 number c is not, its bits span over 53 places: either |p| > 2**18 (c is a
    multiple of 2**-24), and the result is infinite whatever c is, or |p| < |c| / 2**31, and the result is c,
    for no tie is that near. So the sum in float64, rounded once to FP16, is the fused multiply-add.
    """
    with np.errstate(all="ignore"):
        return from_float(PLAIN[a] * PLAIN[b] + PLAIN[c])


def add(a: Fp16, b: Fp16) -> Fp16:
    """Returns `a + b`, rounded once; an exact zero is +0 unless both operands are -0."""
    with np.errstate(all="ignore"):
        return from_float(PLAIN[a] + PLAIN[b])


def mul(a: Fp16, b: Fp16) -> Fp16:
    """Returns `a * b`, rounded once; a zero has the exclusive or of the operands' signs."""
    with np.errstate(all="ignore"):
        return from_float(PLAIN[a] * PLAIN[b])


def minimum(a: Fp16, b: Fp16) -> Fp16:
    """Returns the smaller operand as RISC-V's fmin.

    -0 is less than +0, one NaN gives the other operand, two give 0x7E00.
    """
    return _select(order(a) <= order(b), a, b)


def maximum(a: Fp16, b: Fp16) -> Fp16:
    """Returns the larger operand as RISC-V's fmax.

    -0 is less than +0, one NaN gives the other operand, two give 0x7E00.
    """
    return _select(order(a) >= order(b), a, b)


def is_nan(bits: Fp16) -> NDArray[np.bool_]:
    """Returns where the bits are a NaN."""
    return (bits & 0x7FFF) > INFINITY


def order(bits: Fp16) -> NDArray[np.int16]:
    """Returns integers in the order of the values, -0 just below +0; NaNs lie outside of the infinities."""
    signed = bits.view(np.int16)
    return signed ^ ((signed >> 15) & 0x7FFF)


def to_float(bits: Fp16) -> NDArray[np.float64]:
    """Returns the values of FP16 bits; exact."""
    return PLAIN[bits]


def from_float(values: NDArray[np.float32] | NDArray[np.float64]) -> Fp16:
    """Returns FP16 bits of values, rounded once to nearest even, NaNs canonical."""
    with np.errstate(all="ignore"):
        bits = np.asarray(values).astype(np.float16).view(np.uint16)
    bits[is_nan(bits)] = CANONICAL_NAN
    return bits


def _select(first: NDArray[np.bool_], a: Fp16, b: Fp16) -> Fp16:
    """Returns `a` where `first`, else `b`, but a number where only one of them is a NaN."""
    a_nan, b_nan = is_nan(a), is_nan(b)
    chosen = np.where((first & ~a_nan) | b_nan, a, b)
    return np.where(a_nan & b_nan, CANONICAL_NAN, chosen).astype(np.uint16)


PLAIN = _values()
"""The value of each of the 65536 bit patterns."""
