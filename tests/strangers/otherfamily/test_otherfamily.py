# SPDX-License-Identifier: Apache-2.0
"""A device with the register map of another family."""

from pathlib import Path

import pytest

from regressions.judge import SegmentResult
from regressions.results import read_results
from regressions.testbench import not_applicable
from regressions.testlist import LISTS, load
from regressions.tiers import load_tiers
from regressions.triage.first_aid import first_aid
from tb.descriptor import load as load_device
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.status import Status
from tests.bench.simulation import PlannedTest, simulate
from tests.strangers.harness import HERE, Stranger

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

ROWS = "{} = {{ offset = 0x20, width = 16 }}\n{} = {{ offset = 0x20, lsb = 16, width = 16 }}"


def test_nothing_works_with_another_map(tmp_path: Path) -> None:
    bare = STRANGER.run(tmp_path, bare=True)
    # Of registers that are not there all read 0, as after a reset.
    assert [name for name, test in bare.tests.items() if test.end["status"] == "passed"] == ["reset"]


@pytest.mark.parametrize(
    ("right", "wrong", "advice"),
    [
        ("trigger_value = 2", "trigger_value = 3", "another `trigger_value`, a commit before it"),
        ("commit_value = 1", "commit_value = 3", "want another `commit_value`"),
        ("event = 1", "event = 0", "on the other line of the core: `event`"),
        ("{ GEMM = 0, MATMUL = 1 }", "{ GEMM = 1, MATMUL = 0 }", "look at `operation_codes`"),
        ("{ FP16 = 0, E5M2 = 1 }", "{ FP16 = 3, BF16 = 0, E5M2 = 1 }", "look at `format_codes`"),
        (ROWS.format("m", "k"), ROWS.format("k", "m"), "look at the places of these roles"),
    ],
)
def test_a_wrong_part_of_the_map_is_named(right: str, wrong: str, advice: str, tmp_path: Path) -> None:
    text = (HERE / "otherfamily" / "otherfamily.toml").read_text()
    assert right in text
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace(right, wrong).replace("..", str(HERE)))
    knobs = {"m": [2, 6], "n": [2, 6], "k": [2, 6], "jobs": [1, 2], "corners": 0}
    part = PlannedTest("random", "gemm_op", knobs, end=24)
    simulate(tmp_path, [part], device=str(path))
    (test,) = read_results(tmp_path / "results.jsonl").tests
    segment = Segment(TestEntry("random", "gemm_op"), 1, 0, 24, 0, 0, device="wrong")
    result = SegmentResult(segment, Status.TIMEOUT, "", "", test.jobs, test.failures, None, test.end)
    (line,) = first_aid([result])
    assert advice in line


def test_it_passes_with_its_map(tmp_path: Path) -> None:
    outcome = STRANGER.run(tmp_path)
    outcome.check_green()
    for name in ("reset", "bits", "unmapped"):
        end = outcome.tests[name].end
        assert (end["jobs"], end["register_reads"] > 0) == (0, True), "it counts what it compared"


def test_a_wrong_element_is_caught(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=1).check_red("memory", "abort")


def test_a_wrong_format_of_outputs_is_caught(tmp_path: Path) -> None:
    assert STRANGER.run(tmp_path, mutant=2).fired["memory"] > 0


def test_a_y_that_is_read_at_z_is_caught(tmp_path: Path) -> None:
    assert {"memory", "rule 5"} <= set(STRANGER.run(tmp_path, mutant=4).fired)


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
        **dict.fromkeys(
            ("reg_finished_race", "reg_long_history"), "otherfamily has no FINISHED that reads clear"
        ),
        **{"reg_coincidences": "otherfamily has too few cores"},
    }
