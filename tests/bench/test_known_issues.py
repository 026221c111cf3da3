# SPDX-License-Identifier: Apache-2.0
"""Known issues: one that shows excuses its jobs, one that does not where it should is stale."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from regressions.judge import SegmentResult
from regressions.known_issues import stale
from regressions.results import read_results
from tb.descriptor import load
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.job import Job
from tb.exchange.known import Condition, KnownItem
from tb.exchange.plan import Segment
from tb.exchange.results import Finding, TestEnd
from tb.exchange.scenario import Scenario, Window
from tb.exchange.status import Status
from tb.scoreboard.scoreboard import Scoreboard
from tests.bench.faults import FIRST
from tests.bench.jobs import JOB, OTHER, scenario
from tests.bench.simulation import DESCRIPTOR, HERE, PlannedTest, simulate
from tests.job_results import job_result

LATE = KnownItem("late", "tracker 17", "timeout", (Condition("op", frozenset({"GEMM"})),))
ISSUE = """
[[known_issues]]
id = "{id}"
reason = "tracker 17"
match = {{m = {m}}}
expect = "timeout"
"""

RUN = Scenario(0, (FIRST,), Window(0x1000_0000, 0x1_0000))


def device(*known: KnownItem, by_design: bool = False) -> Descriptor:
    serial = load("serial")
    return replace(serial, **{"known_differences" if by_design else "known_issues": known})


def segment(known: dict[str, int], silent: dict[str, int], name: str = "serial") -> SegmentResult:
    where = Segment(TestEntry("t", "s", weight=1.0), 1, 0, 2, 2, 100, device=name)
    end = TestEnd(test="t", status=Status.PASSED, known=known, silent=silent)
    return SegmentResult(where, Status.PASSED, "", "", end=end)


@pytest.mark.parametrize("by_design", [False, True])
def test_an_issue_that_concerned_jobs_and_never_showed_is_stale(by_design: bool) -> None:
    (line,) = stale([segment({}, {"late": 2}), segment({}, {"late": 3})], [device(LATE, by_design=by_design)])
    assert "known issue 'late' of serial (tracker 17) did not show in any of 5 scenarios" in line
    assert "tb/duts/serial.toml" in line


@pytest.mark.parametrize(
    "results",
    [
        [segment({}, {})],  # nothing that it concerns ran
        [segment({"late": 1}, {"late": 4})],
        [segment({"late": 1}, {}), segment({}, {"late": 4})],
        [segment({}, {"late": 4}, name="redmule")],  # of the same name, and another device's
    ],
)
def test_an_issue_that_showed_or_had_no_chance_is_not_stale(results: list[SegmentResult]) -> None:
    assert stale(results, [device(LATE)]) == []


@pytest.mark.parametrize(
    ("status", "cycles", "known", "silent"),
    [
        (Status.PASSED, 90, {}, ["late"]),
        (Status.PASSED, 90, {0: "late"}, []),
        (Status.PASSED, 0, {}, []),  # cut short
        (Status.MISMATCH, 90, {}, []),
        (Status.NOT_RUN, 0, {}, []),
    ],
)
def test_only_jobs_that_ended_well_speak_against_an_issue(
    status: Status, cycles: int, known: dict[int, str], silent: list[str]
) -> None:
    board = Scoreboard.__new__(Scoreboard)
    board.descriptor = device(LATE)
    assert board.silent(RUN, [job_result(status=status, cycles=cycles)], known) == silent


def test_a_known_issue_excuses_the_jobs_and_the_status_it_names_and_nothing_else() -> None:
    conditions = (Condition("op", frozenset({"GEMM"})),)
    known = KnownItem("slow-gemm", "tracked elsewhere", "timeout", conditions)
    board = Scoreboard.__new__(Scoreboard)
    board.descriptor = replace(load("serial"), known_issues=(known,))
    late = Finding(Status.TIMEOUT, "bound", "too slow", 0)
    other_status = Finding(Status.MISMATCH, "memory", "wrong", 0)
    other_job = Finding(Status.TIMEOUT, "bound", "too slow", 1)
    no_job = Finding(Status.TIMEOUT, "bound", "too slow")
    rest, excused = board.without_known(scenario(JOB, OTHER), [late, other_status, other_job, no_job])
    assert rest == [other_status, other_job, no_job]
    assert excused == {0: "slow-gemm"}


def test_an_issue_that_does_not_concern_a_job_is_no_matter() -> None:
    board = Scoreboard.__new__(Scoreboard)
    board.descriptor = device(LATE)
    job: Job = replace(FIRST, op=type(FIRST.op).ADDMAX)
    assert board.silent(replace(RUN, jobs=(job,)), [job_result(cycles=90)], {}) == []


@pytest.mark.sim
def test_what_a_simulation_says_of_known_issues(tmp_path: Path) -> None:
    """A fault makes jobs of three rows late, as is known of them; of those of four it is known, but wrong."""
    text = DESCRIPTOR.read_text().replace("../../", f"{HERE.parents[1]}/")
    for name in ("fault_pkg.sv", "fault_probe.sv", "fault_events.sv", "redmule_faulty.sv", "faulty.vlt"):
        text = text.replace(f'"{name}"', f'"{HERE / name}"')
    path = tmp_path / "faulty.toml"
    path.write_text(text + ISSUE.format(id="three", m=3) + ISSUE.format(id="four", m=4))
    part = PlannedTest("EventLate_one", "tests/bench/faulty_device.py:FaultyDevice")
    outcomes, _ = simulate(tmp_path, [part], device=str(path))
    jobs = outcomes["EventLate_one"].jobs
    assert {job["status"] for job in jobs} == {"passed"}
    assert jobs[0]["detail"] == "known: three"
    (test,) = read_results(tmp_path / "results.jsonl").tests
    # The scenario of the fault, and the two that follow it: jobs of 4 and 2 rows, and one of 3.
    assert (test.end.status, test.end.known) == (Status.PASSED, {"three": 1})
    assert test.end.silent == {"four": 1, "three": 1}
    result = segment(test.end.known, test.end.silent, name="faulty")
    (line,) = stale([result], [load(str(path))])
    assert "'four'" in line
