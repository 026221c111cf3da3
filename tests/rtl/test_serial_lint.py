# SPDX-License-Identifier: Apache-2.0
"""The serial device under the simulator's own warnings, alone, without the bench around it."""

import re
from pathlib import Path

import pytest

from tb.descriptor import ROOT, load
from tests.rtl.device_lint import lint

SERIAL = load("serial")
FOLDER = ROOT / "rtl" / "serial"
OWN = [source for source in SERIAL.sources if source.parent == FOLDER]
WAIVERS = FOLDER / "serial.vlt"
RULES = [line for line in WAIVERS.read_text().splitlines() if line.startswith("lint_off")]


@pytest.mark.parametrize("dw", [32, 128, 256, 512])
@pytest.mark.parametrize("n_cores", [1, 8])
def test_clean(dw: int, n_cores: int) -> None:
    assert lint(SERIAL, SERIAL.waivers, DW=dw, N_CORES=n_cores) == ""


@pytest.mark.parametrize("rule", RULES)
def test_each_waiver_is_needed(rule: str, tmp_path: Path) -> None:
    rest = tmp_path / "rest.vlt"
    rest.write_text(WAIVERS.read_text().replace(rule, ""))
    others = [waiver for waiver in SERIAL.waivers if waiver != WAIVERS]
    file = re.search(r'-file "\*/([^"]+)"', rule)
    kind = re.search(r"-rule (\w+)", rule)
    assert file is not None, f"{rule}: no file"
    assert kind is not None, f"{rule}: no rule"
    findings = lint(SERIAL, [*others, rest]).splitlines()
    assert findings, "the waiver is not needed; remove it"
    assert all(kind[1] in line and file[1] in line for line in findings if "Exiting" not in line)


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
