# SPDX-License-Identifier: Apache-2.0
"""The page of a run, and its other reports: what they show, escape and link."""

import html as html_module
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

from rich.console import Console

from regressions.contract import load_contract
from regressions.report import html
from regressions.report.checkers import anchor, views
from regressions.report.console import MAX_GROUPS, print_verdict
from regressions.report.exercised import exercised, size_class
from regressions.report.html import render_html
from regressions.report.junit import render_junit
from regressions.report.markdown import render_markdown
from regressions.report.plots import bound_spread, utilization_maps
from regressions.testplan import load_testplan
from regressions.triage.common import Common
from regressions.triage.subgroup import Subgroup
from tb.checkers import Checker, load_checkers, tally
from tb.exchange.results import Failure, Finding
from tb.exchange.status import Status
from tests.runner.report_samples import failing_run, page_of_failures, report_job, result_of, summary_of

REPORT = Path(html.__file__).parent


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
    jobs = [report_job(n, m=1 + n) for n in range(20)]
    plot = bound_spread(jobs)
    assert plot
    for picture in (plot, *utilization_maps(jobs)):
        root = ET.fromstring(f"<div>{picture.svg}</div>")[0]
        assert root.attrib["fill"] == "currentColor"
        assert all(text.attrib.keys().isdisjoint({"fill", "stroke", "style"}) for text in root.iter("text"))
    assert bound_spread([report_job(0, m=0)]) is None
    assert utilization_maps([report_job(0, m=0)]) == []


def test_ten_thousand_jobs_keep_the_pictures_small() -> None:
    jobs = [
        report_job(n, m=1 + n % 60, n=1 + n // 60 % 60, utilization=(n % 100) / 1e5) for n in range(10_000)
    ]
    plot = bound_spread(jobs)
    assert plot
    assert len(plot.svg) < 5_000
    assert all(len(each.svg) < 20_000 for each in utilization_maps(jobs))


def test_what_was_exercised_shows_holes() -> None:
    jobs = [report_job(0), report_job(1, stall="burst", m=40), report_job(2, k=0)]
    operations, stalls, _ = exercised(jobs)
    assert operations.columns == stalls.columns == ["a zero", "5-8", "33-64"]
    assert stalls.rows == ["none", "burst"]
    assert {key: cell.text for key, cell in stalls.cells.items()} == {
        **{("a zero", "none"): "1", ("5-8", "none"): "1", ("33-64", "burst"): "1"}
    }
    assert "MATMUL" in operations.rows
    assert not any(row == "MATMUL" for _, row in operations.cells)
    assert operations.text == "21 of 24 cells are empty."
    assert [size_class(report_job(0, m=m, n=1, k=1)) for m in (0, 1, 2, 64, 65, 129)] == [
        *("a zero", "1", "2-4", "33-64", "65-128", ">128")
    ]


def test_junit_holds_no_character_that_xml_forbids() -> None:
    root = ET.fromstring(render_junit(failing_run()))
    assert root.get("failures") == "1"
    assert "0x10 ?" in next(root.iter("failure")).get("message", "")


def test_markdown_names_failures_and_keeps_its_table() -> None:
    text = render_markdown(failing_run())
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
    summary = failing_run()
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
    summary = summary_of(result_of(0, Status.PASSED, [report_job(0), report_job(1)]))
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
    result = result_of(0, Status.MISMATCH, [report_job(0, Status.MISMATCH)])
    result.failures = [Failure("t", 0, Status.MISMATCH, "memory: Z is wrong", findings)]
    summary = summary_of(result, result_of(4, Status.CRASH, []))
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
    print_verdict(console, summary_of(result_of(0, Status.MISMATCH, [], failures)), Path("x"))
    lines = console.export_text().splitlines()
    assert sum(line.startswith("1 x mismatch: memory: ") for line in lines) == MAX_GROUPS
    assert "and 3 more kinds of failures in the report" in lines
