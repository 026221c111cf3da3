# SPDX-License-Identifier: Apache-2.0
"""A sweep of cuts leaves no cycle out: each step of `Abort.after` moves the cut by one cycle."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from tests.bench.cut_cycles import CUTS, NOTES
from tests.bench.simulation import PlannedTest, simulate

pytestmark = pytest.mark.sim


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder in which the simulation left its notes."""
    folder = tmp_path_factory.mktemp("cuts")
    parts = [PlannedTest(kind, "tests/bench/cut_cycles.py:CutCycles") for kind in ("clear", "reset")]
    outcomes, _ = simulate(folder, parts)
    assert {outcome.end["status"] for outcome in outcomes.values()} == {"passed"}
    return folder


@pytest.mark.parametrize("kind", ["clear", "reset"])
def test_every_cycle_is_cut(folder: Path, kind: str) -> None:
    distances = json.loads((folder / f"{kind}-{NOTES}").read_text())
    assert len(distances) == len(CUTS)
    assert {after - before for before, after in pairwise(distances)} == {1}
    # A clear in the very next access; a reset some cycles later, since Python has to see the trigger.
    assert distances[0] == 1 if kind == "clear" else distances[0] <= 8
