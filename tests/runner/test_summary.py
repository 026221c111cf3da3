# SPDX-License-Identifier: Apache-2.0
"""The summary of a run: rows, counts, buckets, the verdict, and the JSON that programs read."""

import json
from pathlib import Path

import pytest

from regressions import summary as summary_module
from regressions.failures import failure_rows
from regressions.json_file import write_json
from regressions.judge import SegmentResult
from regressions.report.html import render_html
from regressions.report.junit import render_junit
from regressions.report.markdown import render_markdown
from regressions.report.verdict import verdict
from tb.exchange.bucket import bucket
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.results import Failure, Finding, TestEnd
from tb.exchange.status import Status, gravest
from tests.runner.fake import fake_device
from tests.runner.report_samples import failing_run, report_job, result_of, summary_of
from tests.runner.runs import started

GOLDEN = Path(__file__).parents[1] / "exchange" / "golden" / "before" / "summary.json"


def test_the_summary_has_the_keys_of_before() -> None:
    """Programs read it: compared with that of a run of an earlier version."""
    now, before = json.loads(json.dumps(failing_run().to_json())), json.loads(GOLDEN.read_text())
    added_since = ("known", "not_applicable", "workloads", "shrunk")
    later: dict[str, object] = {"portion": ""} | {key: [] for key in added_since}
    assert [key for key in now if key not in later] == list(before)
    assert {key: type(value) for key, value in now.items()} == {
        key: type(value) for key, value in (before | later).items()
    }
    for key, added in {
        "totals": ["not_applicable"],
        "testplan": ["not_applicable"],
        "checkers": [],
        "throughput": [],
    }.items():
        assert list(now[key]) == [*before[key], *added]
    for key, more in (("tests", ["register_reads", "checks", "compared_bytes"]), ("utilization", [])):
        row = list(before[key][0])
        assert list(now[key][0]) == [*row[:-1], *more, row[-1]] if more else row
    assert list(now["throughput"].values()) == [5000, 2.0, 2500.0, 120.0]


def test_only_jobs_that_passed_count_for_utilization() -> None:
    assert len(failing_run().to_json()["utilization"]) == 3


def test_a_long_run_gives_a_sample_of_its_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary_module, "MAX_MEASURED", 10)
    jobs = [report_job(n, m=1 + n) for n in range(25)]
    rows = summary_of(result_of(0, Status.PASSED, jobs)).to_json()["utilization"]
    assert [row["M"] for row in rows] == [1, 4, 7, 10, 13, 16, 19, 22, 25]


def test_json_files_keep_a_row_on_a_line(tmp_path: Path) -> None:
    table = failing_run().to_json() | {"known": [], "nested": [[1, 2], [{"a": [{"b": None}]}]]}
    del table["workloads"], table["shrunk"]
    write_json(tmp_path / "x.json", table)
    text = (tmp_path / "x.json").read_text()
    assert json.loads(text) == table
    assert len(text.splitlines()) <= 41


def test_segments_of_a_test_are_one_row_with_the_gravest_status() -> None:
    (row,) = failing_run().tests
    assert (row.status, row.jobs, row.jobs_planned) == (Status.MISMATCH, 4, 4)
    assert row.rerun == "make run TEST=t:2:4 SEED=1 DUT=serial"
    assert failing_run().totals["mismatches"] == 1


def test_a_test_that_found_more_to_do_than_it_planned_planned_that() -> None:
    (row,) = summary_of(result_of(0, Status.PASSED, [report_job(n) for n in range(7)])).tests
    assert (row.jobs, row.jobs_planned) == (7, 7)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"register_reads": 1421, "checks": 1, "compared_bytes": 8}, "1,421 register reads"),
        ({"compared_bytes": 65536, "checks": 1}, "65,536 bytes of memory"),
        ({"checks": 3}, "3 checks"),
        ({}, "0 of 0 jobs"),
    ],
)
def test_a_test_without_jobs_counts_what_else_it_checked(counts: dict[str, int], words: str) -> None:
    segment = Segment(TestEntry("t", "s", count=1), 1, 0, 1, 0, 100, device="serial")
    end = TestEnd(test="t", status=Status.PASSED, **counts)
    summary = summary_of(SegmentResult(segment, Status.PASSED, "", "sims/0000", end=end))
    assert summary.to_json()["tests"][0].items() >= counts.items()
    assert f"1 of 1 tests passed, {words} checked on serial" in verdict(summary)
    assert f"| {words} |" in render_markdown(summary)
    assert f"{words}\n" in render_junit(summary)
    assert f">{words}</td>" in render_html(summary)


