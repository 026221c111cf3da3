# SPDX-License-Identifier: Apache-2.0
"""No output of the wide port depends on its inputs without a clock edge (contract A4.9)."""

from pathlib import Path

import pytest

from regressions.simulators import get_simulator
from regressions.speed.bare import INPUTS, BareResult, run_bare, write_list
from tb.descriptor import load
from tb.stimulus.stream import ScenarioStream

pytestmark = pytest.mark.sim

HERE = Path(__file__).resolve().parent
KNOBS = {"m": [1, 20], "n": [1, 20], "k": [1, 20], "stall": {"none": 1, "random": 3}, "jobs": [1, 2]}
COUNT = 24


def look(device: str, folder: Path) -> BareResult:
    """Runs jobs with and without stalls, the inputs inverted in each cycle."""
    descriptor = load(device)
    bare = get_simulator().build_bare(descriptor, folder / "build.log")
    stream = ScenarioStream("transparency", 1, KNOBS, descriptor)
    write_list(folder / "list", [stream.scenario(index) for index in range(COUNT)], descriptor)
    return run_bare(bare.executable, folder / "list", transparency=True)


@pytest.mark.parametrize("device", ["serial", "redmule_4x4x1"])
def test_no_output_follows_an_input_at_once(device: str, tmp_path: Path) -> None:
    seen = look(device, tmp_path)
    assert seen.transparent == dict.fromkeys(INPUTS, 0)
    assert len(seen.job_cycles) >= COUNT


def test_outputs_that_follow_are_seen(tmp_path: Path) -> None:
    seen = look(str(HERE / "transparent.toml"), tmp_path)
    assert all(seen.transparent[name] > 0 for name in INPUTS)
