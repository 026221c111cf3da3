# SPDX-License-Identifier: Apache-2.0
"""Array and serial device under the simulator's own warnings: instances, waivers, impossible parameters."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tb.descriptor import load
from tb.paths import ROOT
from tests.rtl.device_lint import lint, wrong_waivers

DEVICES = {name: load(name) for name in ("redmule", "serial")}
INSTANCES = {
    "redmule": [
        {"H": 4, "L": 12, "P": 3, "DW": 256},
        {"H": 4, "L": 8, "P": 3, "DW": 256},
        {"H": 8, "L": 12, "P": 3, "DW": 512},
        {"H": 8, "L": 12, "P": 3, "DW": 256},
        {"H": 8, "L": 8, "P": 1, "DW": 256},
        {"H": 4, "L": 4, "P": 1, "DW": 128},
        {"H": 4, "L": 5, "P": 2, "DW": 256, "N_CORES": 1},
        {"FT": 1},
        {"FT": 2},
        {"H": 4, "L": 4, "P": 1, "DW": 128, "CONTEXTS": 3, "N_CORES": 1, "FT": 1},
    ],
    "serial": [{"DW": dw, "N_CORES": cores} for cores in (1, 8) for dw in (32, 128, 256, 512)],
}
# Those among which every waived rule and signal is reported.
TELLING = {
    "redmule": [INSTANCES["redmule"][0], INSTANCES["redmule"][6], INSTANCES["redmule"][8]],
    "serial": [{}],
}
IMPOSSIBLE = {
    "redmule": [
        ({"P": 0}, "at least 1"),
        ({"H": 16, "P": 15}, "at most 255"),
        ({"L": 256}, "at most 255"),
        ({"DW": 288}, "DW must be"),
        ({"DW": 32}, "DW must be"),
        ({"H": 3}, "must be a multiple of H"),
        ({"N_CORES": 9}, "N_CORES must be"),
        ({"N_CORES": 0}, "N_CORES must be"),
        ({"FT": 3}, "FT must be"),
        ({"FT": 1, "L": 5}, "L must be even"),
    ],
    "serial": [
        ({"DW": 40}, "DW must be"),
        ({"DW": 0}, "DW must be"),
        ({"N_CORES": 9}, "N_CORES must be"),
        ({"N_CORES": 0}, "N_CORES must be"),
    ],
}


def waivers_of(name: str) -> Path:
    """A device's own waivers."""
    return ROOT / "rtl" / name / f"{name}.vlt"


@pytest.mark.parametrize(
    ("name", "parameters"),
    [(name, parameters) for name, instances in INSTANCES.items() for parameters in instances],
    ids=lambda value: value if isinstance(value, str) else "-".join(map(str, value.values())),
)
def test_clean(name: str, parameters: dict[str, int]) -> None:
    assert lint(DEVICES[name], DEVICES[name].waivers, **parameters) == ""


@pytest.mark.parametrize("name", DEVICES)
def test_each_waiver_is_needed(name: str, tmp_path: Path) -> None:
    """Without any waiver, every waived rule and signal is reported by some instance, and nothing else."""
    assert wrong_waivers(DEVICES[name], waivers_of(name), tmp_path, *TELLING[name]) == []


def test_a_waiver_that_is_wrong_is_found(tmp_path: Path) -> None:
    own, serial, waivers = tmp_path / "own.vlt", DEVICES["serial"], waivers_of("serial")
    others = [waiver for waiver in serial.waivers if waiver != waivers]
    needed = "lint_off -rule UNUSEDSIGNAL"
    own.write_text(waivers.read_text().replace(needed, f'{needed} -file "*/none.sv"\n{needed}', 1))
    (unneeded,) = wrong_waivers(replace(serial, waivers=(*others, own)), own, tmp_path, {})
    assert unneeded == "not needed: UNUSEDSIGNAL none.sv "


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [(name, *case) for name, cases in IMPOSSIBLE.items() for case in cases],
    ids=str,
)
def test_impossible_parameters_are_refused(name: str, parameters: dict[str, int], message: str) -> None:
    assert message in lint(DEVICES[name], DEVICES[name].waivers, **parameters)


@pytest.mark.parametrize("name", DEVICES)
def test_nothing_is_shared_but_the_installed_package(name: str) -> None:
    device, folder = DEVICES[name], ROOT / "rtl" / name
    for source in device.sources:
        assert source.parent == folder or "pythondata_cpu_cv32e40p" in source.parts, source
    own = [source for source in (*device.sources, *device.binds) if source.parent == folder]
    assert sorted(own) == sorted(folder.glob("*.sv")), "every file of the folder is compiled"