def test_jobs_are_counted_where_there_are_some() -> None:
    end = TestEnd(test="t", status=Status.PASSED, register_reads=9, compared_bytes=64)
    result = result_of(0, Status.PASSED, [report_job(0), report_job(1)])
    result.end = end
    assert "2 of 2 jobs checked" in verdict(summary_of(result))


@pytest.mark.parametrize(
    ("cycles", "seconds", "words"),
    [
        (5000, 0.0, "5,000 cycles"),
        (5_000_000, 2.0, "5,000,000 cycles"),
        (5000, 100.0, "5,000 cycles"),
        (5_000_000, 100.0, "50 thousand cycles/s"),
    ],
)
def test_only_a_run_of_some_length_has_a_rate(cycles: int, seconds: float, words: str) -> None:
    summary = summary_of(result_of(0, Status.PASSED, [report_job(0), report_job(1)]))
    summary.cycles, summary.seconds = cycles, seconds
    assert verdict(summary).endswith(f", {words}")


def test_an_empty_run_has_not_passed() -> None:
    assert not summary_of().passed
    assert not summary_of(
        result_of(0, Status.PASSED, [report_job(0), report_job(1)]), interrupted=True
    ).passed
    assert summary_of(result_of(0, Status.PASSED, [report_job(0), report_job(1)])).passed


def test_the_gravest_status_wins() -> None:
    assert gravest([Status.PASSED, Status.NOT_RUN]) is Status.NOT_RUN
    assert gravest([Status.TIMEOUT, Status.MISMATCH, Status.PASSED]) is Status.MISMATCH
    assert gravest([Status.MISMATCH, Status.CRASH]) is Status.CRASH
    assert gravest([]) is Status.NOT_RUN


def test_each_bucket_of_a_scenario_has_a_command_that_looks_for_it() -> None:
    findings = (
        Finding(Status.PROTOCOL, "rule 5", "broken: far reads (3 times)"),
        Finding(Status.MISMATCH, "register", "edge 3: STATUS reads 0x1; not 0x0"),
        Finding(Status.MISMATCH, "register", "edge 9: FINISHED reads 0x2; not 0x0"),
        Finding(Status.TIMEOUT, "watchdog", "no event of job 0", 0),
    )
    failure = Failure("t", 2, Status.MISMATCH, findings[1].line, findings, "failures/t-2.json")
    rows = failure_rows(
        result_of(2, Status.MISMATCH, [report_job(2)], [failure]), started(devices=[fake_device("serial")])
    )
    head = "make replay R=build/runs/x/sims/0000/failures/t-2.json"
    assert [row.replay for row in rows] == [
        f"{head} FINDING='rule 5'",
        f"{head} FINDING=register",
        f"{head} FINDING='register: edge 9: FINISHED reads 0x2'",
        head,
    ]


def test_like_failures_share_a_bucket() -> None:
    one = bucket(Status.MISMATCH, "Z[3, 4] is 0x3c00, not 0x7e00 (n = 12); odd\nmore")
    two = bucket(Status.MISMATCH, "Z[13, 0] is 0xffff, not 0x0000 (n = 1)\nelse")
    assert one == two
    assert one != bucket(Status.PROTOCOL, "Z[3, 4] is 0x3c00, not 0x7e00 (n = 12)")
    assert "FP16" in bucket(Status.MISMATCH, "FP16 job 3")
