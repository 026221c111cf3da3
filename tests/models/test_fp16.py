# SPDX-License-Identifier: Apache-2.0
"""FP16 arithmetic against the oracle: all combinations of special values and two million stratified cases."""

from collections.abc import Callable

import numpy as np
import pytest

from models import fp16
from tests.models import cases, exact
from tests.models.cases import Bits, Triple

_STRATUM = 250_000  # of eight: two millions

_Fma = Callable[[Bits, Bits, Bits], Bits]
_Checked = list[tuple[str, Triple, Bits]]


@pytest.fixture(scope="module")
def fma_cases() -> _Checked:
    """All combinations of special values and all strata, each with the oracle's results."""
    operands = {"special": tuple(cases.special_tuples(3)), **cases.fma_strata(_STRATUM)}
    return [(name, triple, exact.fma(*triple)) for name, triple in operands.items()]


def _first_difference(name: str, operands: tuple[Bits, ...], actual: Bits, expected: Bits) -> str | None:
    """Describes the first wrong result, or returns None; the check of every test in this file."""
    wrong = np.flatnonzero(actual != expected)
    if not wrong.size:
        return None
    i = wrong[0]
    inputs = ", ".join(f"0x{operand[i]:04X}" for operand in operands)
    return f"{name}: {wrong.size} wrong, first ({inputs}) = 0x{actual[i]:04X}, not 0x{expected[i]:04X}"


def _differences(fma: _Fma, fma_cases: _Checked) -> list[str]:
    found = (_first_difference(name, abc, fma(*abc), expected) for name, abc, expected in fma_cases)
    return [each for each in found if each]


def test_fma_special_and_stratified(fma_cases: _Checked) -> None:
    assert sum(expected.size for _, _, expected in fma_cases) > 2_000_000
    assert _differences(fp16.fma, fma_cases) == []


def _float(bits: Bits, dtype: type[np.floating]) -> np.ndarray:
    return bits.view(np.float16).astype(dtype)


def _canonical(values: np.ndarray) -> Bits:
    bits = values.astype(np.float16).view(np.uint16)
    return np.where(fp16.is_nan(bits), fp16.CANONICAL_NAN, bits).astype(np.uint16)


def _through_float32(a: Bits, b: Bits, c: Bits) -> Bits:
    a32, b32, c32 = (_float(each, np.float32) for each in (a, b, c))
    return _canonical(a32 * b32 + c32)


def _two_roundings(a: Bits, b: Bits, c: Bits) -> Bits:
    return fp16.add(fp16.mul(a, b), c)


def _flushed_result(a: Bits, b: Bits, c: Bits) -> Bits:
    bits = fp16.fma(a, b, c)
    return np.where((bits & 0x7C00) == 0, bits & 0x8000, bits)


def _flushed_operand(a: Bits, b: Bits, c: Bits) -> Bits:
    return fp16.fma(np.where((a & 0x7C00) == 0, a & 0x8000, a), b, c)


def _ties_away(a: Bits, b: Bits, c: Bits) -> Bits:
    """Nudges every exact sum outwards by far less than an ulp, which decides the ties."""
    total = fp16.PLAIN[a] * fp16.PLAIN[b] + fp16.PLAIN[c]
    return fp16.from_float(total * (1 + 2.0**-51))


def _early_overflow(a: Bits, b: Bits, c: Bits) -> Bits:
    bits = fp16.fma(a, b, c)
    return np.where((bits & 0x7FFF) == 0x7BFF, bits & 0x8000 | 0x7C00, bits)


def _positive_zero(a: Bits, b: Bits, c: Bits) -> Bits:
    bits = fp16.fma(a, b, c)
    return np.where(bits == 0x8000, 0, bits)


def _nan_payload(a: Bits, b: Bits, c: Bits) -> Bits:
    return np.where(fp16.is_nan(c), c | 0x0200, fp16.fma(a, b, c))


@pytest.mark.parametrize(
    ("mutant", "strata"),
    [
        (_through_float32, {"ties"}),
        (_two_roundings, {"exponent_differences", "cancellation"}),
        (_flushed_result, {"subnormal_results", "special"}),
        (_flushed_operand, {"special", "raw"}),
        (_ties_away, {"ties", "product_ties"}),
        (_early_overflow, {"overflow_boundary"}),
        (_positive_zero, {"zeros", "special"}),
        (_nan_payload, {"raw", "special"}),
    ],
)
def test_a_wrong_fma_is_caught(fma_cases: _Checked, mutant: _Fma, strata: set[str]) -> None:
    """The check above can fail, and by the strata meant to catch each error."""
    with np.errstate(all="ignore"):
        caught = {found.split(":")[0] for found in _differences(mutant, fma_cases)}
    assert strata <= caught


@pytest.mark.parametrize("name", ["add", "mul", "minimum", "maximum"])
def test_binary_operations(name: str) -> None:
    operation, reference = getattr(fp16, name), getattr(exact, name)
    every = np.arange(0x10000, dtype=np.uint16)
    strata = cases.fma_strata(20_000, seed=2)
    pairs = {"special": cases.special_tuples(2), **{key: list(triple[::2]) for key, triple in strata.items()}}
    pairs |= {f"{key}_ab": list(triple[:2]) for key, triple in strata.items()}
    for special in (0x0000, 0x8000, 0x0001, 0x83FF, 0x7BFF, 0xFC00, 0x7C01, 0x7E00):
        pairs[f"all with 0x{special:04X}"] = [every, np.full_like(every, special)]
    for key, (a, b) in pairs.items():
        difference = _first_difference(key, (a, b), operation(a, b), reference(a, b))
        assert difference is None


def test_operands_broadcast_and_stay_unchanged() -> None:
    a, c = cases.SPECIAL[:, None].copy(), cases.SPECIAL[None, :].copy()
    before = a.copy(), c.copy()
    result = fp16.fma(a, np.uint16(0x3C00), c)
    assert result.shape == (cases.SPECIAL.size, cases.SPECIAL.size)
    assert result.dtype == np.uint16
    assert np.array_equal(result, fp16.add(a, c))
    for operation in (fp16.add, fp16.mul, fp16.minimum, fp16.maximum):
        assert operation(a, c).shape == result.shape
    assert np.array_equal(a, before[0])
    assert np.array_equal(c, before[1])


def test_conversion_to_and_from_float() -> None:
    every = np.arange(0x10000, dtype=np.uint16)
    canonical = np.where(fp16.is_nan(every), fp16.CANONICAL_NAN, every)
    assert np.array_equal(fp16.from_float(fp16.to_float(every)), canonical)
    values = np.array([65519.999, 65520.0, -1e30, 2.0**-25, 2.0**-25 * 1.001, -(2.0**-1074), np.nan, -np.inf])
    assert fp16.from_float(values).tolist() == [0x7BFF, 0x7C00, 0xFC00, 0, 1, 0x8000, 0x7E00, 0xFC00]


def test_order_sorts_as_the_values() -> None:
    numbers = np.array([0xFC00, 0xFBFF, 0x8001, 0x8000, 0x0000, 0x0001, 0x3C00, 0x7BFF, 0x7C00], np.uint16)
    assert (np.diff(fp16.order(numbers).astype(np.int64)) > 0).all()
