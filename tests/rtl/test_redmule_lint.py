# SPDX-License-Identifier: Apache-2.0
"""The accelerator under the simulator's own warnings: instances, waivers, impossible parameters."""

from pathlib import Path

import pytest

from tb.descriptor import load
from tb.paths import ROOT
from tests.rtl.device_lint import lint, wrong_waivers

DEVICE = load("redmule")
FOLDER = ROOT / "rtl" / "redmule"
OWN = [source for source in DEVICE.sources if source.parent == FOLDER]
WAIVERS = FOLDER / "redmule.vlt"
INSTANCES = [
    {"H": 4, "L": 12, "P": 3, "DW": 256},
    {"H": 4, "L": 8, "P": 3, "DW": 256},
    {"H": 8, "L": 12, "P": 3, "DW": 512},
    {"H": 8, "L": 12, "P": 3, "DW": 256},
    {"H": 8, "L": 8, "P": 1, "DW": 256},
    {"H": 4, "L": 4, "P": 1, "DW": 128},
    {"H": 4, "L": 5, "P": 2, "DW": 256, "N_CORES": 1},
]


@pytest.mark.parametrize("parameters", INSTANCES, ids=lambda p: "-".join(map(str, p.values())))
def test_clean(parameters: dict[str, int]) -> None:
    assert lint(DEVICE, DEVICE.waivers, **parameters) == ""


def test_each_waiver_is_needed(tmp_path: Path) -> None:
    """Without any waiver, every waived rule and signal is reported by some instance, and nothing else."""
    assert wrong_waivers(DEVICE, WAIVERS, tmp_path, INSTANCES[0], INSTANCES[-1]) == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"P": 0}, "at least 1"),
        ({"H": 16, "P": 15}, "at most 255"),
        ({"L": 256}, "at most 255"),
        ({"DW": 288}, "DW must be"),
        ({"DW": 32}, "DW must be"),
        ({"H": 3}, "must be a multiple of H"),
        ({"N_CORES": 9}, "N_CORES must be"),
        ({"N_CORES": 0}, "N_CORES must be"),
    ],
    ids=str,
)
def test_impossible_parameters_are_refused(parameters: dict[str, int], message: str) -> None:
    assert message in lint(DEVICE, DEVICE.waivers, **parameters)


def test_nothing_is_shared_but_the_installed_package() -> None:
    for source in DEVICE.sources:
        assert source.parent == FOLDER or "pythondata_cpu_cv32e40p" in source.parts, source
    compiled = sorted([*OWN, *DEVICE.binds])
    assert compiled == sorted(FOLDER.glob("*.sv")), "every file of the folder is compiled"
