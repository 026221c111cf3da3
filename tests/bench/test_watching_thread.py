# SPDX-License-Identifier: Apache-2.0
"""The background works while the simulator runs, not in between: it sees the cycles pass."""

import json
from pathlib import Path

import pytest

from tests.bench.simulation import PlannedTest, simulate
from tests.bench.watching_thread import ENOUGH, NOTES

pytestmark = pytest.mark.sim


def test_the_background_sees_the_cycles_of_a_job_pass(tmp_path: Path) -> None:
    part = PlannedTest("watched", "tests/bench/watching_thread.py:WatchedFromBackground")
    outcomes, _ = simulate(tmp_path, [part])
    assert outcomes["watched"].end["status"] == "passed"
    assert len(json.loads((tmp_path / NOTES).read_text())) >= ENOUGH
