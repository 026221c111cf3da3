# SPDX-License-Identifier: Apache-2.0
"""Fates of defects, and which of them make a run fail."""

import json
from pathlib import Path

import pytest

from regressions.judge import Ending, ProcessEnd
from regressions.mutants.defects import Defect
from regressions.mutants.outcome import DefectResult, Fate, read_result
from regressions.mutants.report import Report, to_json, to_markdown
from regressions.planner import Simulation
from regressions.results import ResultsReader
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment

ENTRY = TestEntry("some", "gemm_op")
PLAN = Simulation(0, (Segment(ENTRY, 1, 0, 2, 2, 100), Segment(ENTRY, 1, 2, 3, 1, 100)))
JOB = {"type": "job", "test": "some", "scenario": 0, "job": 0, "status": "passed"} | {
    **{"op": "GEMM", "format": "FP16", "M": 1, "N": 1, "K": 1}
}
FAILURE = {
    "type": "failure",
    "test": "some",
    "scenario": 1,
    "status": "mismatch",
    "detail": "memory: wrong",
    "findings": [
        {"status": "mismatch", "checker": name, "detail": "wrong"} for name in ("memory", "rule 6", "memory")
    ],
    "record": "x",
}


def defect(**fields: object) -> Defect:
    return Defect("some-defect", "m.sv", "a;", "b;", "something", **fields)  # type: ignore[arg-type]


def segment(
    begin: int, end: int, status: str = "passed", jobs: int = 0, detail: str = ""
) -> list[dict[str, object]]:
    return [
        {"type": "test_begin", "test": "some", "seed": 1, "begin": begin, "end": end},
        *([JOB] * jobs),
        {"type": "test_end", "test": "some", "jobs": jobs, "compared_bytes": 64, "cycles": 9, "seconds": 0.1}
        | {"status": status, "detail": detail},
    ]


