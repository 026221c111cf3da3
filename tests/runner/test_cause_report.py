# SPDX-License-Identifier: Apache-2.0
"""Cycles by cause, in the summary and in the report."""

import re

from msgspec.structs import replace

from models.published import cases_of
from models.timing import Instance
from regressions.executor import Execution
from regressions.judge import SegmentResult
from regressions.report.causes import (
    KNOWN,
    at_case,
    at_published,
    by_operation,
    by_size,
    by_stalls,
    cause_names,
    colour,
    published_share,
    published_sums,
)
from regressions.report.html import render_html
from regressions.report.plots import lost_plot, utilization_maps, utilization_spread
from regressions.summarize import summarize
from regressions.summary import Summary
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.results import JobResult, decode, encode
from tb.exchange.status import Status
from tests.job_results import job_result
from tests.runner.fake import fake_device
from tests.runner.runs import started

PAPER = Instance(4, 12, 3, 256)


def _summary(*jobs: JobResult, instance: Instance = PAPER) -> Summary:
    run = started(devices=[replace(fake_device("mine", {}, ()), instance=instance)])
    segment = Segment(TestEntry("t", "s", weight=1.0), 1, 0, len(jobs), len(jobs), 100, device="mine")
    result = SegmentResult(segment, Status.PASSED, "", "sims/0000", list(jobs))
    return summarize(run, Execution([result], cycles=5000, seconds=2.0))


def test_the_summary_has_the_slots_of_each_job() -> None:
    summary = _summary(job_result(causes={"WORKING": 60, "DRAIN": 3}), job_result(causes=None))
    rows = summary.to_json()["utilization"]
    assert [row["causes"] for row in rows] == [{"WORKING": 60, "DRAIN": 3}, None]


def test_equal_sets_of_causes_are_kept_once_where_results_are_read() -> None:
    lines = [encode(job_result(causes={"WORKING": 60 + i, "DRAIN": 3})) for i in range(2)]
    first, second = (decode(line).causes for line in lines)
    assert first.names is second.names
    assert dict(second.items()) == {"WORKING": 61, "DRAIN": 3}


def test_shares_are_those_of_all_cycles_of_a_group() -> None:
    jobs = [
        job_result(causes={"WORKING": 90, "DRAIN": 10}),
        job_result(causes={"WORKING": 100, "FILL": 200}),
        job_result(causes=None),
    ]
    (group,) = by_operation(jobs)
    assert (group.label, group.jobs) == ("GEMM", 2)
    assert group.shares == {"WORKING": 190 / 400, "DRAIN": 10 / 400, "FILL": 200 / 400}


def test_groups_of_operations_sizes_and_stalls() -> None:
    jobs = [
        job_result(causes={"WORKING": 1}, op="MINMAX", m=0),
        job_result(causes={"WORKING": 1}, op="MATMUL", m=1, n=1, k=7),
        job_result(causes={"WORKING": 1}, m=1, n=1, k=8),
        job_result(causes={"WORKING": 1}, m=64, n=64, k=64),
        job_result(causes={"WORKING": 1}, stall="on_x"),
        job_result(causes={"WORKING": 1}, stall="burst"),
    ]
    assert [group.label for group in by_operation(jobs)] == ["MATMUL", "GEMM", "MINMAX"]
    assert [group.label for group in by_size(jobs)] == ["no steps", "below 8", "below 64", "256 K and more"]
    assert [(group.label, group.jobs) for group in by_stalls(jobs)] == [
        ("none", 4),
        ("burst", 1),
        ("on_x", 1),
    ]


def test_published_sizes_are_jobs_alone_without_stalls() -> None:
    size = {"m": 96, "n": 96, "k": 96}
    others = [
        job_result(causes={"FILL": 1}, **size, stall="burst"),
        job_result(causes={"FILL": 1}, **size, queued=True),
        job_result(causes={"FILL": 1}, **size, op="ADDMAX"),
        job_result(causes={"FILL": 1}, **size, format="BF16"),
    ]
    assert at_published(others, cases_of(PAPER)) == []
    mine = job_result(causes={"WORKING": 3, "FILL": 1}, **size, cycles=18493)
    (group,) = at_published([*others, mine], cases_of(PAPER))
    assert (group.label, group.shares) == ("96x96x96", {"WORKING": 0.75, "FILL": 0.25})
    (case,) = [case for case in cases_of(PAPER) if at_case([*others, mine], case)]
    assert (case.m, case.n, case.k, at_case([*others, mine], case)) == (96, 96, 96, mine)
    assert round(100 * (published_share(case) or 0), 2) == 99.42


