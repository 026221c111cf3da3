# SPDX-License-Identifier: Apache-2.0
"""Summaries of made-up runs, and the page of one that fails."""

from functools import cache

from regressions.executor import Execution
from regressions.judge import SegmentResult
from regressions.report.html import render_html
from regressions.summarize import summarize
from regressions.summary import Summary
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.results import Failure, JobResult, TestEnd
from tb.exchange.status import Status
from tests.job_results import job_result
from tests.runner.fake import fake_device
from tests.runner.runs import started


def report_job(scenario: int, status: Status = Status.PASSED, **changes: object) -> JobResult:
    """A job on the page; the words of a wrong one need escaping."""
    detail = "" if status is Status.PASSED else "wrong <b>word</b> at 0x10 \x07"
    return job_result(scenario=scenario, status=status, detail=detail, **changes)


def summary_of(*results: SegmentResult, interrupted: bool = False) -> Summary:
    """The summary of a run on `serial` with these results."""
    run = started(devices=[fake_device("serial", {"DW": 256}, ())])
    execution = Execution(list(results), cycles=5000, seconds=2.0, interrupted=interrupted)
    return summarize(run, execution)


def result_of(
    begin: int, status: Status, jobs: list[JobResult], failures: list[Failure] | None = None
) -> SegmentResult:
    """The result of two scenarios of the test `t`."""
    segment = Segment(TestEntry("t", "s", weight=1.0), 1, begin, begin + 2, 2, 100, device="serial")
    detail = "" if status is Status.PASSED else "wrong <b>word</b> at 0x10 \x07"
    return SegmentResult(
        segment,
        status,
        detail,
        "sims/0000",
        jobs,
        failures or [],
        end=TestEnd(test="t", status=status, cycles=50, seconds=0.5),
    )


def failing_run() -> Summary:
    """A run of two segments, of which one has a wrong job."""
    failure = Failure("t", 3, Status.MISMATCH, "wrong <b>word</b> at 0x10 \x07", record="failures/t-3.json")
    return summary_of(
        result_of(0, Status.PASSED, [report_job(0), report_job(1, m=0, utilization=0.0)]),
        result_of(2, Status.MISMATCH, [report_job(2), report_job(3, Status.MISMATCH)], [failure]),
    )


@cache
def page_of_failures() -> str:
    """Its page."""
    return render_html(failing_run())
