# SPDX-License-Identifier: Apache-2.0
"""Conditions for the failures of a run, from its results and its scenarios drawn once more."""

import re
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from regressions.judge import SegmentResult
from regressions.testbench import stream_of
from regressions.triage import rows
from regressions.triage.common import Common, bugs
from regressions.triage.sharing import commons
from regressions.triage.subgroup import Subgroup
from tb.descriptor import load
from tb.exchange.attributes import FRESH, history_behind, occasions
from tb.exchange.bucket import bucket_of
from tb.exchange.condition import parse_condition
from tb.exchange.entry import TestEntry
from tb.exchange.known import KnownItem
from tb.exchange.plan import Segment
from tb.exchange.results import Failure, Finding
from tb.exchange.status import Status
from tb.schema import Where
from tests.job_results import job_result

DEVICE = load("redmule")
ENTRY = TestEntry(
    "gemm_ops", "gemm_op", weight=1.0, knobs={"jobs": [1, 4], "stall": ["none", "burst", "random"]}
)
CUT = TestEntry("cut", "gemm_op", weight=1.0, knobs={"abort": "clear"})
NAMELESS = ("rule", "abort")
"""Beginnings of checkers whose findings name no job."""

WRONG = {
    "memory": "Z[1, 2] at 0x10 is 0x3c00, not 0x7e00",
    "bound": "99 cycles, at most 9 allowed with 1 stalled",
    "schedule": "99 cycles instead of 98",
    "abort": "2 bytes wrong after a cut job, the first at 0x10: 0x80, was 0xfb, is to become 0x00",
    "rule 12": "a request changed before its grant (3 times, first at edge 5)",
}


def segment(
    defects: dict[str, str],
    begin: int,
    end: int,
    *,
    spreads: bool = False,
    known: str = "",
    entry: TestEntry = ENTRY,
) -> SegmentResult:
    """Results of a device with defects: a checker finds each at the jobs of a condition.

    A rule of a port names no job, and a job with an earlier defect shows no later one. A defect that spreads
    shows at all jobs behind as well; a job of the condition `known` shows a known issue, and spoils the next.
    """
    excused = parse_condition(known, Where("known")) if known else None
    held = {checker: parse_condition(text, Where("defect")) for checker, text in defects.items()}
    stream = stream_of(entry, 1, DEVICE)
    result = SegmentResult(Segment(entry, 1, begin, end, 0, 0, device="redmule"), Status.PASSED, "", "")
    history = FRESH
    for index in range(begin, end):
        scenario, findings, before, spoilt = stream.scenario(index), [], None, False
        for each in occasions(scenario, history):
            shown = next((checker for checker, condition in held.items() if condition.holds(each)), before)
            shown = "memory" if spoilt else shown
            before = shown if spreads else None
            spoilt = excused is not None and excused.holds(each)
            if shown is not None:
                job = None if shown.startswith(NAMELESS) else each.position
                findings.append(Finding(Status.MISMATCH, shown, WRONG[shown], job))
            status = Status.PASSED if shown is None or shown.startswith(NAMELESS) else Status.MISMATCH
            detail = "known: soiled" if spoilt and status is Status.PASSED else ""
            result.jobs.append(
                job_result(scenario=index, job=each.position, status=status, detail=detail, test=entry.name)
            )
        history = history_behind(scenario, history)
        if findings:
            history = FRESH
            result.status = Status.MISMATCH
            result.failures.append(Failure(entry.name, index, Status.MISMATCH, "", tuple(findings)))
    return result


KEYS = {bucket_of(Finding(Status.MISMATCH, checker, text)): checker for checker, text in WRONG.items()}


def told(results: Sequence[SegmentResult]) -> dict[str, Common]:
    """Triage of the buckets, by checker."""
    return {KEYS[bucket]: common for bucket, common in commons(results, DEVICE).items()}