def judged(
    folder: Path, lines: list[dict[str, object]], outcome: ProcessEnd, **fields: object
) -> DefectResult:
    (folder / "results.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    reader = ResultsReader(folder / "results.jsonl")
    reader.poll()
    return read_result(defect(**fields), 1, folder, PLAN, reader.log, outcome)


END: dict[str, object] = {"type": "sim_end", "cycles": 18, "seconds": 0.2}
FINE = ProcessEnd(Ending.EXITED, 0)
PASSED = [*segment(0, 2, jobs=2), *segment(2, 3, jobs=1), END]


def test_survivor_passed_every_job(tmp_path: Path) -> None:
    result = judged(tmp_path, PASSED, FINE)
    assert (result.fate, result.after, result.checkers) == (Fate.SURVIVED, 3, ())
    assert result.complaint.startswith("survived; add a test")


def test_survivor_with_a_reason_is_fine(tmp_path: Path) -> None:
    assert judged(tmp_path, PASSED, FINE, equivalent="it is").complaint == ""
    assert judged(tmp_path, PASSED, FINE, unreachable="it is").complaint == ""


def test_first_failure_kills_and_names_its_checkers(tmp_path: Path) -> None:
    lines = [segment(0, 2)[0], JOB, JOB, FAILURE]
    result = judged(tmp_path, lines, ProcessEnd(Ending.TIMEOUT, -15, "stopped at the first failure"))
    assert (result.fate, result.checkers, result.after, result.test) == (
        Fate.KILLED,
        ("memory", "rule 6"),
        2,
        "some",
    )
    assert result.complaint == ""


def test_every_test_that_saw_a_defect_is_named_once(tmp_path: Path) -> None:
    other = [line | {"test": "other"} for line in segment(0, 1, "mismatch")]
    fine = [line | {"test": "fine"} for line in segment(0, 1, jobs=1)]
    again = segment(2, 3, "mismatch")
    lines = [segment(0, 2)[0], FAILURE, segment(0, 2)[-1], *fine, *other, *again, END]
    result = judged(tmp_path, lines, ProcessEnd(Ending.EXITED, 1))
    assert (result.test, result.tests) == ("some", ("some", "other"))
    survivor = judged(tmp_path, PASSED, FINE)
    assert survivor.tests == ()


@pytest.mark.parametrize(
    ("seen_by", "complaint"), [(("rule 6",), ""), (("bound",), "was found by memory, rule 6, not by bound")]
)
def test_expected_checker_has_to_be_among_those_that_fired(
    tmp_path: Path, seen_by: tuple[str, ...], complaint: str
) -> None:
    result = judged(tmp_path, [segment(0, 2)[0], FAILURE], ProcessEnd(Ending.TIMEOUT, -15), seen_by=seen_by)
    assert result.complaint.startswith(complaint)
    assert bool(result.complaint) == bool(complaint)


@pytest.mark.parametrize("reason", ["equivalent", "unreachable"])
def test_reason_of_a_killed_defect_is_stale(tmp_path: Path, reason: str) -> None:
    result = judged(
        tmp_path, [segment(0, 2)[0], FAILURE], ProcessEnd(Ending.TIMEOUT, -15), **{reason: "it is"}
    )
    assert result.complaint == f"was found by memory, rule 6, so it is not {reason}: remove the reason"


@pytest.mark.parametrize("reason", ["equivalent", "unreachable"])
def test_another_device_may_reach_what_that_of_the_data_does_not(tmp_path: Path, reason: str) -> None:
    lines, end = [segment(0, 2)[0], FAILURE], ProcessEnd(Ending.TIMEOUT, -15)
    result = judged(tmp_path, lines, end, elsewhere=True, **{reason: "it is"})
    assert bool(result.complaint) == (reason == "equivalent")


@pytest.mark.parametrize(
    ("lines", "outcome", "checker"),
    [
        ([*segment(0, 2, "mismatch", 2, "register wrong")], FINE, "test"),
        ([*segment(0, 2, "crash", 1, "BenchError: x")], FINE, "crash"),
        ([segment(0, 2)[0], JOB], ProcessEnd(Ending.EXITED, -6, "did not converge"), "crash"),
        ([segment(0, 2)[0], JOB], ProcessEnd(Ending.TIMEOUT, -15, "took more than 120 s"), "time_limit"),
        ([*segment(0, 2, jobs=2)], FINE, "crash"),
        ([*segment(0, 2, jobs=1), *segment(2, 3, jobs=1), END], FINE, "crash"),
    ],
)
def test_what_no_checker_reports_kills_all_the_same(
    tmp_path: Path, lines: list[dict[str, object]], outcome: ProcessEnd, checker: str
) -> None:
    result = judged(tmp_path, lines, outcome)
    assert (result.fate, result.checkers) == (Fate.KILLED, (checker,))


def test_simulation_is_stopped_at_a_failure_and_at_the_end_of_a_failed_test(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    for lines, failed in (
        ([segment(0, 2)[0], JOB], False),
        (segment(0, 2, jobs=2), False),
        ([segment(0, 2)[0], FAILURE], True),
        (segment(0, 2, "mismatch"), True),
    ):
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        reader = ResultsReader(path)
        reader.poll()
        assert bool(reader.log.failed_tests) is failed


def test_report_counts_by_checker_and_by_module(tmp_path: Path) -> None:
    results = [
        judged(tmp_path, [segment(0, 2)[0], JOB, FAILURE], ProcessEnd(Ending.TIMEOUT, -15)),
        judged(tmp_path, PASSED, FINE),
        DefectResult(defect(), 3, Fate.INVALID, detail="syntax error | here"),
    ]
    report = Report("serial", "abc", {"simulator": "S"}, 3, results)
    data = to_json(report)
    assert data["totals"] == {"defects": 3, "killed": 1, "survived": 1, "invalid": 1, "to_look_at": 2}
    assert data["checkers"] == {"memory": {"found": 1, "alone": 0}, "rule 6": {"found": 1, "alone": 0}}
    assert data["modules"] == {"m": {"killed": 1, "survived": 1, "invalid": 1}}
    text = to_markdown(report)
    assert "1 of 3 defects killed, 0 explained, 2 to look at" in text
    assert "| m | 1 | 1 | 1 |" in text
    assert "syntax error \\| here" in text
