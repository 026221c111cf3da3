# SPDX-License-Identifier: Apache-2.0
"""A device that has to be cleared before each job but the first."""

from pathlib import Path

import pytest

from regressions.testbench import not_applicable
from regressions.testlist import LISTS, load
from regressions.tiers import load_tiers
from tb.descriptor import load as load_device
from tests.bench.simulation import PlannedTest
from tests.strangers.harness import Stranger

pytestmark = pytest.mark.sim

SIZES = {"m": [1, 6], "n": [1, 6], "k": [1, 6]}
STRANGER = Stranger(
    "clearing",
    (
        PlannedTest("random", "gemm_op", SIZES | {"jobs": [1, 3]}, end=12),
        PlannedTest("cleared", "gemm_op", SIZES | {"abort": "clear"}, end=6),
        PlannedTest("full", "tb/uvm_tests/register_queue.py:FullQueueSequence"),
    ),
)


def test_the_second_job_without_a_clear_is_reported(tmp_path: Path) -> None:
    bare = STRANGER.run(tmp_path, bare=True)
    assert bare.fired["register_port"] > 0
    assert "ACQUIRE of job" in str(bare.tests["random"].failures[0]["findings"])


def test_it_passes_with_a_clear_between_jobs(tmp_path: Path) -> None:
    STRANGER.run(tmp_path).check_green()


def test_a_wrong_element_is_caught(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=1).check_red("memory", "abort")


def test_a_wrong_answer_while_it_works_is_caught(tmp_path: Path) -> None:
    full = STRANGER.run(tmp_path, mutant=2).tests["full"]
    assert full.end["status"] == "mismatch"


def test_tests_of_several_jobs_without_a_clear_are_left_out() -> None:
    device, entries = load_device(STRANGER.descriptor()), load([LISTS], load_tiers())
    reasons = {name: not_applicable(entry, device) for name, entry in entries.items() if name[:4] == "reg_"}
    between = [name for name, reason in reasons.items() if reason == "clearing has a clear between jobs"]
    assert sorted(between) == [
        *("reg_bad_id", "reg_job_ids", "reg_long_history", "reg_traffic", "reg_value_bytes")
    ]