def test_of_many_published_sizes_some_are_drawn() -> None:
    cases = cases_of(Instance(8, 8, 1, 256))
    assert len(cases) > 50
    jobs = [job_result(causes={"WORKING": 1}, m=case.m, n=case.n, k=case.k) for case in cases]
    shown = [group.label for group in at_published(jobs, cases)]
    assert len(shown) == 12
    assert shown[-1] == "256x256x256"
    assert "128x128x128" in shown


def test_every_cause_has_a_colour_of_its_own_and_a_place() -> None:
    groups = by_operation([job_result(causes={"BUSY": 1, "DRAIN": 2, "LATE": 1, "WORKING": 5})])
    names = cause_names(groups)
    assert names == ["WORKING", "DRAIN", "BUSY", "LATE"]
    assert len({colour(name, names) for name in (*KNOWN, "BUSY", "LATE")}) == len(KNOWN) + 2


def test_bars_are_as_long_as_what_was_lost() -> None:
    plot = lost_plot(by_operation([job_result(causes={"WORKING": 50, "DRAIN": 30, "LATE": 20})]), "Causes")
    assert plot
    assert plot.svg.startswith('<svg role="img" aria-label="Causes. Lost 50.0 %." ')
    assert all(f">{name}<" in plot.svg for name in ("DRAIN", "LATE", "GEMM"))
    assert "WORKING" not in plot.svg
    bars = re.findall(r'<path d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" stroke-width="16"/>', plot.svg)
    assert len({y for bar in bars for y in bar[1::2]}) == 1
    assert [round(float(end) - float(begin)) for begin, _, end, _ in bars] == [
        round(share / 52.5 * (plot.right - plot.left)) for share in (30, 20)
    ]
    assert lost_plot([], "Causes") is None


def test_published_points_are_drawn() -> None:
    jobs = [job_result(causes=None, m=n) for n in range(1, 9)]
    jobs.append(job_result(causes=None, m=96, n=96, k=96, utilization=0.9967))
    ours, both = utilization_spread(jobs), utilization_spread(jobs, cases_of(PAPER))
    assert ours
    assert both
    assert "published" not in ours.svg
    assert "<title>published</title>" in both.svg
    map_ = utilization_maps(jobs, cases_of(PAPER))[0]
    cell = map_.cells["65-128", "65-128"]
    assert (cell.text, cell.mark) == ("100", "◆")
    assert "published 96x96x96 FP16: 99.42%, 128x128x128" in cell.note


def test_the_page_shows_causes_where_there_are_any() -> None:
    job = job_result(causes={"WORKING": 3, "FILL": 1}, m=96, n=96, k=96, cycles=18493, utilization=0.996723)
    page = render_html(_summary(job))
    assert "Lost cycles at the published sizes" in page
    assert "from the first request to the first step" in page
    assert re.search(r"18.540</td><td class=\"n\">99\.42 %.*18.493</td><td class=\"n\"><b>99\.67 %", page)
    assert "Lost cycles" not in render_html(_summary(job_result(causes=None)))
    assert "headline of arXiv 2301.03904, 99.4 %</td></tr>" in page
    assert "Beside what was published" not in render_html(_summary(job, instance=Instance(1, 1, 0, 256)))


def test_cycles_beside_published_ones_have_their_sums() -> None:
    sizes = [(16, 16, 16), (32, 32, 32)]
    jobs = [
        job_result(op="GEMM", m=m, n=n, k=k, cycles=cycles)
        for (m, n, k), cycles in zip(sizes, (200, 800), strict=True)
    ]
    ((source, *sums),) = published_sums([*jobs, job_result(op="GEMM", m=1, n=2, k=1)], cases_of(PAPER))
    assert source.startswith("public RTL")
    assert sums == [2, 236 + 876, 1000]
    assert published_sums(jobs[:1], cases_of(PAPER)) == []
    assert "sum of 2 sizes" in render_html(_summary(*jobs))
