# SPDX-License-Identifier: Apache-2.0
"""Special values of each format: its grid within FP16, and tables of values at its edges."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.formats import Bits, Format

FP16_FRACTION_BITS = 10


@dataclass(frozen=True, slots=True)
class FormatShape:
    """A format, as far as operand classes need it."""

    exponent_bits: int  # width of its exponent field
    fraction_bits: int  # width of its fraction field
    # Least and greatest exponent field of FP16 numbers that it can hold, subnormals included.
    span: tuple[int, int]
    # Exponent fields of class subnormal, each with its share of 16: half subnormal, some of the two lowest
    # binades, some fit to scale such values.
    subnormal: Mapping[int, int]

    @property
    def precision(self) -> int:
        """Bits of a significand."""
        return self.fraction_bits + 1

    @property
    def coarser(self) -> int:
        """Bits that an FP16 fraction has more than this one's."""
        return FP16_FRACTION_BITS - self.fraction_bits

    @property
    def grid(self) -> np.uint16:
        """Mask of the FP16 bits that a normal number of this format can have set."""
        return np.uint16(0xFFFF << max(self.coarser, 0) & 0xFFFF)


SHAPES: Mapping[Format, FormatShape] = {
    Format.E5M2: FormatShape(5, 2, (0, 30), {0: 8, 1: 2, 2: 2, 14: 1, 16: 1, 22: 1, 26: 1}),
    Format.FP16: FormatShape(5, 10, (0, 30), {0: 8, 1: 2, 2: 2, 14: 1, 16: 1, 22: 1, 26: 1}),
    Format.E4M3: FormatShape(4, 3, (6, 22), {0: 8, 1: 2, 2: 2, 6: 1, 8: 1, 10: 1, 12: 1}),
    # In FP16 these are subnormals, and from 102 on downwards zeros; bfloat16's own subnormals all are.
    Format.BF16: FormatShape(
        8,
        7,
        (0, 30),
        {**dict.fromkeys((0, 102, 103, 105, 107, 109, 111, 114), 1), 112: 2, 113: 2, 126: 2, 138: 2},
    ),
}

# bfloat16 codes around the ends of FP16's range: its largest number and what overflows, a half and three
# quarters of its least subnormal, the least normal number and what lies below.
_BF16_LIMITS = (0x477F, 0x4780, 0x3300, 0x3301, 0x3340, 0x3380, 0x387F, 0x3880)


@lru_cache(maxsize=16)
def special_table(fmt: Format, flavour: int) -> Bits:
    """64 values of a format: flavour 0 everything, 1 no NaN, 2 finite values, 3 mostly NaNs with payloads."""
    sign = _sign(fmt)
    least = 1 << SHAPES[fmt].fraction_bits  # the least normal number, and an exponent's step
    infinity = ((1 << SHAPES[fmt].exponent_bits) - 1) * least
    one = _one(fmt)
    limits = _BF16_LIMITS if fmt is Format.BF16 else ()
    tiny = (0, 1, 2, least - 1, least, least + 1)
    large = (infinity - 1, infinity - 2, infinity - least, *limits)
    quiet, signalling = infinity + least // 2, infinity + 1
    payloads = (quiet | 1, infinity | (least - 1), infinity | (least // 2 - 1))
    chosen = (
        (*tiny, *large, one, 0, infinity, infinity, quiet, signalling, quiet | 1),
        (*tiny, *large, one, 0, infinity, infinity),
        (*tiny, *large, one),
        (one, 0, infinity, quiet, signalling, *payloads),
    )[flavour]
    return np.resize([value | s for value in chosen for s in (0, sign)], 64).astype(fmt.dtype)


@lru_cache(maxsize=4)
def zero_table(fmt: Format) -> Bits:
    """16 values: half zeros, ones, and subnormals whose products round to a signed zero; of both signs."""
    # bfloat16's own subnormals are zeros in FP16: take FP16's.
    least = (0x3380, 0x3400) if fmt is Format.BF16 else (1, 2)
    values = (0, 0, 0, 0, _one(fmt), _one(fmt), *least)
    return np.array([value | s for value in values for s in (0, _sign(fmt))], dtype=fmt.dtype)


@lru_cache(maxsize=4)
def subnormal_exponents(fmt: Format) -> NDArray[np.uint16]:
    """16 exponent fields of class subnormal, in their place."""
    shares = SHAPES[fmt].subnormal
    fields = np.array(list(shares), dtype=np.uint16) << np.uint16(SHAPES[fmt].fraction_bits)
    return np.repeat(fields, list(shares.values())).astype(np.uint16)


def _sign(fmt: Format) -> int:
    return 1 << (8 * fmt.itemsize - 1)


def _one(fmt: Format) -> int:
    return ((1 << (SHAPES[fmt].exponent_bits - 1)) - 1) << SHAPES[fmt].fraction_bits
