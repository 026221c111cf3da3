# SPDX-License-Identifier: Apache-2.0
"""``report.html``: one offline page."""

from functools import partial
from pathlib import Path

from models.published import cases_of
from regressions.code_coverage.measure import percent
from regressions.contract import load_contract
from regressions.kinds import runner, runners
from regressions.pages import templates
from regressions.progress import duration
from regressions.report.causes import (
    KNOWN,
    at_case,
    at_published,
    by_operation,
    by_size,
    by_stalls,
    cause_names,
    published_share,
    published_sums,
)
from regressions.report.checkers import anchor, views
from regressions.report.covered import bin_groups, exclusions, groups, share
from regressions.report.defects import broken_by, module_anchor, modules
from regressions.report.exercised import grids, operations
from regressions.report.plots import bound_plot, causes_plot, utilization_plot
from regressions.report.speed import speed_section
from regressions.report.verdict import grouped, verdict, verdict_word
from regressions.simulators.points import Kind
from regressions.summary import Summary
from regressions.testplan import verdicts
from tb.checkers import load_checkers, tally


def _thousands(number: float) -> str:
    """A number with thin spaces between thousands."""
    return f"{number:,.0f}".replace(",", "\u202f")


def _shade(count: int, peak: int) -> int:
    """Strength of a cell's shade in percent: by the square root, so that small counts show."""
    return round(8 + 52 * (count / peak) ** 0.5) if count and peak else 0


def render_html(summary: Summary) -> str:
    """Renders the whole report; everything it shows is in the page itself.

    Figures of `make bench`, and defects of `make mutants`, are those that lie beside the reports.
    """
    bench = summary.run.order.tree.bench
    sections = [section for section in (kind.section(bench) for kind in runners()) if section is not None]
    folders = (Path(__file__).parent, *(section.folder for section in sections))
    environment = templates(*folders, thousands=_thousands, duration=duration)
    rows = summary.testplan
    points = [row.testpoint for row in rows]
    checkers = load_checkers()
    defect_modules = modules(points, bench.parent)
    # Other kinds of devices have bins of their own: a run of them alone says nothing of these.
    coverage = summary.coverage if summary.coverage and summary.coverage.bins["defined"] else None
    measured = summary.measured(summary.run.main.name)
    known = cases_of(instance) if (instance := summary.run.instance) else ()
    bars = {
        "At the published sizes": at_published(measured, known),
        "By steps M*N*K, without stalls": by_size(measured),
        "By operation, without stalls": by_operation(measured),
        "By stalls of the memory": by_stalls(measured),
    }
    causes = cause_names(group for groups in bars.values() for group in groups)
    return environment.get_template("report.html.j2").render(
        shade=_shade,
        anchor=anchor,
        share=partial(share, summary.coverage),
        bin_groups=partial(bin_groups, summary.coverage),
        module_anchor=module_anchor,
        broken_by=partial(broken_by, defect_modules),
        summary=summary,
        run=summary.run,
        totals=summary.totals,
        verdict=verdict(summary),
        word=verdict_word(summary),
        failures=grouped(summary),
        grids=grids(measured),
        operations=operations(measured),
        utilization_plot=utilization_plot(measured, known),
        comparison=[(case, published_share(case), at_case(measured, case)) for case in known],
        published_sums=published_sums(measured, known),
        cause_plots=[plot for title, groups in bars.items() if (plot := causes_plot(groups, title))],
        meanings={name: KNOWN[name][1] for name in causes if name in KNOWN},
        bound_plot=bound_plot(measured),
        bench=speed_section(bench),
        sections=sections,
        rows=rows,
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
