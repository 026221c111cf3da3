# SPDX-License-Identifier: Apache-2.0
"""The array's cast units against the model of the formats, over all codes."""

import numpy as np
import pytest

from models.formats import Format, narrow, widen
from tb.descriptor import load
from tests.rtl.casts import ALL, Casts, run_casts

pytestmark = pytest.mark.sim
MODULES = ("cf_math_pkg", "lzc", "redmule_pkg", "redmule_cast_in", "redmule_cast_out")


@pytest.fixture(scope="module")
def casts(tmp_path_factory: pytest.TempPathFactory) -> Casts:
    return run_casts(load("redmule"), MODULES, "redmule_cast_bench", tmp_path_factory.mktemp("casts"))


@pytest.mark.parametrize("fmt", Format, ids=lambda fmt: fmt.name)
def test_widening(casts: Casts, fmt: Format) -> None:
    # An FP8 element comes in either byte of a word.
    codes = np.arange(65536 if fmt.itemsize == 2 else 512).astype(fmt.dtype)
    np.testing.assert_array_equal(casts["in", fmt], widen(codes, fmt))


@pytest.mark.parametrize("fmt", Format, ids=lambda fmt: fmt.name)
def test_narrowing(casts: Casts, fmt: Format) -> None:
    np.testing.assert_array_equal(casts["out", fmt], narrow(ALL, fmt))
