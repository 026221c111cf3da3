# SPDX-License-Identifier: Apache-2.0
"""Operands of single steps that are hard to round, found by exact search instead of drawn.

A step is an output with N = 1: ``z = op2(op1(x, w), y)``. X is a column of few values, W a row of many, and
each output has a Y of its own, which is solved for: what makes the sum an exact tie or just misses one, what
cancels so many bits, what lies so far beside the product, what ends at a border of the format. All is
integer arithmetic on units of 2**-48, of which every FP16 product and sum is a multiple.
"""

from collections.abc import Callable, Iterator
from itertools import cycle

from models.oracle import FP16, INF, NAN, magnitude, rounded

SIGN = 0x8000
ONE = 0x3C00
_UNIT = 24  # binary digits from a unit of products to one of FP16's numbers
_HIDDEN = 0x400

SIGNIFICANDS = sorted(
    {0x400, 0x401, 0x7FF, *(0x400 + (1 << k) + d for k in range(10) for d in (-1, 0, 1))} - {0x3FF}
)
"""Significands of 11 bits: those with a lowest bit at each place, and their neighbours."""

SPECIAL = (
    *(0x0000, 0x8000, 0x0001, 0x8001, 0x0002, 0x03FF, 0x83FF, 0x0400, 0x8400, 0x7BFF, 0xFBFF),
    *(INF, SIGN | INF, NAN, SIGN | NAN, 0x7C01, 0xFDFF, 0x7FFF),
)
"""Zeros, ends of subnormal and normal numbers, infinities, NaNs quiet and signalling with payloads."""


ROWS = (
    *(0x3C00, 0xBC01, 0x3FFF, 0x3E00, 0xBD55, 0x0401, 0x8001, 0x03FF, 0x2401, 0xA7FF, 0x7BFF, 0x6400),
    *(0x1556, 0x0200, 0xBD00, 0x6600),
)
"""Values of X: one, odd and full significands near it, subnormal, small and large."""


def columns() -> list[int]:
    """Returns the values of W: each significand in each binade, signs in turn; those of X and neighbours."""
    codes = [
        (exponent << 10 | significand & 0x3FF) | (SIGN if (exponent + index) % 2 else 0)
        for exponent in range(31)
        for index, significand in enumerate(SIGNIFICANDS)
    ]
    return [code for code in (*codes, *ROWS, *(each ^ 1 for each in ROWS)) if code & ~SIGN]


def addend(x: int, w: int, turn: "Turn") -> int:
    """Returns a Y for the product of two FP16 numbers, finite and not zero, of the kind whose turn it is."""
    return next(turn.kinds)(x, w, turn)


class Turn:
    """State of the search: every distance, depth and neighbour in its turn."""

    def __init__(self) -> None:
        self.kinds: Iterator[Callable[[int, int, Turn], int]] = cycle(
            (_tie, _cancelling, _tie, _beside, _border, _under)
        )
        self.near = cycle((0, 1, 0, -1, 0))
        self.above = cycle((0, -1, 1))
        self.shifts = cycle(range(7))
        self.depths = cycle((*(0, 1, -1, 2, -2), *(s << k for k in range(2, 11) for s in (1, -1))))
        self.alone = cycle((True, False))
        self.above_half = cycle((12, 13, 11, 12, 14))
        self.far = cycle(range(-27, -11))
        self.distances = cycle(range(-27, 18))
        self.significands = cycle(SIGNIFICANDS)
        self.signs = cycle((0, SIGN, SIGN, 0, SIGN))
        self.borders = cycle(s * b for b in _BORDERS for s in (1, -1))


# Half the least subnormal number, the least, the least normal one, the greatest, where infinity begins, and
# what lies a unit beside them; zero.
_BORDERS = (
    *(1 << 23, 1 << 24, 3 << 23, 1 << 34, (1 << 34) - (1 << 24), (1 << 34) - (1 << 23)),
    *(2047 << 53, 4095 << 52, 1 << 64, 0),
)


def _product(x: int, w: int) -> int:
    size = magnitude(x & ~SIGN, FP16) * magnitude(w & ~SIGN, FP16)
    return -size if (x ^ w) & SIGN else size


def _tie(x: int, w: int, turn: Turn) -> int:
    """Y that makes the sum a tie, or the least step beside one.

    Beside a product that is a tie, any Y is such a step, however small. A product of many bits is rounded at
    its own place, so Y takes what is left of it to the middle, and a last bit of Y is the step. One of few
    bits is the half of the last place of a larger Y; the step is then the last bit of W, whose neighbours
    get the same Y.
    """
    product = _product(x, w)
    size = abs(product)
    last = max(size.bit_length() - 11, _UNIT)
    if size % (1 << last) == 1 << (last - 1) and next(turn.alone):
        return _at(size.bit_length() + next(turn.far), turn)
    short = min((abs(_product(x, near)) for near in (w, w ^ 1, w + 1, w - 1)), key=_length)
    if _length(short) <= 12:
        last = max((short & -short).bit_length(), _UNIT)
        significand = next(turn.significands) >> (last == _UNIT and next(turn.near) != 0)
        return _nearest(significand << last) | next(turn.signs)
    room = (size & -size).bit_length() + 10 - last  # binades of Y above the last place
    more = next(turn.above) << next(turn.shifts) % max(room, 1) if room > 0 else -(next(turn.above) != 0)
    rest = ((1 << (last - 1)) - product) % (1 << last) + (more << last)
    return _neighbour(_nearest(rest), next(turn.near))


def _length(size: int) -> int:
    """The bits from the first to the last one of a number; many for 0."""
    return (size // (size & -size)).bit_length() if size else 99


def _cancelling(x: int, w: int, turn: Turn) -> int:
    """Y that cancels the product but for some last bits."""
    return _neighbour(_nearest(-_product(x, w)), next(turn.depths))


def _beside(x: int, w: int, turn: Turn) -> int:
    """A number whose binade lies so far beside that of the product."""
    return _at(_product(x, w).bit_length() + next(turn.distances), turn)


def _at(length: int, turn: Turn) -> int:
    """A number of so many bits in units of products, as far as there are such, of either sign."""
    exponent = length - 10 - _UNIT
    significand = next(turn.significands)
    if exponent < 1:
        return (significand >> min(1 - exponent, 11)) | next(turn.signs)
    return min((exponent << 10) + significand - _HIDDEN, INF - 1) | next(turn.signs)


def _border(x: int, w: int, turn: Turn) -> int:
    """Y that brings the sum to a border of the format, or as near as it can be."""
    return _neighbour(_nearest(next(turn.borders) - _product(x, w)), next(turn.near))


def _under(x: int, w: int, turn: Turn) -> int:
    """A power of two of the other sign: numbers below it lie closer, so a product of a quarter place ties."""
    product = _product(x, w)
    exponent = min(max(abs(product).bit_length() + next(turn.above_half) - 10 - _UNIT, 1), 30)
    return exponent << 10 | (0 if product < 0 else SIGN)


def _nearest(value: int) -> int:
    """The FP16 number nearest to a value in units of products, finite."""
    code = min(rounded(abs(value), -2 * _UNIT, FP16), INF - 1)
    return code | (SIGN if value < 0 else 0)


def _neighbour(code: int, steps: int) -> int:
    """The number so many codes further from zero, or nearer; zero and the greatest number are ends."""
    return (code & SIGN) | min(max((code & ~SIGN) + steps, 0), INF - 1)
