# SPDX-License-Identifier: Apache-2.0
"""An exact oracle of the numbers of contract A2 in plain integers, one element at a time.

It shares no code and no method with `models`: no floating-point number, no numpy. Every finite FP16 number is
an integer times 2**-24, so products and sums are exact integers times 2**-48, rounded by one division.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

NAN = 0x7E00
INF = 0x7C00


@dataclass(frozen=True)
class Layout:
    """An IEEE-like format: a sign, then an exponent and a fraction field."""

    exponent_bits: int
    precision: int  # significant bits, the implied one included

    @property
    def infinity(self) -> int:
        """The code of +infinity."""
        return ((1 << self.exponent_bits) - 1) << (self.precision - 1)

    @property
    def sign(self) -> int:
        """The sign bit."""
        return 1 << (self.exponent_bits + self.precision - 1)

    @property
    def nan(self) -> int:
        """The code of the canonical NaN: quiet, positive, no payload."""
        return self.infinity | 1 << (self.precision - 2)

    @property
    def least(self) -> int:
        """The binary logarithm of the smallest subnormal."""
        return 3 - (1 << (self.exponent_bits - 1)) - self.precision


FP16 = Layout(5, 11)
E5M2 = Layout(5, 3)
E4M3 = Layout(4, 4)
BF16 = Layout(8, 8)


def magnitude(code: int, layout: Layout) -> int:
    """Returns a finite code's magnitude in units of the smallest subnormal."""
    exponent, fraction = divmod(code & (layout.sign - 1), 1 << (layout.precision - 1))
    return fraction if exponent == 0 else (fraction + (1 << (layout.precision - 1))) << (exponent - 1)


def rounded(size: int, unit: int, layout: Layout) -> int:
    """Returns the code nearest to `size * 2**unit`, ties to even; `size` is not negative."""
    if size == 0:
        return 0
    shift = max(size.bit_length() - layout.precision, layout.least - unit)
    if shift <= 0:
        quotient = size << -shift
    else:
        quotient, rest = divmod(size, 1 << shift)
        half = 1 << (shift - 1)
        if rest > half or (rest == half and quotient % 2):
            quotient += 1
    return min(((shift + unit - layout.least) << (layout.precision - 1)) + quotient, layout.infinity)


def convert(code: int, source: Layout, target: Layout) -> int:
    """Returns the code of one format in another."""
    size = code & (source.sign - 1)
    if size > source.infinity:
        return target.nan
    sign = target.sign if code & source.sign else 0
    if size == source.infinity:
        return sign | target.infinity
    return sign | rounded(magnitude(code, source), source.least, target)


# Tables only for speed: signed value in units of 2**-24; None for infinities and NaNs.
_VALUE = [
    None if code & 0x7FFF >= INF else (-1 if code & 0x8000 else 1) * magnitude(code, FP16)
    for code in range(0x10000)
]


def _is_nan(a: int) -> bool:
    return a & 0x7FFF > INF


def fma(a: int, b: int, c: int) -> int:
    """Returns a * b + c."""
    x, y, z = _VALUE[a], _VALUE[b], _VALUE[c]
    product_sign = (a ^ b) & 0x8000
    if x is None or y is None or z is None:
        if _is_nan(a) or _is_nan(b) or _is_nan(c):
            return NAN
        if x is None or y is None:
            if x == 0 or y == 0 or (z is None and c & 0x8000 != product_sign):
                return NAN
            return product_sign | INF
        return c
    total = x * y + (z << 24)
    if total == 0:
        # An exact zero is negative only as the sum of two negative zeros.
        return 0x8000 if product_sign and c == 0x8000 else 0
    return (0x8000 if total < 0 else 0) | rounded(abs(total), -48, FP16)


def add(a: int, b: int) -> int:
    """Returns a + b."""
    x, y = _VALUE[a], _VALUE[b]
    if _is_nan(a) or _is_nan(b):
        return NAN
    if x is None or y is None:
        if x is None and y is None and a != b:
            return NAN
        return a if x is None else b
    if x + y == 0:
        return 0x8000 if a == b == 0x8000 else 0
    return (0x8000 if x + y < 0 else 0) | rounded(abs(x + y), -24, FP16)


def mul(a: int, b: int) -> int:
    """Returns a * b."""
    x, y = _VALUE[a], _VALUE[b]
    sign = (a ^ b) & 0x8000
    if _is_nan(a) or _is_nan(b):
        return NAN
    if x is None or y is None:
        return NAN if x == 0 or y == 0 else sign | INF
    return sign | rounded(abs(x * y), -48, FP16)


def _rank(a: int) -> int:
    """Orders codes that are not NaN by value, -0 before +0."""
    return -1 - (a & 0x7FFF) if a & 0x8000 else a


def minimum(a: int, b: int) -> int:
    """Returns RISC-V's fmin."""
    if _is_nan(a) or _is_nan(b):
        return NAN if _is_nan(a) and _is_nan(b) else b if _is_nan(a) else a
    return min(a, b, key=_rank)


def maximum(a: int, b: int) -> int:
    """Returns RISC-V's fmax."""
    if _is_nan(a) or _is_nan(b):
        return NAN if _is_nan(a) and _is_nan(b) else b if _is_nan(a) else a
    return max(a, b, key=_rank)


_SELECT: dict[int, tuple[Callable[[int, int], int], Callable[[int, int], int]]] = {
    2: (add, maximum),
    3: (add, minimum),
    4: (mul, maximum),
    5: (mul, minimum),
    6: (maximum, minimum),
    7: (minimum, maximum),
}


def chain(op: int, x_row: Sequence[int], w_col: Sequence[int], y: int) -> list[int]:
    """Returns the accumulator of one output after 0, 1, .. N steps."""
    sums = [0 if op == 0 else y]
    for x, w in zip(x_row, w_col, strict=True):
        if op <= 1:
            sums.append(fma(x, w, sums[-1]))
        else:
            op1, op2 = _SELECT[op]
            sums.append(op2(op1(x, w), sums[-1]))
    return sums


def gemm_op(
    op: int, x: list[list[int]], w: list[list[int]], y: list[list[int]], n: int, k: int
) -> list[list[int]]:
    """Returns Z for X of M x `n`, W of `n` x `k` and Y of M x `k`."""
    return [
        [chain(op, row, [w[i][col] for i in range(n)], y_row[col])[-1] for col in range(k)]
        for row, y_row in zip(x, y, strict=True)
    ]
