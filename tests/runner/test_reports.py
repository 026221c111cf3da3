# SPDX-License-Identifier: Apache-2.0
"""Content of the reports, which can be read anywhere."""

import html as html_module
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from regressions import summary as summary_module
from regressions.contract import load_contract
from regressions.executor import Execution
from regressions.failures import failure_rows
from regressions.json_file import write_json
from regressions.judge import SegmentResult
from regressions.processor import OTHERS, RUNNER, in_words, of_run
from regressions.report import html
from regressions.report.checkers import anchor, views
from regressions.report.console import MAX_GROUPS, print_verdict
from regressions.report.exercised import exercised, size_class
from regressions.report.html import render_html
from regressions.report.junit import render_junit
from regressions.report.markdown import render_markdown
from regressions.report.plots import bound_spread, utilization_maps
from regressions.report.verdict import verdict
from regressions.results import SimulationLog, TestLog
from regressions.summarize import summarize
from regressions.summary import Summary
from regressions.testplan import load_testplan
from regressions.triage.common import Common
from regressions.triage.subgroup import Subgroup
from tb.checkers import Checker, load_checkers, tally
from tb.exchange.bucket import bucket
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.results import Failure, Finding, JobResult, TestEnd
from tb.exchange.status import Status, gravest
from tests.job_results import job_result
from tests.runner.fake import fake_device
from tests.runner.runs import started

REPORT = Path(html.__file__).parent
GOLDEN = Path(__file__).parents[1] / "exchange" / "golden" / "before" / "summary.json"


def _job(scenario: int, status: Status = Status.PASSED, **changes: object) -> JobResult:
    detail = "" if status is Status.PASSED else "wrong <b>word</b> at 0x10 \x07"
    return job_result(scenario=scenario, status=status, detail=detail, **changes)


def _summary(*results: SegmentResult, interrupted: bool = False) -> Summary:
    run = started(devices=[fake_device("serial", {"DW": 256}, ())])
    execution = Execution(list(results), cycles=5000, seconds=2.0, interrupted=interrupted)
    return summarize(run, execution)


def _result(
    begin: int, status: Status, jobs: list[JobResult], failures: list[Failure] | None = None
) -> SegmentResult:
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


def _failing() -> Summary:
    failure = Failure("t", 3, Status.MISMATCH, "wrong <b>word</b> at 0x10 \x07", record="failures/t-3.json")
    return _summary(
        _result(0, Status.PASSED, [_job(0), _job(1, m=0, utilization=0.0)]),
        _result(2, Status.MISMATCH, [_job(2), _job(3, Status.MISMATCH)], [failure]),
    )


@cache
def page_of_failures() -> str:
    """Its page."""
    return render_html(_failing())


def _sections_and_links(page: str) -> tuple[list[str], list[str]]:
    """Names of a page's sections, and those that its table of contents leads to."""
    nav = page[page.index("<nav ") : page.index("</nav>")]
    return re.findall(r'<section id="([\w-]+)"', page), re.findall(r'href="#([\w-]+)"', nav)


def test_the_page_leads_to_each_of_its_sections() -> None:
    sections, links = _sections_and_links(page_of_failures())
    assert links == sections


def test_the_page_leads_to_sections_that_only_some_runs_have() -> None:
    page = (REPORT / "report.html.j2").read_text()
    whole = re.sub(r'{% include "(.*?)" %}', lambda name: (REPORT / name[1]).read_text(), page)
    sections, links = _sections_and_links(whole)
    assert {"coverage-{{ each[0].name }}", "code"} <= set(re.findall(r'href="#(.*?)"', page))
    assert {"code", "failures", "history"} <= set(sections)
    assert [link for link in links if link in sections] == sections


def test_the_summary_has_the_keys_of_before() -> None:
    """Programs read it: compared with that of a run of an earlier version."""
    now, before = json.loads(json.dumps(_failing().to_json())), json.loads(GOLDEN.read_text())
    later: dict[str, object] = {"portion": "", "known": [], "not_applicable": [], "workloads": []}
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
    assert len(_failing().to_json()["utilization"]) == 3


