# SPDX-License-Identifier: Apache-2.0
"""Numbers in and out of the storage formats, rounded once, as software beside the engine does."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models import fp16
from models.formats import Bits, Format, narrow, widen

Values = NDArray[np.float64]

_PRECISION = {Format.E5M2: 3, Format.FP16: 11, Format.E4M3: 4, Format.BF16: 8}
"""Bits of a normal significand, the hidden one included."""
_LEAST = {Format.E5M2: -14, Format.FP16: -14, Format.E4M3: -6, Format.BF16: -126}
"""Exponents of the least normal numbers."""
_GREATEST = {Format.E5M2: 15, Format.FP16: 15, Format.E4M3: 7, Format.BF16: 127}
"""Exponents of the largest numbers."""


def to_bits(values: ArrayLike, fmt: Format, exponent: int = 0) -> Bits:
    """Rounds `values * 2**exponent` into a format: to nearest even, once, whatever the format.

    Overflow gives infinity, a NaN the format's canonical one.

    Args:
        values: Real numbers of any shape.
        fmt: The format to round into.
        exponent: Power of two that scales them first; exact.

    Returns:
        Bits of `fmt` of the same shape, of type `fmt.dtype`; a new array.
    """
    exact = np.ldexp(np.asarray(values, np.float64), exponent)
    _, scale = np.frexp(exact)  # |exact| < 2**scale
    places = np.maximum(scale, _LEAST[fmt] + 1) - _PRECISION[fmt]
    with np.errstate(invalid="ignore", over="ignore"):
        rounded = np.ldexp(np.rint(np.ldexp(exact, -places)), places)
        if fmt is Format.BF16:
            bits = (rounded.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
            return np.where(np.isnan(rounded), 0x7FC0, bits).astype(np.uint16)
        return narrow(fp16.from_float(rounded), fmt)  # exact but for overflow, since it is rounded already


def to_values(bits: Bits, fmt: Format, exponent: int = 0) -> Values:
    """Returns the numbers that bits of a format stand for, times `2**exponent`; exact.

    Raises:
        TypeError: The type of `bits` is not that of the format.
    """
    if fmt is Format.BF16 and bits.dtype == np.uint16:  # the engine's own widening rounds to FP16
        with np.errstate(invalid="ignore"):  # a signalling NaN becomes quiet
            values = (bits.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    else:
        values = fp16.to_float(widen(bits, fmt))
    return np.ldexp(values, exponent)


def fitting_exponent(values: ArrayLike, fmt: Format, headroom: int = 0) -> int:
    """Returns the power of two that brings the largest magnitude just below the end of a format.

    Args:
        values: Real numbers of any shape; infinities and NaNs do not count.
        fmt: The format.
        headroom: Powers of two that are left free above it, for sums that grow.

    Returns:
        The exponent for `to_bits`; 0 where there is no number but zero.
    """
    magnitudes = np.abs(np.asarray(values, np.float64))
    largest = magnitudes[np.isfinite(magnitudes)].max(initial=0.0)
    if largest == 0.0:
        return 0
    exponent = _GREATEST[fmt] - headroom - int(np.frexp(largest)[1]) + 1
    overflows = np.isinf(to_values(to_bits(largest, fmt, exponent + headroom), fmt))
    return exponent - int(overflows)
