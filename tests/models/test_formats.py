# SPDX-License-Identifier: Apache-2.0
"""Conversions of all codes, against the oracle and ml_dtypes."""

import ml_dtypes
import numpy as np
import pytest

from models import oracle
from models.formats import Format, narrow, widen

_LAYOUTS = {fmt: getattr(oracle, fmt.name) for fmt in Format}
_ML_DTYPES = {
    Format.E5M2: ml_dtypes.float8_e5m2,
    Format.E4M3: ml_dtypes.float8_e4m3,
    Format.BF16: ml_dtypes.bfloat16,
}
_NARROW = sorted(_ML_DTYPES)


def _codes(fmt: Format) -> np.ndarray:
    return np.arange(1 << (8 * fmt.itemsize), dtype=fmt.dtype)


def test_formats_have_the_register_map_values() -> None:
    assert [fmt.name for fmt in sorted(Format)] == ["E5M2", "FP16", "E4M3", "BF16"]
    assert [(fmt.value, fmt.itemsize) for fmt in Format] == [(0, 1), (1, 2), (2, 1), (3, 2)]


@pytest.mark.parametrize("fmt", _NARROW)
def test_widening_all_codes_as_the_oracle(fmt: Format) -> None:
    codes = _codes(fmt)
    expected = [oracle.convert(code, _LAYOUTS[fmt], oracle.FP16) for code in codes.tolist()]
    assert widen(codes, fmt).tolist() == expected


@pytest.mark.parametrize("fmt", _NARROW)
def test_narrowing_all_values_as_the_oracle(fmt: Format) -> None:
    values = _codes(Format.FP16)
    expected = [oracle.convert(value, oracle.FP16, _LAYOUTS[fmt]) for value in values.tolist()]
    assert narrow(values, fmt).tolist() == expected


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning", "ignore:overflow:RuntimeWarning")
@pytest.mark.parametrize("fmt", _NARROW)
def test_conversions_as_ml_dtypes(fmt: Format) -> None:
    """A second opinion; NaNs are left to the oracle, since ml_dtypes keeps signs and payloads."""
    codes, values = _codes(fmt), _codes(Format.FP16)
    theirs = codes.view(_ML_DTYPES[fmt]).astype(np.float64).astype(np.float16).view(np.uint16)
    number = ~np.isnan(theirs.view(np.float16))
    assert np.array_equal(widen(codes, fmt)[number], theirs[number])
    floats = values.view(np.float16)
    number = ~np.isnan(floats)
    theirs = floats.astype(np.float32).astype(_ML_DTYPES[fmt]).view(fmt.dtype)
    assert np.array_equal(narrow(values, fmt)[number], theirs[number])


def test_the_contracts_boundaries() -> None:
    values = np.array([247.75, 248.0, 61408.0, 61440.0, np.inf, -np.inf, np.nan], np.float16).view(np.uint16)
    assert narrow(values, Format.E4M3).tolist() == [0x77, 0x78, 0x78, 0x78, 0x78, 0xF8, 0x7C]
    assert narrow(values, Format.E5M2)[2:].tolist() == [0x7B, 0x7C, 0x7C, 0xFC, 0x7E]
    assert narrow(values, Format.BF16)[4:].tolist() == [0x7F80, 0xFF80, 0x7FC0]
    assert widen(np.array([0x7F], np.uint8), Format.E4M3).tolist() == [0x7E00]


def test_fp16_passes_unchanged_as_a_copy() -> None:
    codes = _codes(Format.FP16)
    for converted in (widen(codes, Format.FP16), narrow(codes, Format.FP16)):
        assert np.array_equal(converted, codes)
        assert not np.shares_memory(converted, codes)


@pytest.mark.parametrize("fmt", Format)
def test_shapes_and_types_are_kept(fmt: Format) -> None:
    assert widen(np.zeros((0, 3), fmt.dtype), fmt).shape == (0, 3)
    narrowed = narrow(np.zeros((2, 3), np.uint16), fmt)
    assert narrowed.shape == (2, 3)
    assert narrowed.dtype == fmt.dtype


def test_wrong_types_are_refused() -> None:
    with pytest.raises(TypeError, match="E4M3 elements are uint8"):
        widen(np.zeros(3, np.uint16), Format.E4M3)
    with pytest.raises(TypeError, match="uint16"):
        narrow(np.zeros(3, np.uint8), Format.E5M2)
