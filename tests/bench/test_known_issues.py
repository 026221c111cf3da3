# SPDX-License-Identifier: Apache-2.0
"""Known issues: one that shows excuses its jobs, one that does not where it should is stale."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from models.ops import Op
from regressions.judge import SegmentResult
from regressions.known_issues import KnownRow, known_rows
from regressions.results import read_results
from tb.descriptor import load
from tb.exchange.attributes import History, occasions
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.known import KnownItem, excuse
from tb.exchange.plan import Segment
from tb.exchange.results import Finding, TestEnd
from tb.exchange.scenario import Scenario, Window
from tb.exchange.status import Status
from tests.bench.faults import FIRST
from tests.bench.simulation import DESCRIPTOR, HERE, PlannedTest, simulate

LATE = KnownItem("late", "tracker 17", ("bound", "rule 12"), 'op == "GEMM"')
ISSUE = """
[[known_issues]]
id = "{id}"
reason = "tracker 17"
when = "m == {m}"
expect = {expect}
rate = 1
"""

RUN = Scenario(0, (FIRST,), Window(0x1000_0000, 0x1_0000))


def device(*known: KnownItem, by_design: bool = False) -> Descriptor:
    serial = load("serial")
    return replace(serial, **{"known_differences" if by_design else "known_issues": known})


def segment(known: dict[str, int], silent: dict[str, int], name: str = "serial") -> SegmentResult:
    where = Segment(TestEntry("t", "s", weight=1.0), 1, 0, 2, 2, 100, device=name)
    end = TestEnd(test="t", status=Status.PASSED, concerned={"late": 4}, known=known, silent=silent)
    return SegmentResult(where, Status.PASSED, "", "", end=end)


def stale(results: list[SegmentResult], devices: list[Descriptor]) -> list[str]:
    return [row.stale for row in known_rows(results, devices) if row.stale]


def test_a_row_counts_the_scenarios_of_all_segments() -> None:
    (row,) = known_rows([segment({"late": 2}, {"late": 3}), segment({"late": 1}, {})], [device(LATE)])
    assert (row.item, row.concerned, row.shown, row.silent, row.stale) == (LATE, 8, 3, 3, "")
    assert row.line == "known on serial: late showed in 3 of 8 scenarios that it concerns, 3 passed without"
    assert known_rows([], [device(LATE)]) == []


@pytest.mark.parametrize("by_design", [False, True])
def test_an_issue_that_concerned_jobs_and_never_showed_is_stale(by_design: bool) -> None:
    (line,) = stale([segment({}, {"late": 4}), segment({}, {"late": 6})], [device(LATE, by_design=by_design)])
    assert "known issue 'late' of serial (tracker 17) did not show in any of 10 scenarios" in line
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


@pytest.mark.parametrize(("rate", "fair"), [(1, 1), (0.5, 10), (0.1, 66), (0.001, 6905)])
def test_an_issue_is_stale_where_its_rate_says_that_it_had_a_fair_chance(rate: float, fair: int) -> None:
    item = replace(LATE, rate=rate)
    assert 1e-3 * (1 - rate) <= (1 - rate) ** fair <= 1e-3, (
        "one of a thousand runs may call it stale by chance"
    )
    assert stale([segment({}, {"late": fair})], [device(item)])
    assert not stale([segment({}, {"late": fair - 1})], [device(item)])


@pytest.mark.parametrize(
    ("concerned", "shown", "silent", "said"),
    [
        (0, 0, 0, "late not exercised: no job that it concerns ran"),
        (
            9,
            0,
            9,
            "showed in 0 of 9 scenarios that it concerns, 9 passed without; too few to call it stale: "
            "rate 0.5 needs 10",
        ),
        (10, 0, 10, "showed in 0 of 10 scenarios that it concerns, 10 passed without"),
        (10, 10, 0, "showed in 10 of 10 scenarios that it concerns, 0 passed without"),
        (9, 1, 8, "showed in 1 of 9 scenarios that it concerns, 8 passed without"),
        (
            2000,
            2,
            1998,
            "showed in 2 of 2000 scenarios that it concerns, 1998 passed without; so rare that "
            "another seed may miss it and call it stale: give it rate = 0.0005",
        ),
        (2000, 7, 1993, "showed in 7 of 2000 scenarios that it concerns, 1993 passed without"),
    ],
)
def test_the_line_of_an_issue_has_its_numbers_and_what_follows(
    concerned: int, shown: int, silent: int, said: str
) -> None:
    line = KnownRow(device(LATE), LATE, concerned, shown, silent).line
    assert line.startswith("known on serial: late ")
    assert line.endswith(said)


def finding(checker: str, job: int | None = None) -> Finding:
    return Finding(Status.MISMATCH, checker, "wrong", job)


@pytest.mark.parametrize(
    ("findings", "ended", "left", "shown", "silent"),
    [
        ([], {0, 1}, [], [], ["late"]),
        ([], {1}, [], [], []),  # the job that it concerns was cut short
        ([("bound", 0)], {0, 1}, [], ["late"], []),
        ([("bound", 1)], {0, 1}, [("bound", 1)], [], ["late"]),  # a job that it does not concern
        ([("memory", 0)], {0, 1}, [("memory", 0)], [], []),  # another checker: the job failed by it
        ([("bound", 0), ("memory", 0)], {0, 1}, [("memory", 0)], ["late"], []),
        ([("rule 12", None)], {0, 1}, [], ["late"], []),  # names no job: any that it concerns will do
        ([("rule 5", None)], {0, 1}, [("rule 5", None)], [], ["late"]),
    ],
)
def test_a_known_issue_excuses_its_checkers_on_its_jobs_and_nothing_else(
    findings: list[tuple[str, int | None]],
    ended: set[int],
    left: list[tuple[str, int | None]],
    shown: list[str],
    silent: list[str],
) -> None:
    run = replace(RUN, jobs=(FIRST, replace(FIRST, op=Op.ADDMAX)))
    found = excuse((LATE,), occasions(run), [finding(*each) for each in findings], ended)
    assert found.findings == [finding(*each) for each in left]
    assert (list(found.shown), list(found.silent)) == (shown, silent)
    assert found.jobs == ({0: "late"} if shown and findings[0][1] == 0 else {})


@pytest.mark.parametrize(
    ("spreads", "place", "checker", "excused"),
    [
        (True, 2, "bound", True),
        (True, 0, "bound", False),  # ahead of the job that it concerns
        (True, 2, "memory", False),
        (False, 2, "bound", False),
    ],
)
def test_a_known_issue_that_spreads_excuses_its_checkers_behind_its_jobs(
    spreads: bool, place: int, checker: str, excused: bool
) -> None:
    other = replace(FIRST, op=Op.MINMAX)
    run = Scenario(0, (other, FIRST, other), Window(0x1000_0000, 0x1_0000))
    item = replace(LATE, spreads=spreads)
    found = excuse([item], occasions(run), [Finding(Status.TIMEOUT, checker, "late", place)], {0, 1, 2})
    assert (not found.findings, dict(found.jobs)) == (excused, {place: "late"} if excused else {})
    assert found.concerned == ("late",)
    assert found.silent == (() if excused else ("late",))


def test_a_finding_outside_of_scenarios_is_excused_without_a_condition() -> None:
    always = replace(LATE, expect="register", when=None)
    noted = [finding("register")]
    assert excuse((always,), (), noted, set()).shown == ("late",)
    assert excuse((replace(always, when="m > 3"),), (), noted, set()).findings == noted


def test_conditions_ask_for_the_history() -> None:
    second = KnownItem("second", "tracker 3", "memory", "since_clear == 2")
    wrong = [finding("memory", 0)]
    assert excuse((second,), occasions(RUN, History(5, 2)), wrong, {0}).shown == ("second",)
    assert excuse((second,), occasions(RUN, History(2, 1)), wrong, {0}).findings == wrong


@pytest.mark.sim
def test_what_a_simulation_says_of_known_issues(tmp_path: Path) -> None:
    """A fault makes jobs of three rows late, as is known of them; of those of four it is known, but wrong."""
    text = DESCRIPTOR.read_text().replace("../../", f"{HERE.parents[1]}/")
    for name in ("fault_pkg.sv", "fault_probe.sv", "fault_events.sv", "redmule_faulty.sv", "faulty.vlt"):
        text = text.replace(f'"{name}"', f'"{HERE / name}"')
    path = tmp_path / "faulty.toml"
    issues = (("three", 3, ["bound"]), ("four", 4, ["bound"]), ("stuck", 2, ["watchdog"]))
    path.write_text(text + "".join(ISSUE.format(id=name, m=m, expect=checker) for name, m, checker in issues))
    cases = ("EventLate_one", "Silent_three_80")
    parts = [PlannedTest(name, "tests/bench/faulty_device.py:FaultyDevice") for name in cases]
    outcomes, _ = simulate(tmp_path, parts, device=str(path))
    jobs = outcomes["EventLate_one"].jobs
    assert {job["status"] for job in jobs} == {"passed"}
    assert jobs[0]["detail"] == "known: three"
    test, stuck = read_results(tmp_path / "results.jsonl").tests
    assert stuck.end is not None
    assert (stuck.end.status, stuck.end.held) == (Status.PASSED, 1)
    assert [(job.status, job.detail) for job in stuck.jobs][:3] == [
        (Status.PASSED, ""),
        (Status.PASSED, "known: stuck"),
        (Status.NOT_RUN, "behind a known hang"),
    ]
    # The scenario of the fault, and the two that follow it: jobs of 4 and 2 rows, and one of 3.
    assert (test.end.status, test.end.known) == (Status.PASSED, {"three": 1})
    assert test.end.silent == {"four": 1, "three": 1, "stuck": 1}
    result = segment(test.end.known, test.end.silent, name="faulty")
    line = stale([result], [load(str(path))])[0]
    assert "'four'" in line
