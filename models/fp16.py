# SPDX-License-Identifier: Apache-2.0
"""Element-wise FP16 arithmetic on bit patterns (contract A2.1 to A2.4).

Every operation takes `np.uint16` arrays of FP16 bits, broadcast against each other, and returns a new one.
Arithmetic rounds once, to nearest even, keeps subnormals, overflows to infinity, and makes every NaN 0x7E00.
"""

import numpy as np
from numpy.typing import NDArray

from models import carrier
from models.carrier import CANONICAL_NAN, INFINITY, PLAIN, SCALED, SIGN

Fp16 = NDArray[np.uint16]
"""FP16 bit patterns."""


def fma(a: Fp16, b: Fp16, c: Fp16) -> Fp16:
    """Returns `a * b + c`, rounded once."""
    with np.errstate(all="ignore"):
        return carrier.round_to_bits(np.asarray(SCALED[a] * PLAIN[b] + SCALED[c]))


def add(a: Fp16, b: Fp16) -> Fp16:
    """Returns `a + b`, rounded once; an exact zero is +0 unless both operands are -0."""
    with np.errstate(all="ignore"):
        return carrier.round_to_bits(np.asarray(SCALED[a] + SCALED[b]))


def mul(a: Fp16, b: Fp16) -> Fp16:
    """Returns `a * b`, rounded once; a zero has the exclusive or of the operands' signs."""
    with np.errstate(all="ignore"):
        return carrier.round_to_bits(np.asarray(SCALED[a] * PLAIN[b]))


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
        return carrier.round_to_bits(np.multiply(values, carrier.SCALE, dtype=np.float64))


def _select(first: NDArray[np.bool_], a: Fp16, b: Fp16) -> Fp16:
    """Returns `a` where `first`, else `b`, but a number where only one of them is a NaN."""
    a_nan, b_nan = is_nan(a), is_nan(b)
    chosen = np.where((first & ~a_nan) | b_nan, a, b)
    return np.where(a_nan & b_nan, CANONICAL_NAN, chosen).astype(np.uint16)


__all__ = [
    "CANONICAL_NAN",
    "INFINITY",
    "SIGN",
    "Fp16",
    "add",
    "fma",
    "from_float",
    "is_nan",
    "maximum",
    "minimum",
    "mul",
    "order",
    "to_float",
]
