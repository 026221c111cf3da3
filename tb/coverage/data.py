# SPDX-License-Identifier: Apache-2.0
"""Operands in which numbers of every kind meet, for scenarios that are to hit numerical bins."""

import random
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.formats import Bits, Format, Formats, narrow, per_operand
from models.ops import Op
from tb.coverage.numbers import CLASSES, classes
from tb.exchange.job import Job
from tb.exchange.names import OPERAND_CLASSES
from tb.stimulus.operands import operands

ROWS, COLS = 12, 12
STEPS = (1, 2, 2, 3)
STYLES = ("drawn", "mixed", "late", "late", "near", "top", "bottom", "opposite", "return")

# Exponent fields in FP16 of the least and the largest normal numbers that a format shares with it.
_EXPONENTS = {Format.E5M2: (1, 30), Format.FP16: (1, 30), Format.E4M3: (8, 22), Format.BF16: (1, 30)}
_FRACTION_BITS = 10
_SIGN_AND_FRACTION = np.uint16(0x83FF)
_SIGN = np.uint16(0x8000)


class Operands(NamedTuple):
    """Bits of X (ROWS x N), W (N x COLS) and Y (ROWS x COLS), each in its format."""

    x: Bits
    w: Bits
    y: Bits | None


def make(op: Op, fmt: Formats, rng: random.Random) -> Operands:
    """Makes operands in one of some styles.

    drawn: an operand class, as jobs have. mixed: every class of numbers alike. late: finite numbers first,
    every class in the last step, so that it meets accumulators of every class. near: numbers of two binades
    for each operand; top, bottom: of the largest, or the least, of the format. opposite: W almost minus X.
    return: the last product is minus the first, so that the sum loses what it had.
    """
    x_fmt, w_fmt, z_fmt = per_operand(fmt)
    n, style = rng.choice(STEPS), rng.choice(STYLES)
    if style == "drawn":
        seed = rng.getrandbits(48)
        job = Job(op, ROWS, n, COLS, 0, 0, 0, fmt, classes=(rng.choice(OPERAND_CLASSES),) * 3, data_seed=seed)
        return Operands(*operands(job))
    if style == "return":
        return _returning((x_fmt, w_fmt, z_fmt), rng)
    if style == "opposite":
        return _opposite(n, (x_fmt, w_fmt, z_fmt), rng)
    if style == "mixed":
        return Operands(*(_mixed(*shape, rng) for shape in _shapes(n, (x_fmt, w_fmt, z_fmt))))
    late = style == "late"
    if late:
        style = rng.choice(("near", "bottom"))
    x, w, y = (_near(*shape, style, rng) for shape in _shapes(n, (x_fmt, w_fmt, z_fmt)))
    if late:
        x[:, -1:], w[-1:] = _mixed(ROWS, 1, x_fmt, rng), _mixed(1, COLS, w_fmt, rng)
        if rng.getrandbits(1):
            y[...] = 0  # what the first steps make is what the last one meets
    return Operands(x, w, y)


def _shapes(n: int, formats: tuple[Format, Format, Format]) -> tuple[tuple[int, int, Format], ...]:
    x, w, z = formats
    return (ROWS, n, x), (n, COLS, w), (ROWS, COLS, z)


def _words(rows: int, cols: int, rng: random.Random) -> NDArray[np.uint16]:
    return np.frombuffer(rng.randbytes(2 * rows * cols), "<u2").astype(np.uint16).reshape(rows, cols)


def _mixed(rows: int, cols: int, fmt: Format, rng: random.Random) -> Bits:
    """Elements of all classes alike."""
    pools = _pools(fmt)
    codes = _words(rows, cols, rng).reshape(-1).tolist()
    chosen = [pools[code % len(pools)][code // len(pools) % len(pools[code % len(pools)])] for code in codes]
    return np.array(chosen, fmt.dtype).reshape(rows, cols)


def _near(rows: int, cols: int, fmt: Format, style: str, rng: random.Random) -> Bits:
    """Numbers of two binades: sign, fraction and the exponent's last bit at random."""
    low, high = _EXPONENTS[fmt]
    exponent = {"top": high - 1, "bottom": low}.get(style, rng.randrange(low, high))
    codes = _words(rows, cols, rng)
    up = ((codes >> _FRACTION_BITS) & 1) + np.uint16(exponent)  # 30 at most: no number is infinite
    if style == "top" and rng.getrandbits(1):
        codes = codes & ~_SIGN  # all positive, so that sums grow
    if style == "bottom":
        up = up - np.uint16(rng.randrange(2))  # subnormal numbers too
    numbers = (codes & _SIGN_AND_FRACTION) | (up << _FRACTION_BITS)
    return narrow(numbers.astype(np.uint16), fmt)


def _opposite(n: int, formats: tuple[Format, Format, Format], rng: random.Random) -> Operands:
    """In each step X and minus W are neighbours of one number, often the least of its binade."""
    x_fmt, w_fmt, z_fmt = formats
    (x_low, x_high), (w_low, w_high) = _EXPONENTS[x_fmt], _EXPONENTS[w_fmt]
    fractions = (0, 0, 1 << rng.randrange(_FRACTION_BITS))
    centres = np.array(
        [
            rng.randrange(max(x_low, w_low), min(x_high, w_high)) << _FRACTION_BITS | rng.choice(fractions)
            for _ in range(n)
        ],
        np.uint16,
    )
    x = _neighbours(narrow(np.tile(centres, (ROWS, 1)), x_fmt), x_fmt, rng)
    w = _neighbours(narrow(np.tile((centres ^ _SIGN)[:, None], (1, COLS)), w_fmt), w_fmt, rng)
    return Operands(x, w, _near(ROWS, COLS, z_fmt, "near", rng))


def _returning(formats: tuple[Format, Format, Format], rng: random.Random) -> Operands:
    """Two steps, or three with something small in between; Y is 0, or small too."""
    n = rng.choice((2, 3))
    x, w, y = (_near(*shape, "near", rng) for shape in _shapes(n, formats))
    sign = formats[0].dtype.type(1 << 8 * formats[0].itemsize - 1)
    x[:, -1], w[-1] = x[:, 0] ^ sign, w[0]
    if n == 3:
        x[:, 1:2], w[1:2] = _near(ROWS, 1, formats[0], "near", rng), _near(1, COLS, formats[1], "near", rng)
        y[...] = 0
    return Operands(x, w, y)


def _neighbours(bits: Bits, fmt: Format, rng: random.Random) -> Bits:
    """Each number or one that is at most two steps away from it."""
    rows, cols = bits.shape
    shift = _words(rows, cols, rng) % 5
    moved: Bits = (bits.astype(np.int32) + shift - 2).astype(fmt.dtype)
    return moved


@cache
def _pools(fmt: Format) -> tuple[tuple[int, ...], ...]:
    """Codes of a format by class; of a wide format a part of each, half of them within the range of FP16."""
    every = np.arange(1 << 8 * fmt.itemsize).astype(fmt.dtype)
    if fmt.itemsize > 1:
        within = narrow(np.arange(0, 1 << 16, 61).astype(np.uint16), fmt)
        kinds = classes(every, fmt)
        single = every[(kinds == CLASSES.index("zero")) | (kinds == CLASSES.index("infinity"))]
        every = np.concatenate([every[::61], within, single])
    kinds = classes(every, fmt)
    return tuple(tuple(every[kinds == number].tolist()) for number in range(len(CLASSES)))
