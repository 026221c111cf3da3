# SPDX-License-Identifier: Apache-2.0
"""A device whose event comes before its last write, and whose busy_o falls late."""

from pathlib import Path

import pytest

from tests.bench.simulation import PlannedTest
from tests.strangers.harness import Stranger

pytestmark = pytest.mark.sim

STRANGER = Stranger("early", (PlannedTest("random", "gemm_op", {"max_macs": 1024}, end=40),))


def test_event_and_busy_are_reported(tmp_path: Path) -> None:
    fired = STRANGER.run(tmp_path, bare=True).fired
    assert {"event_after_write", "busy"} <= set(fired)


def test_it_passes_with_its_timing(tmp_path: Path) -> None:
    STRANGER.run(tmp_path).check_green()


def test_wrong_results_are_caught(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=1).check_red("memory")


def test_an_event_that_comes_earlier_is_caught(tmp_path: Path) -> None:
    assert "event_after_write" in STRANGER.run(tmp_path, mutant=2).fired


def test_a_busy_that_falls_later_is_caught(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=3).check_red("busy")
