# SPDX-License-Identifier: Apache-2.0
"""A device with the register map of another family."""

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
ACCESSES, QUEUE = "tb/uvm_tests/register_accesses.py", "tb/uvm_tests/register_queue.py"
STRANGER = Stranger(
    "otherfamily",
    (
        PlannedTest("random", "gemm_op", SIZES | {"jobs": [1, 4]}, end=24),
        PlannedTest("cleared", "gemm_op", SIZES | {"abort": "clear"}, end=8),
        PlannedTest("reset", f"{ACCESSES}:HwResetSequence"),
        PlannedTest("bits", f"{ACCESSES}:BitBashSequence"),
        PlannedTest("unmapped", f"{ACCESSES}:UnmappedSequence"),
        PlannedTest("ids", f"{QUEUE}:JobIdSequence"),
        PlannedTest("full", f"{QUEUE}:FullQueueSequence"),
        PlannedTest("running", f"{QUEUE}:ProgramWhileRunningSequence"),
    ),
)


def test_nothing_works_with_another_map(tmp_path: Path) -> None:
    bare = STRANGER.run(tmp_path, bare=True)
    # Of registers that are not there all read 0, as after a reset.
    assert [name for name, test in bare.tests.items() if test.end["status"] == "passed"] == ["reset"]


def test_it_passes_with_its_map(tmp_path: Path) -> None:
    STRANGER.run(tmp_path).check_green()


def test_a_wrong_element_is_caught(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=1).check_red("memory", "abort")


def test_a_wrong_format_of_outputs_is_caught(tmp_path: Path) -> None:
    assert STRANGER.run(tmp_path, mutant=2).fired["memory"] > 0


def test_tests_of_what_it_has_not_are_left_out() -> None:
    device, entries = load_device(STRANGER.descriptor()), load([LISTS], load_tiers())
    registers = {name: entry for name, entry in entries.items() if name.startswith("reg_")}
    assert {
        name: reason for name, entry in registers.items() if (reason := not_applicable(entry, device))
    } == {
        **{"reg_byte_enables": "otherfamily has no byte enables: registers are written as a whole"},
        **dict.fromkeys(
            ("reg_non_holder", "reg_bad_id", "reg_lock_and_queue", "reg_soft_clear", "reg_states"),
            "otherfamily has no lock",
        ),
        **{"reg_value_bytes": "otherfamily has no lock", "reg_traffic": "otherfamily has no lock"},
        **{"reg_finished_race": "otherfamily has no FINISHED that reads clear"},
    }
