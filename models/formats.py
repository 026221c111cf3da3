# SPDX-License-Identifier: Apache-2.0
"""Storage formats and their conversion to and from FP16, the engine's own (contract A2.5 to A2.7).

Both FP8 formats are IEEE-like: the largest exponent field holds infinity and NaN, E4M3's included (it is not
the "fn" variant of OCP). FP8 conversions are tables, made once from the formats' definition in exact float64
arithmetic.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from models import fp16

Bits = NDArray[np.uint8 | np.uint16]
"""Bit patterns of elements: `np.uint8` for FP8, `np.uint16` for FP16 and bfloat16."""


class Format(IntEnum):
    """A storage format; the value is the format field of register MACFG."""

    E5M2 = 0
    FP16 = 1
    E4M3 = 2
    BF16 = 3

    @property
    def itemsize(self) -> int:
        """Bytes an element occupies in memory."""
        return _ITEMSIZES[self]

    @property
    def dtype(self) -> np.dtype[np.uint8 | np.uint16]:
        """Type of arrays that hold bits of this format."""
        return _DTYPES[self]


_ITEMSIZES = tuple(1 if fmt in (Format.E5M2, Format.E4M3) else 2 for fmt in Format)
_DTYPES = tuple(np.dtype(np.uint8) if size == 1 else np.dtype(np.uint16) for size in _ITEMSIZES)

Formats = Format | tuple[Format, Format, Format]
"""One format for all matrices, or those of X, of W, and of Y and Z."""


def per_operand(fmt: Formats) -> tuple[Format, Format, Format]:
    """Returns the formats of X, of W, and of Y and Z."""
    return fmt if isinstance(fmt, tuple) else (fmt, fmt, fmt)


def widen(bits: Bits, fmt: Format) -> NDArray[np.uint16]:
    """Converts bits of a format to FP16.

    FP8 is exact; bfloat16 rounds to nearest even, with overflow to infinity and gradual underflow. A NaN
    becomes 0x7E00, but FP16 bits pass unchanged.

    Args:
        bits: Elements of `fmt`, of any shape, of type `fmt.dtype`.
        fmt: Their format.

    Returns:
        FP16 bits of the same shape; a new array.

    Raises:
        TypeError: the type of `bits` is not that of the format.
    """
    if bits.dtype != fmt.dtype:
        raise TypeError(f"{fmt.name} elements are {fmt.dtype} bits, not {bits.dtype}")
    if fmt is Format.FP16:
        return bits.astype(np.uint16)
    if fmt is Format.BF16:
        return fp16.from_float((bits.astype(np.uint32) << 16).view(np.float32))
    return _FP8_TO_FP16[fmt][bits]


def narrow(fp16_bits: NDArray[np.uint16], fmt: Format) -> Bits:
    """Converts FP16 bits to a format, rounding to nearest even.

    Overflow gives infinity, a NaN the format's canonical one (E5M2 0x7E, E4M3 0x7C, bfloat16 0x7FC0);
    FP16 bits pass unchanged.

    Args:
        fp16_bits: FP16 bits of any shape.
        fmt: The format to convert to.

    Returns:
        Bits of `fmt` of the same shape, of type `fmt.dtype`; a new array.

    Raises:
        TypeError: `fp16_bits` is not of type `np.uint16`.
    """
    if fp16_bits.dtype != np.uint16:
        raise TypeError(f"FP16 elements are uint16 bits, not {fp16_bits.dtype}")
    if fmt is Format.FP16:
        return fp16_bits.copy()
    if fmt is Format.BF16:
        return _to_bfloat16(fp16_bits)
    return _FP16_TO_FP8[fmt][fp16_bits]


def _to_bfloat16(fp16_bits: NDArray[np.uint16]) -> NDArray[np.uint16]:
    single = fp16.to_float(fp16_bits).astype(np.float32).view(np.uint32)
    # Half an ulp minus one, plus the kept part's lowest bit: ties go to the even neighbour. No FP16 value is
    # subnormal or near overflow in bfloat16.
    rounded = (single + (0x7FFF + ((single >> 16) & 1))) >> 16
    return np.where(fp16.is_nan(fp16_bits), 0x7FC0, rounded).astype(np.uint16)


def _minifloat_values(exponent_bits: int, mantissa_bits: int) -> NDArray[np.float64]:
    """Returns the values of an IEEE-like 8-bit format's codes 0x00 .. 0x7F, infinity's and NaNs' left out."""
    codes = np.arange(((1 << exponent_bits) - 1) << mantissa_bits)
    exponent, fraction = codes >> mantissa_bits, codes & ((1 << mantissa_bits) - 1)
    bias = (1 << (exponent_bits - 1)) - 1
    significand = np.where(exponent > 0, fraction + (1 << mantissa_bits), fraction)
    values: NDArray[np.float64] = np.ldexp(
        significand.astype(np.float64), np.maximum(exponent, 1) - bias - mantissa_bits
    )
    return values


def _widening_table(exponent_bits: int, mantissa_bits: int) -> NDArray[np.uint16]:
    finite = fp16.from_float(_minifloat_values(exponent_bits, mantissa_bits))
    nans = np.full(128 - finite.size - 1, fp16.CANONICAL_NAN)
    positive = np.concatenate([finite, [fp16.INFINITY], nans]).astype(np.uint16)
    negative = np.where(positive == fp16.CANONICAL_NAN, positive, positive | fp16.SIGN)
    return np.concatenate([positive, negative]).astype(np.uint16)


def _narrowing_table(exponent_bits: int, mantissa_bits: int) -> NDArray[np.uint8]:
    values = _minifloat_values(exponent_bits, mantissa_bits)
    infinity = values.size
    magnitudes = fp16.to_float(np.arange(fp16.INFINITY, dtype=np.uint16))
    # Codes ascend with their values, so a value's nearest code is that at or below it or the next one. The
    # code after the largest finite one stands for the value that overflow starts to round to.
    ladder = np.append(values, 2 * values[-1] - values[-2])
    below = np.searchsorted(ladder, magnitudes, side="right") - 1
    below = np.minimum(below, infinity - 1)
    excess = (magnitudes - ladder[below]) - (ladder[below + 1] - magnitudes)
    finite = below + ((excess > 0) | ((excess == 0) & (below % 2 == 1)))
    nan = infinity | 1 << (mantissa_bits - 1)
    positive = np.concatenate([finite, [infinity], np.full(0x8000 - fp16.INFINITY - 1, nan)])
    negative = np.where(positive == nan, positive, positive | 0x80)
    return np.concatenate([positive, negative]).astype(np.uint8)


_FP8_TO_FP16 = {Format.E5M2: _widening_table(5, 2), Format.E4M3: _widening_table(4, 3)}
_FP16_TO_FP8 = {Format.E5M2: _narrowing_table(5, 2), Format.E4M3: _narrowing_table(4, 3)}
