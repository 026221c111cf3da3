# SPDX-License-Identifier: Apache-2.0
"""Classes of numbers and directions of roundings: arrays in, arrays out."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models import fp16
from models.formats import Bits, Format
from models.fp16 import PLAIN

ZERO, SUBNORMAL, NORMAL, INFINITE, NAN = range(5)
CLASSES = ("zero", "subnormal", "normal", "infinity", "nan")
"""Names of the classes, in the order of their numbers."""

Classes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

# Exponent and mantissa bits.
_FIELDS = {Format.E5M2: (5, 2), Format.FP16: (5, 10), Format.E4M3: (4, 3), Format.BF16: (8, 7)}


@cache
def _class_table(fmt: Format) -> Classes:
    exponent_bits, mantissa_bits = _FIELDS[fmt]
    codes = np.arange(1 << (8 * fmt.itemsize))
    exponent = codes >> mantissa_bits & (1 << exponent_bits) - 1
    fraction = codes & (1 << mantissa_bits) - 1
    low = np.where(fraction == 0, ZERO, SUBNORMAL)
    high = np.where(fraction == 0, INFINITE, NAN)
    top = (1 << exponent_bits) - 1
    return np.where(exponent == 0, low, np.where(exponent == top, high, NORMAL)).astype(np.uint8)


def classes(bits: Bits, fmt: Format) -> Classes:
    """The class of each element, in its own format."""
    return _class_table(fmt)[bits]


class _Grid(NamedTuple):
    """Distances between neighbouring finite FP16 numbers, by the bits of one."""

    above: NDArray[np.float64]  # to the next number up; infinite at the end
    below: NDArray[np.float64]  # to the next number down


@cache
def _grid() -> _Grid:
    magnitudes = PLAIN[:0x7C00]
    up = np.append(np.diff(magnitudes), np.inf)  # away from zero
    down = np.append(magnitudes[1], np.diff(magnitudes))
    above, below = np.full(0x10000, np.inf), np.full(0x10000, np.inf)
    above[:0x7C00], below[:0x7C00] = up, down
    above[0x8000:0xFC00], below[0x8000:0xFC00] = down, up
    return _Grid(above, below)


class Rounding(NamedTuple):
    """Directions of roundings to FP16, for results that stayed finite."""

    exact: Flags
    up: Flags
    down: Flags
    tie_up: Flags
    tie_down: Flags

    @property
    def inexact(self) -> Flags:
        """The result is not the exact value."""
        return self.up | self.down | self.tie_up | self.tie_down


def rounding(near: NDArray[np.float64], rest: NDArray[np.float64], result: fp16.Fp16) -> Rounding:
    """Compares exact values, rounded to float64 (`near`, error `rest`), with FP16 bits of the results."""
    finite = (result & 0x7FFF) < fp16.INFINITY
    grid = _grid()
    with np.errstate(invalid="ignore"):
        difference = near - PLAIN[result]  # exact: the two are near
        excess = difference + rest
        tie_up = finite & (rest == 0) & (2 * difference == -grid.below[result])
        tie_down = finite & (rest == 0) & (2 * difference == grid.above[result])
        return Rounding(
            exact=finite & (excess == 0),
            up=finite & (excess < 0) & ~tie_up,
            down=finite & (excess > 0) & ~tie_down,
            tie_up=tie_up,
            tie_down=tie_down,
        )


def two_sum(
    a: NDArray[np.float64], b: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The sum in float64, and the error of its rounding (Knuth); 0 where an operand is not finite."""
    with np.errstate(invalid="ignore"):
        total = a + b
        part = total - a
        rest = (a - (total - part)) + (b - part)
    return total, np.where(np.isfinite(total), rest, 0.0)


def binades(values: NDArray[np.float64]) -> NDArray[np.int32]:
    """The exponent of each value; those of zeros and of what is not finite mean nothing."""
    return np.frexp(values)[1]