def found(results: Sequence[SegmentResult]) -> dict[str, str]:
    """The exact conditions by checker."""
    conditions = {checker: common.condition for checker, common in told(results).items()}
    exact = {name: each for name, each in conditions.items() if isinstance(each, Subgroup) and each.exact}
    return {name: each.text for name, each in exact.items()}


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
    parts = [segment(defects, 0, 100), segment(defects, 100, 260)]
    assert {checker: set(text.split(" and ")) for checker, text in found(parts).items()} == {
        checker: set(text.split(" and ")) for checker, text in defects.items()
    }


def test_cut_jobs_show_the_defects_of_whole_ones() -> None:
    """That its scenarios have cut jobs is no condition of a checker that looks at no others."""
    one, other = 'op == "ADDMAX"', "n % 8 == 1"
    whole = segment({"memory": one, "bound": other}, 0, 260)
    cut = segment({"abort": f"{one} or {other}"}, 0, 40, entry=CUT)
    common = told([whole, cut])
    assert str(common["memory"].condition).startswith(f"fails iff {one}: ")
    assert common["abort"].condition == "no condition of its own"
    words = re.findall(r"(?:bug|and) with '\w+: (\w+)[^']*': (\d+) ", common["abort"].kin)
    assert {checker for checker, _ in words} == {"memory", "bound"}
    assert sum(int(count) for _, count in words) == len(cut.failures)
    assert bugs(common.values()) == "3 buckets, likely 2 bugs"


def test_a_defect_of_cut_jobs_is_told_from_other_cut_jobs_by_scenario() -> None:
    cut = segment({"abort": 'x_format == "E5M2"'}, 0, 60, entry=CUT)
    (common,) = told([segment({}, 0, 200), cut]).values()
    assert isinstance(common.condition, Subgroup)
    assert common.condition.text == 'x_format == "E5M2"'
    assert common.condition.failing == (len(cut.failures), len(cut.failures))
    assert common.condition.passing == (0, 60 - len(cut.failures))
    assert bugs([common]) == ""


def ruled(results: Sequence[SegmentResult], **rule: object) -> dict[str, Common]:
    """Triage of a device with a rule for short products, by checker."""
    item = KnownItem(**{"id": "short", "reason": "r", "expect": ("memory",), "when": "n <= 4"} | rule)
    told = commons(results, replace(DEVICE, known_issues=(item,)))
    return {KEYS[bucket]: common for bucket, common in told.items()}


def test_a_checker_that_a_rule_does_not_expect_is_named_with_the_rule() -> None:
    results = [segment({"bound": "n <= 4", "schedule": 'op == "ADDMAX"'}, 0, 200)]
    common = ruled(results)
    assert common["bound"].rule == "all of it is at jobs of known issue 'short': add 'bound' to its `expect`"
    assert common["schedule"].rule == ""
    assert bugs(common.values()) == "2 buckets, likely 1 bug"
    assert ruled(results, expect=("memory", "bound"))["bound"].rule == ""
    assert ruled(results, when="m > 60")["bound"].rule == ""
    assert ruled(results, when="m >= 0")["bound"].rule == "", "nearly all jobs meet it"


def test_a_rule_that_does_not_spread_is_named_with_the_bucket_behind_its_jobs() -> None:
    result = segment({"memory": "n <= 4"}, 0, 100)
    short = parse_condition("n <= 4", Where("short"))
    behind = []
    for failure in result.failures:
        jobs = occasions(stream_of(ENTRY, 1, DEVICE).scenario(failure.scenario))
        first = next(job.position for job in jobs if short.holds(job))
        last = jobs[-1]
        if first < last.position and not short.holds(last):
            behind.append(replace(failure, findings=(replace(failure.findings[0], job=last.position),)))
    result.failures = behind
    (common,) = ruled([result]).values()
    words = "all of it is behind jobs of known issue 'short': "
    assert common.rule == words + "`spreads = true` takes in the jobs behind"
    (common,) = ruled([result], expect=("bound",)).values()
    assert (
        common.rule == f"{words}add 'memory' to its `expect`, and `spreads = true` takes in the jobs behind"
    )
    assert ruled([result], spreads=True)["memory"].rule == ""


