# SPDX-License-Identifier: Apache-2.0
"""Counts: operands by the number of their case, so that any part can be counted anywhere."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models import fp16
from models.formats import Format, widen
from models.fp16 import Fp16
from models.ops import Op

Numbers = NDArray[np.uint64]

ALL = 1 << 32
STRATIFIED = 10**10
"""Cases of the multiply-add in FP16, of which there are 2^48."""

_FP8 = {"e5m2": Format.E5M2, "e4m3": Format.E4M3}


class CaseOperands(NamedTuple):
    """CaseOperands of some cases: x, w and the accumulator, FP16 bits, shape (cases,) each."""

    x: Fp16
    w: Fp16
    acc: Fp16


@dataclass(frozen=True, slots=True)
class Count:
    """Cases that are counted.

    Attributes:
        name: its name
        about: what they are, in words
        unit: what computes them: `fpnew` or `minmax`
        op: the GEMM-Op of which they are one step
        cases: how many there are
        operands: those of cases, by their numbers
    """

    name: str
    about: str
    unit: str
    op: Op
    cases: int
    operands: Callable[[Numbers], CaseOperands]


def pairs(numbers: Numbers) -> CaseOperands:
    """All pairs of FP16 codes; the accumulator is a NaN, which leaves min and max the other operand."""
    acc = np.full(numbers.size, fp16.CANONICAL_NAN, np.uint16)
    return CaseOperands((numbers >> 16).astype(np.uint16), numbers.astype(np.uint16), acc)


def narrow(x: Format, w: Format) -> Callable[[Numbers], CaseOperands]:
    """All pairs of FP8 codes, with all accumulators."""
    of_x, of_w = (widen(np.arange(256, dtype=np.uint8), fmt) for fmt in (x, w))

    def operands(numbers: Numbers) -> CaseOperands:
        return CaseOperands(of_x[numbers >> 24 & 255], of_w[numbers >> 16 & 255], numbers.astype(np.uint16))

    return operands


def stratified(numbers: Numbers) -> CaseOperands:
    """CaseOperands of a multiply-add in strata, drawn by their number.

    Exponents of x and w are any, those of subnormals and infinities among them. That of the accumulator is,
    in seven of eight cases, at most 13 away from the product's, where sums round, cancel or become subnormal.
    Five of eight fractions have few ones or zeros: ties, carries, exact cancellation.
    """
    first, second = scrambled(numbers << np.uint64(1)), scrambled(numbers << np.uint64(1) | np.uint64(1))
    field = first.astype(np.uint32).view(np.int32)
    ex, ew, any_exponent = field & 31, field >> 5 & 31, field >> 10 & 31
    near = np.clip(ex + ew - 15 + ((field >> 18 & 255) * 27 >> 8) - 13, 0, 31)
    exponents = (ex, ew, np.where(field >> 15 & 7, near, any_exponent))
    codes = (
        (field >> 26 + place & 1).astype(np.uint16) << 15
        | exponent.astype(np.uint16) << 10
        | _FRACTIONS[second >> np.uint64(20 * place) & 0xFFFFF]
        for place, exponent in enumerate(exponents)
    )
    return CaseOperands(*codes)


def scrambled(numbers: Numbers) -> Numbers:
    """Random words, one of each number: the steps of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014)."""
    z = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return z ^ z >> np.uint64(31)


def _fractions() -> Fp16:
    """Fraction fields of ten bits, by twenty random ones."""
    bits = np.arange(1 << 20)
    free, one, other = bits >> 4 & 0x3FF, 1 << (bits >> 14 & 7), 4 << (bits >> 17 & 7)
    forms = [0 * bits, 0 * bits + 0x3FF, one, 0x3FF ^ one, (one | other) & 0x3FF]
    return np.select([(bits & 7) == form for form in range(len(forms))], forms, free).astype(np.uint16)


_FRACTIONS = _fractions()

COUNTS = (
    Count("count_add", "sums of all pairs", "fpnew", Op.ADDMAX, ALL, pairs),
    Count("count_mul", "products of all pairs", "fpnew", Op.MULMAX, ALL, pairs),
    Count("count_min", "minima of all pairs", "minmax", Op.MINMAX, ALL, pairs),
    Count("count_max", "maxima of all pairs", "minmax", Op.MAXMIN, ALL, pairs),
    *(
        Count(
            f"count_fma_{x}_{w}",
            f"multiply-adds of all x in {x.upper()}, all w in {w.upper()} and all accumulators",
            "fpnew",
            Op.GEMM,
            ALL,
            narrow(x_format, w_format),
        )
        for x, x_format in _FP8.items()
        for w, w_format in _FP8.items()
    ),
    Count("count_fma", "multiply-adds of FP16, drawn in strata", "fpnew", Op.GEMM, STRATIFIED, stratified),
)
"""All counts; names are those of `make prove TESTS=`."""
