# SPDX-License-Identifier: Apache-2.0
"""Numbers into storage formats and back, against numpy, ml_dtypes and exact fractions."""

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

from models import oracle
from models.formats import Format, narrow
from models.values import fitting_exponent, to_bits, to_values

_ML_DTYPES = {
    Format.E5M2: ml_dtypes.float8_e5m2,
    Format.FP16: np.float16,
    Format.E4M3: ml_dtypes.float8_e4m3,
    Format.BF16: ml_dtypes.bfloat16,
}
_FORMATS = list(Format)


def _spread(count: int) -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.standard_normal(count) * np.exp2(rng.integers(-32, 20, count))


@pytest.mark.parametrize("fmt", _FORMATS)
def test_a_number_of_the_format_returns_unchanged(fmt: Format) -> None:
    codes = np.arange(1 << (8 * fmt.itemsize)).astype(fmt.dtype)
    values = to_values(codes, fmt)
    numbers = ~np.isnan(values)
    assert np.array_equal(to_bits(values, fmt)[numbers], codes[numbers])
    assert np.unique(to_bits(values[~numbers], fmt)).size == 1


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
@pytest.mark.parametrize("fmt", _FORMATS)
def test_numbers_round_once_as_ml_dtypes_rounds_float32(fmt: Format) -> None:
    values = _spread(50_000).astype(np.float32)
    assert np.array_equal(to_bits(values, fmt), values.astype(_ML_DTYPES[fmt]).view(fmt.dtype))


@pytest.mark.parametrize("fmt", _FORMATS)
def test_borders_between_neighbours_are_where_exact_arithmetic_has_them(fmt: Format) -> None:
    """Ties go to even, what lies a hair beside them to its side, also where FP16 in between would tie."""
    layout = getattr(oracle, fmt.name)
    codes = np.arange(
        0, oracle.convert(oracle.FP16.infinity, oracle.FP16, layout), 1 if fmt.itemsize == 1 else 97
    )
    here = to_values(codes.astype(fmt.dtype), fmt)
    above = to_values((codes + 1).astype(fmt.dtype), fmt)
    finite = np.isfinite(above)
    middle = ((here + above) / 2)[finite]
    codes = codes[finite]
    assert np.array_equal(to_bits(middle, fmt), codes + codes % 2)
    assert np.array_equal(to_bits(np.nextafter(middle, np.inf), fmt), codes + 1)
    assert np.array_equal(to_bits(np.nextafter(middle, 0.0), fmt), codes)


def test_rounding_twice_is_something_else() -> None:
    """One above a tie of E4M3, by less than FP16 can tell: rounding into FP16 first loses it."""
    value = 1.0625 + 2.0**-20
    assert to_values(to_bits(value, Format.E4M3), Format.E4M3) == 1.125
    twice = narrow(np.array(value, np.float16).view(np.uint16), Format.E4M3)
    assert to_values(twice, Format.E4M3) == 1.0


@pytest.mark.parametrize("fmt", _FORMATS)
def test_an_exponent_scales_there_and_back_exactly(fmt: Format) -> None:
    values = to_values(to_bits(_spread(100), fmt), fmt)
    finite = values[np.isfinite(values) & (np.abs(values) > 2.0**-8)]
    assert np.array_equal(to_values(to_bits(np.ldexp(finite, -3), fmt, 3), fmt, -3), np.ldexp(finite, -3))


@pytest.mark.parametrize("fmt", _FORMATS)
@pytest.mark.parametrize("largest", [1.0, 1.96875, 1.9999, 3.0, 1e-9, 1e9, 65519.0])
def test_the_fitting_exponent_is_the_greatest_that_does_not_overflow(fmt: Format, largest: float) -> None:
    values = np.array([0.0, -largest, largest / 7, np.inf, np.nan])
    exponent = fitting_exponent(values, fmt)
    assert np.isfinite(to_values(to_bits(largest, fmt, exponent), fmt))
    assert np.isinf(to_values(to_bits(largest, fmt, exponent + 1), fmt))
    assert fitting_exponent(values, fmt, headroom=3) == exponent - 3
    assert Fraction(largest) * Fraction(2) ** exponent >= Fraction(1, 2)


def test_nothing_but_zeros_needs_no_exponent() -> None:
    assert fitting_exponent([0.0, -0.0], Format.FP16) == 0
    assert fitting_exponent([np.inf, np.nan], Format.E4M3) == 0