def test_a_long_run_gives_a_sample_of_its_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary_module, "MAX_MEASURED", 10)
    jobs = [_job(n, m=1 + n) for n in range(25)]
    rows = _summary(_result(0, Status.PASSED, jobs)).to_json()["utilization"]
    assert [row["M"] for row in rows] == [1, 4, 7, 10, 13, 16, 19, 22, 25]


def test_json_files_keep_a_row_on_a_line(tmp_path: Path) -> None:
    table = _failing().to_json() | {"known": [], "nested": [[1, 2], [{"a": [{"b": None}]}]]}
    del table["workloads"]
    write_json(tmp_path / "x.json", table)
    text = (tmp_path / "x.json").read_text()
    assert json.loads(text) == table
    assert len(text.splitlines()) <= 41


def test_segments_of_a_test_are_one_row_with_the_gravest_status() -> None:
    (row,) = _failing().tests
    assert (row.status, row.jobs, row.jobs_planned) == (Status.MISMATCH, 4, 4)
    assert row.rerun == "make run TEST=t:2:4 SEED=1 DUT=serial"
    assert _failing().totals["mismatches"] == 1


def test_a_test_that_found_more_to_do_than_it_planned_planned_that() -> None:
    (row,) = _summary(_result(0, Status.PASSED, [_job(n) for n in range(7)])).tests
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
    summary = _summary(SegmentResult(segment, Status.PASSED, "", "sims/0000", end=end))
    assert summary.to_json()["tests"][0].items() >= counts.items()
    assert f"1 of 1 tests passed, {words} checked on serial" in verdict(summary)
    assert f"| {words} |" in render_markdown(summary)
    assert f"{words}\n" in render_junit(summary)
    assert f">{words}</td>" in render_html(summary)


def test_jobs_are_counted_where_there_are_some() -> None:
    end = TestEnd(test="t", status=Status.PASSED, register_reads=9, compared_bytes=64)
    result = _result(0, Status.PASSED, [_job(0), _job(1)])
    result.end = end
    assert "2 of 2 jobs checked" in verdict(_summary(result))


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
    summary = _summary(_result(0, Status.PASSED, [_job(0), _job(1)]))
    summary.cycles, summary.seconds = cycles, seconds
    assert verdict(summary).endswith(f", {words}")


def test_an_empty_run_has_not_passed() -> None:
    assert not _summary().passed
    assert not _summary(_result(0, Status.PASSED, [_job(0), _job(1)]), interrupted=True).passed
    assert _summary(_result(0, Status.PASSED, [_job(0), _job(1)])).passed


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
        _result(2, Status.MISMATCH, [_job(2)], [failure]), started(devices=[fake_device("serial")])
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


class _Page(HTMLParser):
    """Notes the addresses that a page would load from elsewhere, and whether its tags match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []  # links that lead away from the page
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the address that a tag loads."""
        if tag not in ("meta", "br", "link", "!doctype"):
            self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href") and not (value or "").startswith(("#", "data:")):
                (self.leads if tag == "a" else self.loads).append(value or "")

    def handle_endtag(self, tag: str) -> None:
        """Checks that a tag closes the last open one."""
        assert self.open.pop() == tag


def test_the_page_loads_nothing_and_escapes_what_it_shows() -> None:
    text = page_of_failures()
    page = _Page(text)
    assert page.loads == []
    assert page.leads == ["sims/0000/sim.log", "sims/0000/failures/t-3.json"]
    assert page.open == []
    assert not re.search(r"url\((?!#)|@import", text)
    assert "<b>word</b>" not in text
    assert "wrong &lt;b&gt;word&lt;/b&gt;" in text
    assert "make replay R=build/runs/x/sims/0000/failures/t-3.json" in text
    assert "make run TEST=t:2:4 SEED=1 DUT=serial" in text
    assert "make shrink R=build/runs/x/sims/0000/failures/t-3.json" in text
    assert "make trace R=build/runs/x/sims/0000/failures/t-3.json" in text