@pytest.mark.parametrize("end", [80, 260])
@pytest.mark.parametrize(
    "defects",
    [
        {"memory": "n == 8"},
        {"memory": "n <= 4", "bound": 'stall == "burst"'},
        {"memory": "n <= 4", "bound": 'op == "ADDMAX"', "schedule": "core == 3"},
    ],
)
def test_jobs_behind_a_failure_do_not_blur_its_condition(defects: dict[str, str], end: int) -> None:
    """Every job behind one that fails shows the same, as where it reads what that one wrote."""
    assert found([segment(defects, 0, end, spreads=True)]) == defects


def test_a_job_behind_a_known_issue_does_not_blur_a_condition() -> None:
    results = [segment({"memory": "n <= 4"}, 0, 260, known="k <= 3")]
    assert found(results) == {"memory": "n <= 4"}


def test_a_bucket_of_jobs_behind_failures_alone_says_so() -> None:
    result = segment({"memory": "position == 0"}, 0, 100)
    for failure, place in zip(result.failures, range(100), strict=False):
        behind = Finding(Status.MISMATCH, "bound", WRONG["bound"], 1)
        result.failures[place] = replace(failure, findings=(*failure.findings, behind))
    assert told([result])["bound"].lines == ["no condition: its 51 jobs stand behind others that failed"]


@pytest.mark.parametrize(
    ("failing", "said"), [(4, "too few to tell (4 failing jobs and "), (5, "fails iff n <= ")]
)
def test_a_condition_takes_five_failing_jobs(failing: int, said: str) -> None:
    result = segment({"memory": "n <= 4"}, 0, 200)
    firsts = [failure for failure in result.failures if failure.findings[0].job == 0][:failing]
    result.failures = firsts
    bad = {failure.scenario for failure in firsts}
    result.jobs = [job for job in result.jobs if job.scenario in bad or job.status is Status.PASSED]
    assert told([result])["memory"].lines[0].startswith(said)


def test_only_so_many_scenarios_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_SCENARIOS", 100)
    good, bad = segment({}, 0, 200), segment({"memory": "n <= 4"}, 200, 300)
    assert found([good, bad]) == {"memory": "n <= 4"}, "those of segments that failed come first"


def directed(sizes: Sequence[int], *, bad: int, findings: tuple[Finding, ...] = ()) -> SegmentResult:
    """Results of a directed test, whose two runs number their scenarios alike: jobs of M rows fail."""
    entry = TestEntry("edges", "tb/uvm_tests/edges.py:AddressEnds", count=2)
    result = SegmentResult(Segment(entry, 1, 0, 2, 0, 0, device="redmule"), Status.MISMATCH, "", "")
    for _run in range(2):
        for index, m in enumerate(sizes):
            status = Status.MISMATCH if m == bad else Status.PASSED
            result.jobs.append(job_result(scenario=index, job=0, m=m, status=status, test="edges"))
            if m == bad:
                wrong = Finding(Status.MISMATCH, "memory", WRONG["memory"], 0)
                result.failures.append(Failure("edges", index, Status.MISMATCH, "", (wrong,)))
    result.failures += [Failure("edges", 99, Status.MISMATCH, "", findings)] if findings else []
    return result


def test_jobs_of_a_directed_test_have_a_condition_by_their_results() -> None:
    common = told([directed([1, 2, 3] * 4, bad=2)])
    assert common["memory"].lines == ["fails iff m == 2: 8 of 8, and 0 of 16 others"]


def test_a_directed_test_and_a_stream_share_a_condition() -> None:
    few = segment({"memory": "m == 2"}, 0, 20)
    assert len(few.failures) < 5, "too few by themselves"
    assert found([directed([1, 2, 3] * 4, bad=2), few]) == {"memory": "m == 2"}


def test_a_bucket_without_jobs_says_why_it_has_no_condition() -> None:
    register = Finding(Status.MISMATCH, "bound", WRONG["bound"])
    common = told([directed([1, 2, 3] * 4, bad=2, findings=(register,))])
    assert common["bound"].lines == ["no condition: it names no job"]


def test_results_of_other_devices_are_left_out() -> None:
    other = segment({"memory": "n <= 4"}, 0, 50)
    other.segment = replace(other.segment, device="serial")
    assert commons([other], DEVICE) == {}
