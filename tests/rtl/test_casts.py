# SPDX-License-Identifier: Apache-2.0
"""A device's conversions against the model of the formats, over all codes, in a simulation of these alone."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from models.formats import Format, narrow, widen
from regressions.simulators import get_simulator
from regressions.simulators.model import Model
from tb.descriptor import load
from tb.paths import ROOT

pytestmark = pytest.mark.sim

Results = Mapping[tuple[str, int], NDArray[np.uint16]]
"""Results by direction ("in", "out") and format, in the order of the codes."""


class Unit(NamedTuple):
    """Conversions of a device, and the bench around them, `tests/rtl/<bench>.sv`."""

    device: str
    modules: tuple[str, ...]  # names of the sources that the bench needs
    bench: str
    fp8_codes: int  # a byte, in each of its places in a word

    def run(self, folder: Path) -> Results:
        """Compile the bench with these modules alone, and collect its output."""
        device = load(self.device)
        sources = [source for source in device.sources if source.stem in self.modules]
        assert len(sources) == len(self.modules), f"{self.device} has not all of {self.modules}"
        model = Model(
            name=self.bench,
            top=self.bench,
            prefix="Vcasts",
            program="casts",
            sources=(*device.waivers, *sources, ROOT / "tests" / "rtl" / f"{self.bench}.sv"),
            includes=device.includes,
            flags=("--main", "--timing"),
            effort="-O1",
        )
        program = get_simulator().compile(model, folder / "build.log")
        output = subprocess.run([program], check=True, capture_output=True, text=True).stdout
        found: dict[tuple[str, int], list[int]] = {}
        for line in output.splitlines():
            words = line.split()
            if words and words[0] in ("in", "out"):
                results = found.setdefault((words[0], int(words[1])), [])
                assert int(words[2], 16) == len(results), "codes come in order"
                results.append(int(words[3], 16))
        return {key: np.array(values, dtype=np.uint16) for key, values in found.items()}


UNITS = (
    Unit(
        "serial", ("serial_pkg", "serial_convert", "serial_widen", "serial_narrow"), "serial_cast_bench", 256
    ),
    Unit(
        "redmule",
        ("cf_math_pkg", "lzc", "redmule_pkg", "redmule_cast_in", "redmule_cast_out"),
        "redmule_cast_bench",
        2 * 256,
    ),
)


@pytest.fixture(scope="module", params=UNITS, ids=lambda unit: unit.device)
def casts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Unit, Results]:
    return request.param, request.param.run(tmp_path_factory.mktemp("casts"))


@pytest.mark.parametrize("fmt", Format, ids=lambda fmt: fmt.name)
def test_widening(casts: tuple[Unit, Results], fmt: Format) -> None:
    unit, results = casts
    codes = np.arange(65536 if fmt.itemsize == 2 else unit.fp8_codes).astype(fmt.dtype)
    np.testing.assert_array_equal(results["in", fmt], widen(codes, fmt))


@pytest.mark.parametrize("fmt", Format, ids=lambda fmt: fmt.name)
def test_narrowing(casts: tuple[Unit, Results], fmt: Format) -> None:
    np.testing.assert_array_equal(casts[1]["out", fmt], narrow(np.arange(65536, dtype=np.uint16), fmt))