def test_plots_take_the_colour_of_the_page() -> None:
    jobs = [_job(n, m=1 + n) for n in range(20)]
    plot = bound_spread(jobs)
    assert plot
    for picture in (plot, *utilization_maps(jobs)):
        root = ET.fromstring(f"<div>{picture.svg}</div>")[0]
        assert root.attrib["fill"] == "currentColor"
        assert all(text.attrib.keys().isdisjoint({"fill", "stroke", "style"}) for text in root.iter("text"))
    assert bound_spread([_job(0, m=0)]) is None
    assert utilization_maps([_job(0, m=0)]) == []


def test_ten_thousand_jobs_keep_the_pictures_small() -> None:
    jobs = [_job(n, m=1 + n % 60, n=1 + n // 60 % 60, utilization=(n % 100) / 1e5) for n in range(10_000)]
    plot = bound_spread(jobs)
    assert plot
    assert len(plot.svg) < 5_000
    assert all(len(each.svg) < 20_000 for each in utilization_maps(jobs))


def test_what_was_exercised_shows_holes() -> None:
    jobs = [_job(0), _job(1, stall="burst", m=40), _job(2, k=0)]
    operations, stalls, _ = exercised(jobs)
    assert operations.columns == stalls.columns == ["a zero", "5-8", "33-64"]
    assert stalls.rows == ["none", "burst"]
    assert {key: cell.text for key, cell in stalls.cells.items()} == {
        **{("a zero", "none"): "1", ("5-8", "none"): "1", ("33-64", "burst"): "1"}
    }
    assert "MATMUL" in operations.rows
    assert not any(row == "MATMUL" for _, row in operations.cells)
    assert operations.text == "21 of 24 cells are empty."
    assert [size_class(_job(0, m=m, n=1, k=1)) for m in (0, 1, 2, 64, 65, 129)] == [
        *("a zero", "1", "2-4", "33-64", "65-128", ">128")
    ]


def test_junit_holds_no_character_that_xml_forbids() -> None:
    root = ET.fromstring(render_junit(_failing()))
    assert root.get("failures") == "1"
    assert "0x10 ?" in next(root.iter("failure")).get("message", "")


def test_markdown_names_failures_and_keeps_its_table() -> None:
    text = render_markdown(_failing())
    assert "FAILED smoke" in text
    assert "`make run TEST=t:2:4 SEED=1 DUT=serial`" in text
    assert "wrong &lt;b>word" in text


def test_every_link_of_the_page_leads_somewhere() -> None:
    text = page_of_failures()
    targets = re.findall(r'<(?:section|tr|div|details)[^>]* id="([^"]+)"', text)
    assert len(set(targets)) == len(targets)
    links = set(re.findall(r'<a href="#([^"]+)"', text))
    assert links <= set(targets)


def test_a_testpoint_quotes_its_clauses() -> None:
    row = page_of_failures().split('<tr id="testpoint-finished">')[1].split("</tr>")[0]
    clause = load_contract()["A5.5"]
    assert f"contract {clause.id}" in row
    assert clause.anchor in row
    assert clause.text in row


def test_checkers_are_shown_with_their_testpoints_and_proofs() -> None:
    summary = _failing()
    checkers = load_checkers()
    assert summary.to_json()["checkers"] == {"total": len(checkers), "proven": len(checkers)}
    text = page_of_failures()
    for checker in checkers.values():
        row = text.split(f'id="{anchor(checker.name)}"')[1].split("</tr>")[0]
        points = [point.id for point in load_testplan().values() if checker.name in point.checkers]
        assert points
        assert all(f"#testpoint-{point}" in row for point in points)
        assert all(node in row for node in checker.proofs)


def test_a_checker_without_proof_counts_and_shows_as_such() -> None:
    bare = {"idle": Checker("idle", "comparison", "nothing")}
    assert tally(bare) == {"total": 1, "proven": 0}
    (view,) = views(bare, load_testplan().values())
    assert (view.testpoints, view.command) == ((), "")


def test_notes_are_shown_and_fail_nothing() -> None:
    summary = _summary(_result(0, Status.PASSED, [_job(0), _job(1)]))
    summary.notes.append("stale: known issue 'odd-z' of serial")
    assert summary.passed
    console = Console(record=True, width=200)
    print_verdict(console, summary, Path("x"))
    assert "stale: known issue 'odd-z' of serial\n" in console.export_text()
    assert "stale: known issue &#39;odd-z&#39; of serial" in render_html(summary)
    assert "- stale: known issue 'odd-z' of serial" in render_markdown(summary)


def test_each_kind_of_failure_says_what_its_jobs_share_and_which_one_it_is_likely_of() -> None:
    findings = (
        Finding(Status.MISMATCH, "memory", "Z is wrong", 0),
        Finding(Status.TIMEOUT, "bound", "slow", 0),
    )
    result = _result(0, Status.MISMATCH, [_job(0, Status.MISMATCH)])
    result.failures = [Failure("t", 0, Status.MISMATCH, "memory: Z is wrong", findings)]
    summary = _summary(result, _result(4, Status.CRASH, []))
    summary.commons["serial", "mismatch: memory: Z is wrong"] = Common("too few to tell (1 failing jobs)")
    kin = "likely one bug with 'mismatch: memory: Z is wrong': the same condition"
    summary.commons["serial", "timeout: bound: slow"] = Common(Subgroup("n <= 4", (9, 9), (0, 20)), kin)
    console = Console(record=True, width=200)
    print_verdict(console, summary, Path("x"))
    lines = [
        "serial: too few to tell (1 failing jobs)",
        "serial: fails iff n <= 4: 9 of 9, and 0 of 20 others",
        f"serial: {kin}",
        "serial: no condition: it names no job",
    ]
    shown, page = console.export_text(), html_module.unescape(render_html(summary))
    markdown = html_module.unescape(render_markdown(summary)).replace("\\", "")
    for line in lines:
        assert f"  {line}\n" in shown
        assert f"<b>{line}</b>" in page
        assert f"- **{line}**" in markdown


def test_twenty_kinds_of_failures_are_shown_and_the_others_counted() -> None:
    words = [f"{chr(97 + number)} is wrong" for number in range(23)]
    failures = [
        Failure("t", number, Status.MISMATCH, word, (Finding(Status.MISMATCH, "memory", word),))
        for number, word in enumerate(words)
    ]
    console = Console(record=True, width=200)
    print_verdict(console, _summary(_result(0, Status.MISMATCH, [], failures)), Path("x"))
    lines = console.export_text().splitlines()
    assert sum(line.startswith("1 x mismatch: memory: ") for line in lines) == MAX_GROUPS
    assert "and 3 more kinds of failures in the report" in lines


def test_processor_time_stands_behind_the_verdict() -> None:
    summary = _summary(_result(0, Status.PASSED, [_job(0), _job(1)]))
    summary.processor = Counter({"checks": 0.5, "simulator": 1.5})
    console = Console(record=True, width=200)
    print_verdict(console, summary, Path("x"))
    *_, shown, _report = console.export_text().splitlines()
    assert shown == "processor time 2.0 s: simulator 75.0%, checks 25.0%"


def test_a_run_is_its_simulations_and_the_runner() -> None:
    spent = of_run(Counter({"simulator": 1e6, "checks": 0.5}))
    assert spent["simulator"] == 1e6
    assert spent["checks"] == 0.5
    assert spent[RUNNER] > 0
    assert spent[OTHERS] == 0  # its processes told more than they used


def test_the_largest_share_comes_first() -> None:
    assert in_words({"checks": 0.5, "simulator": 1.5, "start": 0.0}) == (
        "processor time 2.0 s: simulator 75.0%, checks 25.0%"
    )
    assert in_words({}) == "processor time 0.0 s: "


def test_a_simulation_is_its_segments_and_its_start() -> None:
    ends = [TestEnd(test="t", status=Status.PASSED, processor={"simulator": 2.0}), None]
    tests = [TestLog(("t", 0, 1), end=end) for end in ends]
    assert SimulationLog(tests, start=0.5).processor == {"simulator": 2.0, "start": 0.5}
