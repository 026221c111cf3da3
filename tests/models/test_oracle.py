# SPDX-License-Identifier: Apache-2.0
"""The oracle itself, against exact fractions and a search among all FP16 values."""

from bisect import bisect_right
from fractions import Fraction

import numpy as np
import pytest

from models import oracle
from tests.models import cases, exact

_FINITE = [
    (Fraction(1, 1) * (1024 + code % 1024) * Fraction(2) ** (code // 1024 - 25))
    if code >= 1024
    else Fraction(code, 2**24)
    for code in range(0x7C00)
]
_LADDER = [*_FINITE, Fraction(65536)]  # what lies beyond the largest number rounds to infinity, 0x7C00


def nearest(value: Fraction) -> int:
    """Returns the code of a magnitude's nearest neighbour, the even one of two."""
    low = min(bisect_right(_LADDER, value) - 1, 0x7BFF)
    below, above = value - _LADDER[low], _LADDER[low + 1] - value
    return low if below < above or (below == above and low % 2 == 0) else low + 1


def signed(code: int) -> Fraction:
    return -_FINITE[code & 0x7FFF] if code & 0x8000 else _FINITE[code]


@pytest.mark.parametrize("stratum", sorted(cases.fma_strata(1)))
def test_oracle_rounds_as_a_search_over_fractions(stratum: str) -> None:
    a, b, c = (operand.tolist() for operand in cases.fma_strata(400, seed=7)[stratum])
    compared = 0
    for each in zip(a, b, c, strict=True):
        if any(code & 0x7FFF >= oracle.INF for code in each):
            continue
        for value, code in (
            (signed(each[0]) * signed(each[1]) + signed(each[2]), oracle.fma(*each)),
            (signed(each[0]) * signed(each[1]), oracle.mul(each[0], each[1])),
            (signed(each[0]) + signed(each[1]), oracle.add(each[0], each[1])),
        ):
            assert code & 0x7FFF == nearest(abs(value)), [hex(operand) for operand in each]
            assert value == 0 or (code >= 0x8000) == (value < 0)
            compared += 1
    assert compared > 300


@pytest.mark.parametrize("name", ["fma", "add", "mul", "minimum", "maximum"])
def test_the_oracle_in_cpp_is_the_same(name: str) -> None:
    count = 3 if name == "fma" else 2
    strata = {**cases.fma_strata(5_000, seed=3), "special": cases.special_tuples(count)}
    for stratum, operands in ((each, triple[:count]) for each, triple in strata.items()):
        codes = zip(*(each.tolist() for each in operands), strict=True)
        expected = [getattr(oracle, name)(*each) for each in codes]
        assert getattr(exact, name)(*operands).tolist() == expected, stratum


def test_layouts_are_those_of_the_contract() -> None:
    assert (oracle.E5M2.infinity, oracle.E5M2.nan) == (0x7C, 0x7E)
    assert (oracle.E4M3.infinity, oracle.E4M3.nan) == (0x78, 0x7C)
    assert (oracle.BF16.infinity, oracle.BF16.nan) == (0x7F80, 0x7FC0)
    assert oracle.magnitude(0x77, oracle.E4M3) * Fraction(2) ** oracle.E4M3.least == 240


def test_strata_reach_the_cases_they_are_named_for() -> None:
    """Each stratum is worth its time only if it yields the results that it is made for."""
    results = {
        name: [oracle.fma(*each) for each in zip(*(operand.tolist() for operand in triple), strict=True)]
        for name, triple in cases.fma_strata(2000).items()
    }
    sizes = {name: np.array(codes) & 0x7FFF for name, codes in results.items()}
    assert np.mean(sizes["subnormal_results"] < 0x0400) > 0.4
    boundary = sizes["overflow_boundary"]
    assert np.mean(boundary == 0x7C00) > 0.1
    assert np.mean((boundary > 0x7BF0) & (boundary < 0x7C00)) > 0.1
    assert np.mean(np.array(results["zeros"]) == 0x8000) > 0.05
    assert np.mean(np.array(results["zeros"]) == 0) > 0.05
    a, b, c = cases.fma_strata(2000)["ties"]
    exact = _scaled_sum(a, b, c)
    assert np.mean([_is_tie(value) for value in exact]) > 0.05
    a, b, c = cases.fma_strata(2000)["product_ties"]
    assert np.mean([_is_tie(value) for value in _scaled_sum(a, b, c * 0)]) > 0.3


def _scaled_sum(a: cases.Bits, b: cases.Bits, c: cases.Bits) -> list[int]:
    """Returns exact sums in units of 2**-48."""
    triples = zip(a.tolist(), b.tolist(), c.tolist(), strict=True)
    return [abs(int((signed(x) * signed(y) + signed(z)) * 2**48)) for x, y, z in triples]


def _is_tie(size: int) -> bool:
    shift = max(size.bit_length() - 11, 24)
    return size & ((1 << shift) - 1) == 1 << (shift - 1)
