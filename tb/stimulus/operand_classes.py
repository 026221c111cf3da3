# SPDX-License-Identifier: Apache-2.0
"""Operand classes: distributions of values that look for trouble in different places.

All values are made from uniform 16-bit words with integer arithmetic, so a seed gives the same bits
everywhere, and in a few vectorised steps, so an operand of some hundred elements costs about ten
microseconds. Classes are made for the format of the operand: subnormal, signed_zero and special from its own
codes, ties and cancellation as FP16 numbers that it holds exactly, normal as FP16 numbers that are narrowed.

A class gets `flavour`, a few words for the whole operand, and two words for each element, `first` and
`second`.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.formats import Bits, Format, narrow
from models.ops import Op
from tb.exchange.job import Job
from tb.stimulus.format_values import SHAPES, special_table, subnormal_exponents, zero_table

Words = NDArray[np.uint16]
SIGN = np.uint16(0x8000)
ADDS = (Op.ADDMAX, Op.ADDMIN)
X, W, Y = range(3)

_SIGN_AND_FRACTION = np.uint16(0x83FF)
_BYTE = np.uint16(0xFF)
_NIBBLE = np.uint16(0xF)
_FRACTION_BITS = 10
_SUM_BITS = 5  # of the smaller term of a sum that is a tie
_FACTOR_BITS = 6  # of the factors of a product that is a tie


def _exponents(shares: dict[int, int]) -> Words:
    """A table of exponent fields in their place, each repeated by its share."""
    fields = np.array(list(shares), dtype=np.uint16) << _FRACTION_BITS
    return np.repeat(fields, list(shares.values())).astype(np.uint16)


# Of 256: the shares of the binades of |N(0, 1)|.
NORMAL = _exponents({16: 11, 15: 70, 14: 78, 13: 48, 12: 25, 11: 12, 10: 6, 9: 3, 8: 2, 7: 1})
# Of 16.
MODEST = _exponents({12: 1, 13: 2, 14: 3, 15: 4, 16: 3, 17: 2, 18: 1})
# Integers in units of 2**-10.
INTEGERS = (np.arange(2048) / 1024).astype(np.float16).view(np.uint16)


def draw(job: Job, index: int, flavour: Words, first: Words, second: Words) -> Bits:
    """Makes the operand `index` (0 X, 1 W, 2 Y) of a job from its class: bits in its format and shape.

    Words are uniform: at least 4 of `flavour`, as many of `first` and `second` as the operand has elements.
    """
    name, shape, fmt = job.classes[index], job.shapes[index], job.formats[index]
    if name == "raw":
        bits: Bits = first.astype(np.uint8) if fmt.itemsize == 1 else first.copy()
    elif name in _OF_FORMAT:
        bits = _OF_FORMAT[name](fmt, flavour, first, second)
    else:
        value = _CLASSES[name](job, index, flavour, first, second)
        bits = value if fmt is Format.FP16 else narrow(value, fmt)
    return bits.reshape(shape)


def _normal(_job: Job, _index: int, _flavour: Words, first: Words, second: Words) -> Words:
    """Magnitudes of a standard normal distribution, below 4: sums stay finite."""
    return (first & _SIGN_AND_FRACTION) | NORMAL.take(second & _BYTE)


def _wide(job: Job, index: int, flavour: Words, first: Words, second: Words) -> Words:
    """Uniform exponents over 6 to 24 binades, as far as the format has them; finite in it.

    Centres of X and W lie opposite, so that most products fit.
    """
    half, shift = 3 + int(flavour[0]) % 10, int(flavour[1]) % 9 - 4
    centre = 15 + (shift if index == X else -shift)
    shape = SHAPES[job.formats[index]]
    exponents = _span(centre - half, 2 * half, *shape.span).take(second & _BYTE)
    return (first & _SIGN_AND_FRACTION & shape.grid) | exponents


@lru_cache(maxsize=256)
def _span(lowest: int, count: int, least: int, most: int) -> Words:
    """256 exponent fields in place, of `count` exponents from `lowest` on, but within `least` to `most`."""
    fields = np.clip(np.arange(256) % count + lowest, least, most)
    return (fields << _FRACTION_BITS).astype(np.uint16)


def _subnormal(fmt: Format, _flavour: Words, first: Words, second: Words) -> Bits:
    """Half subnormal, a quarter in the two lowest normal binades, a quarter fit to scale such values."""
    fraction = first & np.uint16((1 << SHAPES[fmt].fraction_bits) - 1)
    sign = (first & SIGN) >> np.uint16(16 - 8 * fmt.itemsize)
    return (sign | fraction | subnormal_exponents(fmt).take(second & _NIBBLE)).astype(fmt.dtype, copy=False)


def _signed_zero(fmt: Format, _flavour: Words, first: Words, _second: Words) -> Bits:
    """Half zeros of either sign; else ones, and subnormals whose products round to a signed zero."""
    return zero_table(fmt).take(first & _NIBBLE)


def _ties(job: Job, index: int, flavour: Words, first: Words, second: Words) -> Words:
    """Short significands, so that an exact result often needs just one bit more than fits: a tie.

    Products of two odd 6-bit integers have 12 bits if they pass 2048. The sum of an 11-bit integer and an odd
    multiple of half a unit needs 12 bits. Scales of some binades make ties also where the accumulator has
    grown; with the few bits of FP8 they are the only ones, beside those of narrowing to it.
    """
    scale = second & np.uint16((0, 1, 3, 3)[int(flavour[0]) & 3])
    bits = SHAPES[job.formats[index]].precision
    if job.op in ADDS and index != Y:
        # E4M3 has nothing as small as half a unit of 1.
        binade = 0 if job.x_fmt.itemsize == job.w_fmt.itemsize == 2 else 4
        if index == X:
            kept = np.uint16(0x400 - (0x400 >> (bits - 1)))
            integer, unit = (first & kept) | np.uint16(0x400), binade
        else:
            integer, unit = (first & _odd(min(bits, _SUM_BITS))) | np.uint16(1), binade - 1
    elif index == Y:
        integer, unit = (first & np.uint16((1 << bits) - 1)) | np.uint16(1), 11 - bits
    else:
        bits = min(bits, _FACTOR_BITS)
        integer, unit = (first & _odd(bits - 1)) + np.uint16((1 << (bits - 1)) + 1), 11 - bits
    # None is 0 or subnormal, so scaling is an addition to the exponent field.
    exponent = (scale + np.uint16(unit % 64)) << np.uint16(_FRACTION_BITS)
    magnitude: Words = INTEGERS.take(integer) + exponent
    return magnitude | (second & SIGN)


def _odd(bits: int) -> np.uint16:
    """Mask of the bits of an odd integer but the last."""
    return np.uint16((1 << bits) - 2)


def _cancellation(job: Job, index: int, _flavour: Words, first: Words, second: Words) -> Words:
    """Terms along n that cancel: X repeats its columns in pairs, W its rows in pairs with the sign turned.

    For x + w, X holds the same value in a column as W, negated, in the row of that n. A last bit turned here
    and there leaves the smallest differences. Y is just of modest size: `operands` makes it cancel the first
    product.
    """
    rows, cols = job.shapes[index]
    traits = SHAPES[job.formats[index]]
    value = ((first & _SIGN_AND_FRACTION & traits.grid) | MODEST.take(second & _NIBBLE)).reshape(rows, cols)
    if index == Y or rows * cols == 0:
        return value
    noise = ((second >> np.uint16(8)) & (second >> np.uint16(9)) & np.uint16(1)).reshape(rows, cols)
    noise <<= np.uint16(traits.coarser)
    if job.op in ADDS:
        # Both operands must know the value without a common draw: a walk over fractions and exponents.
        step = np.arange(job.n) + job.data_seed % 8192
        common = (((step * 619) & 0x3FF) | ((10 + step % 11) << _FRACTION_BITS)).astype(np.uint16)
        common &= SHAPES[job.x_fmt].grid & SHAPES[job.w_fmt].grid
        return (common if index == X else (common | SIGN)[:, None]) ^ noise
    # With a Y that cancels the first product, pairs start after it: each returns the sum to about 0.
    start = 1 if job.op.reads_y and job.classes[Y] == "cancellation" else 0
    if index == X:
        value[:, start + 1 :: 2] = value[:, start : cols - 1 : 2]
    else:
        value[start + 1 :: 2] = value[start : rows - 1 : 2] ^ SIGN
    return value ^ noise


def _special(fmt: Format, flavour: Words, first: Words, second: Words) -> Bits:
    """Zeros, subnormals, infinities, NaNs and the ends of the range.

    Their share is 1, 1/4 or 1/16 for the whole operand, the rest is normal: a single NaN ends a sum.
    """
    chosen = special_table(fmt, int(flavour[0]) & 3).take(second >> _FRACTION_BITS)
    rest = np.uint16((0, 3, 15, 15)[int(flavour[1]) & 3])
    if not rest:
        return chosen
    plain = (first & _SIGN_AND_FRACTION) | NORMAL.take(second & _BYTE)
    other = plain if fmt is Format.FP16 else narrow(plain, fmt)
    # Bits of `first` that the plain value uses least: its fraction's end.
    return np.where(first & rest, other, chosen)


_CLASSES: dict[str, Callable[[Job, int, Words, Words, Words], Words]] = {
    "normal": _normal,
    "wide": _wide,
    "ties": _ties,
    "cancellation": _cancellation,
}
_OF_FORMAT: dict[str, Callable[[Format, Words, Words, Words], Bits]] = {
    "subnormal": _subnormal,
    "signed_zero": _signed_zero,
    "special": _special,
}
