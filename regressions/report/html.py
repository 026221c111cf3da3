# SPDX-License-Identifier: Apache-2.0
"""``report.html``: one offline page."""

from functools import partial
from pathlib import Path

from markupsafe import Markup

from regressions.code_coverage.measure import percent
from regressions.contract import load_contract
from regressions.display import duration
from regressions.kinds import runner, runners
from regressions.pages import templates
from regressions.report.anchors import slug, unique
from regressions.report.checkers import anchor, views
from regressions.report.covered import bin_groups, exclusions, groups, share
from regressions.report.defects import broken_by, module_anchor, modules
from regressions.report.devices import device_views
from regressions.report.failing import failures, short
from regressions.report.faults import fault_section
from regressions.report.nights import idle, kinds, new_kinds
from regressions.report.overview import processor_time, tiles
from regressions.report.proof import ANSWERS, proof_section
from regressions.report.speed import speed_section
from regressions.report.synthesis import area_section
from regressions.report.trend import commit, trend, when
from regressions.report.verdict import grouped, verdict_word
from regressions.report.workloads import workload_section
from regressions.simulators.points import Kind
from regressions.summary import Summary, TestRow
from regressions.testplan import by_stage, verdicts
from tb.checkers import tally

_FOLDER = Path(__file__).parent


def _thousands(number: float) -> str:
    """A number with thin spaces between thousands."""
    return f"{number:,.0f}".replace(",", "\u202f")


def _places(tests: list[TestRow]) -> tuple[list[tuple[str, TestRow]], dict[str, str]]:
    """Tests with their places on the page, and the place of each name, where it went worst."""
    rows = list(zip(unique(slug("test", test.device, test.name) for test in tests), tests, strict=True))
    ranked = sorted(rows, key=lambda row: -row[1].status.gravity)
    rows.sort(key=lambda row: row[1].status.gravity)
    return rows, {test.name: place for place, test in ranked}


def render_html(summary: Summary) -> str:
    """Renders the whole report; everything it shows is in the page itself.

    Figures of `make bench`, defects of `make mutants`, and earlier runs are those beside the reports.
    """
    bench = summary.run.order.tree.bench
    sections = [
        section for section in (kind.section(bench, summary) for kind in runners()) if section is not None
    ]
    folders = (_FOLDER, *(section.folder for section in sections))
    environment = templates(*folders, thousands=_thousands, duration=duration, short=short, when=when)
    rows = summary.testplan
    points = [row.testpoint for row in rows]
    checkers = summary.checkers
    defect_modules = modules(points, bench.parent)
    # Other kinds of devices have bins of their own: a run of them alone says nothing of these.
    coverage = summary.coverage if summary.coverage and summary.coverage.bins["defined"] else None
    past = trend(summary)
    tests, test_places = _places(summary.tests)
    return environment.get_template("report.html.j2").render(
        style=Markup((_FOLDER / "page.css").read_text()),
        script=Markup((_FOLDER / "page.js").read_text()),
        anchor=anchor,
        share=partial(share, summary.coverage),
        bin_groups=partial(bin_groups, summary.coverage),
        module_anchor=module_anchor,
        broken_by=partial(broken_by, defect_modules),
        summary=summary,
        run=summary.run,
        totals=summary.totals,
        word=verdict_word(summary),
        failures=failures(grouped(summary), past),
        trend=past,
        commit=commit,
        kinds=kinds(past),
        new_kinds=new_kinds(past),
        idle=idle(past),
        tests=tests,
        test_places=test_places,
        tiles=tiles(summary),
        processor_time=processor_time(summary),
        devices=device_views(summary),
        slug=slug,
        bench=speed_section(bench),
        proof_answers=ANSWERS,
        proof=proof_section(summary.run.order.tree.proof),
        area=area_section(summary.run.order.tree.synthesis),
        faults=fault_section(summary.run.order.tree.faults),
        sections=sections,
        workloads=workload_section(
            summary, next((section.training for section in sections if section.training), {})
        ),
        rows=rows,
        stages=by_stage(rows),
        contract=load_contract(),
        coverage=coverage,
        covergroups=groups(coverage, points) if coverage else [],
        exclusions=exclusions(coverage) if coverage else [],
        of_kinds=[
            (runner(name), its, groups(its, points), exclusions(its))
            for name, its in summary.of_kinds.items()
        ],
        testplan=verdicts(rows),
        checkers=views(checkers, points),
        checker_names=checkers,
        defect_modules=defect_modules,
        proven=tally(checkers),
        rate=summary.throughput,
        code=summary.code,
        code_kinds=tuple(Kind),
        code_percent=percent,
    )
