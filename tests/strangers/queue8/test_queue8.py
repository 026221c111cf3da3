# SPDX-License-Identifier: Apache-2.0
"""A device with a queue of eight."""

from pathlib import Path

import pytest

from tests.bench.simulation import PlannedTest
from tests.strangers.harness import Stranger

pytestmark = pytest.mark.sim

REGISTERS = "tb/uvm_tests/register_queue.py"
STRANGER = Stranger(
    "queue8",
    (
        PlannedTest("queued", "gemm_op", {"m": [1, 6], "n": [1, 6], "k": [1, 6], "jobs": [3, 8]}, end=8),
        PlannedTest("cleared", "gemm_op", {"m": [1, 6], "n": [1, 6], "k": [1, 6], "abort": "clear"}, end=8),
        PlannedTest("full", f"{REGISTERS}:FullQueueSequence"),
        PlannedTest("ids", f"{REGISTERS}:JobIdSequence"),
    ),
)


def test_a_queue_that_nobody_told_of_is_reported(tmp_path: Path) -> None:
    full = STRANGER.run(tmp_path, bare=True).tests["full"]
    assert full.end["status"] == "mismatch"
    assert "ACQUIRE by core 0 with all contexts taken: 0x00000002, expected 0xFFFFFFFF" in full.end["detail"]


def test_it_passes_with_its_depth(tmp_path: Path) -> None:
    STRANGER.run(tmp_path).check_green()


def test_a_wrong_element_is_caught(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=1).check_red("memory", "abort")


def test_a_wrong_answer_of_a_full_queue_is_caught(tmp_path: Path) -> None:
    full = STRANGER.run(tmp_path, mutant=2).tests["full"]
    assert full.end["status"] == "mismatch"
    assert "with all contexts taken: 0xFFFFFFFE, expected 0xFFFFFFFF" in full.end["detail"]
