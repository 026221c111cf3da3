# SPDX-License-Identifier: Apache-2.0
"""The serial device under the simulator's own warnings, alone, without the bench around it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tb.descriptor import load
from tb.paths import ROOT
from tests.rtl.device_lint import lint, wrong_waivers

SERIAL = load("serial")
FOLDER = ROOT / "rtl" / "serial"
OWN = [source for source in SERIAL.sources if source.parent == FOLDER]
WAIVERS = FOLDER / "serial.vlt"


@pytest.mark.parametrize("dw", [32, 128, 256, 512])
@pytest.mark.parametrize("n_cores", [1, 8])
def test_clean(dw: int, n_cores: int) -> None:
    assert lint(SERIAL, SERIAL.waivers, DW=dw, N_CORES=n_cores) == ""


def test_each_waiver_is_needed(tmp_path: Path) -> None:
    assert wrong_waivers(SERIAL, WAIVERS, tmp_path, {}) == []


def test_a_waiver_that_is_wrong_is_found(tmp_path: Path) -> None:
    own = tmp_path / "own.vlt"
    others = [waiver for waiver in SERIAL.waivers if waiver != WAIVERS]
    needed = "lint_off -rule UNUSEDSIGNAL"
    own.write_text(WAIVERS.read_text().replace(needed, f'{needed} -file "*/none.sv"\n{needed}', 1))
    (unneeded,) = wrong_waivers(replace(SERIAL, waivers=(*others, own)), own, tmp_path, {})
    assert unneeded == "not needed: UNUSEDSIGNAL none.sv "


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"DW": 40}, "DW must be"),
        ({"DW": 0}, "DW must be"),
        ({"N_CORES": 9}, "N_CORES must be"),
        ({"N_CORES": 0}, "N_CORES must be"),
    ],
)
def test_impossible_parameters_are_refused(parameters: dict[str, int], message: str) -> None:
    assert message in lint(SERIAL, SERIAL.waivers, **parameters)


def test_nothing_is_shared_but_the_floating_point_package() -> None:
    for source in SERIAL.sources:
        assert source.parent == FOLDER or "pythondata_cpu_cv32e40p" in source.parts, source
    assert sorted(OWN) == sorted(FOLDER.glob("*.sv")), "every file of the folder is compiled"
