# SPDX-License-Identifier: Apache-2.0
"""Conditions for the failures of a run, from its results and its scenarios drawn once more."""

from collections.abc import Sequence

import pytest

from regressions.judge import SegmentResult
from regressions.testbench import stream_of
from regressions.triage import sharing
from regressions.triage.sharing import conditions
from tb.descriptor import load
from tb.exchange.attributes import FRESH, history_behind, occasions
from tb.exchange.bucket import bucket_of
from tb.exchange.condition import parse_condition
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.results import Failure, Finding
from tb.exchange.status import Status
from tb.schema import Where
from tests.job_results import job_result

DEVICE = load("redmule")
ENTRY = TestEntry(
    "gemm_ops", "gemm_op", weight=1.0, knobs={"jobs": [1, 4], "stall": ["none", "burst", "random"]}
)
WRONG = {
    "memory": "Z[1, 2] at 0x10 is 0x3c00, not 0x7e00",
    "bound": "99 cycles, at most 9 allowed with 1 stalled",
    "rule 12": "a request changed before its grant (3 times, first at edge 5)",
}


def segment(defects: dict[str, str], begin: int, end: int) -> SegmentResult:
    """Results of a device with defects: a checker finds each at the jobs of a condition.

    A rule of a port names no job, and a job with an earlier defect shows no later one.
    """
    held = {checker: parse_condition(text, Where("defect")) for checker, text in defects.items()}
    stream = stream_of(ENTRY, 1, DEVICE)
    result = SegmentResult(Segment(ENTRY, 1, begin, end, 0, 0, device="redmule"), Status.PASSED, "", "")
    history = FRESH
    for index in range(begin, end):
        scenario, findings = stream.scenario(index), []
        for each in occasions(scenario, history):
            shown = next((checker for checker, condition in held.items() if condition.holds(each)), None)
            if shown is not None:
                job = None if shown.startswith("rule") else each.position
                findings.append(Finding(Status.MISMATCH, shown, WRONG[shown], job))
            status = Status.PASSED if shown is None or shown.startswith("rule") else Status.MISMATCH
            result.jobs.append(job_result(scenario=index, job=each.position, status=status))
        history = history_behind(scenario, history)
        if findings:
            history = FRESH
            result.status = Status.MISMATCH
            result.failures.append(Failure("gemm_ops", index, Status.MISMATCH, "", tuple(findings)))
    return result


def found(defects: dict[str, str], results: Sequence[SegmentResult] = ()) -> dict[str, str]:
    told = conditions(results or [segment(defects, 0, 100), segment(defects, 100, 260)], DEVICE)
    keys = {bucket_of(Finding(Status.MISMATCH, checker, text)): checker for checker, text in WRONG.items()}
    return {keys[bucket]: condition.text for bucket, condition in told.items() if condition.exact}


@pytest.mark.parametrize(
    "defects",
    [
        {"memory": "n <= 4"},
        {"memory": "since_reset > 3"},
        {"memory": 'm % 12 != 0 and op == "GEMM"', "bound": 'stall == "burst"'},
        {"memory": "position > 0", "bound": "k <= 3"},
        {"rule 12": "n <= 4"},
    ],
)
def test_each_bucket_comes_with_the_condition_of_its_defect(defects: dict[str, str]) -> None:
    assert {checker: set(text.split(" and ")) for checker, text in found(defects).items()} == {
        checker: set(text.split(" and ")) for checker, text in defects.items()
    }


def test_only_so_many_scenarios_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "MAX_SCENARIOS", 100)
    good, bad = segment({}, 0, 200), segment({"memory": "n <= 4"}, 200, 300)
    assert found({}, [good, bad]) == {"memory": "n <= 4"}, "those of segments that failed come first"


def test_tests_that_cannot_be_drawn_and_other_devices_are_left_out() -> None:
    directed = TestEntry("edges", "tb/uvm_tests/edges.py:AddressEnds", count=1)
    failure = Failure("edges", 0, Status.MISMATCH, "", (Finding(Status.MISMATCH, "memory", "wrong", 0),))
    results = [
        SegmentResult(Segment(entry, 1, 0, 1, 0, 0, device=name), Status.MISMATCH, "", "", [], [failure])
        for entry, name in ((directed, "redmule"), (ENTRY, "serial"))
    ]
    assert conditions(results, DEVICE) == {}
