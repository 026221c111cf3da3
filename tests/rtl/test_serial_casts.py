# SPDX-License-Identifier: Apache-2.0
"""The serial device's conversions against the model of the formats, over all codes."""

import numpy as np
import pytest

from models.formats import Format, narrow, widen
from tb.descriptor import load
from tests.rtl.casts import ALL, Casts, run_casts

pytestmark = pytest.mark.sim
MODULES = ("serial_pkg", "serial_convert", "serial_widen", "serial_narrow")


@pytest.fixture(scope="module")
def casts(tmp_path_factory: pytest.TempPathFactory) -> Casts:
    return run_casts(load("serial"), MODULES, "serial_cast_bench", tmp_path_factory.mktemp("casts"))


@pytest.mark.parametrize("fmt", Format, ids=lambda fmt: fmt.name)
def test_widening(casts: Casts, fmt: Format) -> None:
    codes = np.arange(1 << (8 * fmt.itemsize)).astype(fmt.dtype)
    np.testing.assert_array_equal(casts["in", fmt], widen(codes, fmt))


@pytest.mark.parametrize("fmt", Format, ids=lambda fmt: fmt.name)
def test_narrowing(casts: Casts, fmt: Format) -> None:
    np.testing.assert_array_equal(casts["out", fmt], narrow(ALL, fmt))
