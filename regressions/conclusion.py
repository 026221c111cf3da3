# SPDX-License-Identifier: Apache-2.0
"""The end of a run: it is judged, and its reports are written and published."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from msgspec import structs
from rich.console import Console

from regressions import account, coverage_baseline, paces, processor, shrinks
from regressions.code_coverage import report as code_report
from regressions.code_coverage.measure import CodeCoverage
from regressions.coverage.measure import Coverage, Part, measure
from regressions.display import busy
from regressions.errors import UserError
from regressions.executor import Execution
from regressions.grading import grade, kills
from regressions.history import note
from regressions.json_file import write_json
from regressions.known_issues import known_rows
from regressions.paths import relative
from regressions.report import print_verdict, write_reports
from regressions.report.trend import entry_of
from regressions.run import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_PASSED, Run
from regressions.run_parts import LINKS
from regressions.rundir import COVERAGE, publish
from regressions.summarize import summarize
from regressions.summary import Summary
from tb.coverage.counts import Counts
from tb.kinds import ACCELERATOR, kind


def conclude(
    run: Run,
    execution: Execution,
    code: CodeCoverage | None,
    console: Console,
    faults: Sequence[str] = (),
    campaigns: Sequence[Mapping[str, Any]] = (),
) -> int:
    """Judges a run, writes and publishes all reports; returns the exit code.

    `faults` are complaints besides failed tests, `campaigns` the contents of `mutants.json` files.

    Raises:
        OSError: Outputs cannot be written; earlier reports are untouched.
    """
    execution.processor = processor.of_run(execution.processor)
    with busy(console, "coverage and reports"):
        summary = judged(run, execution, code, campaigns)
        summary.faults += [*faults, *_coverage_faults(summary)]
        write_reports(summary)
    if not summary.interrupted or summary.stopped:
        note(run.order.tree.history, entry_of(summary))
    paces.note(run.order.tree.paces, execution.results)
    account.write(run, execution, summary.faults)
    if run.order.keep and summary.passed:
        coverage_baseline.keep(summary)
        console.print(f"kept: {relative(coverage_baseline.FILE)}", highlight=False)
    # What is not complete takes no complete report's place.
    part = summary.interrupted or not run.order.shard.undivided
    shown = run.folder if part else publish(run.order.tree, run.label + run.portion.suffix, run.folder)
    print_verdict(console, summary, shown)
    if summary.interrupted and not summary.stopped:
        return EXIT_INTERRUPTED
    return EXIT_PASSED if summary.passed else EXIT_FAILED


def judged(
    run: Run,
    execution: Execution,
    code: CodeCoverage | None,
    campaigns: Sequence[Mapping[str, Any]] = (),
) -> Summary:
    """Makes the summary of a run: coverage, known issues, what failures share, grades.

    Raises:
        OSError: Coverage cannot be written.
    """
    folder = run.folder
    summary = summarize(run, execution)
    summary.coverage = covered(run, execution, ACCELERATOR)
    write_json(folder / COVERAGE, summary.coverage.to_json())
    for name in {device.kind: None for device in run.devices if device.kind != ACCELERATOR}:
        summary.of_kinds[name] = covered(run, execution, name)
        write_json(folder / f"coverage-{name}.json", summary.of_kinds[name].to_json())
    summary.code = code
    # A part of a tier may have missed the jobs that show an issue.
    summary.known = known_rows(execution.results, run.devices)
    (summary.faults if run.undivided else summary.notes).extend(
        row.stale for row in summary.known if row.stale
    )
    if summary.failures:
        # Most runs have none, and import nothing that only these need.
        from regressions.trace.failures import draw_failures
        from regressions.triage.common import bugs
        from regressions.triage.first_aid import first_aid
        from regressions.triage.sharing import commons

        summary.shrunk = shrinks.read((folder, *sorted((folder / LINKS).glob("*"))))
        timelines = draw_failures(execution.results, run.devices, folder)
        summary.failures = [
            replace(row, timeline=timelines.get((row.folder, row.test, row.scenario), ""))
            for row in summary.failures
        ]
        for device in run.devices:
            own = [result for result in execution.results if result.segment.device == device.name]
            summary.notes += [f"{device.name}: {line}" for line in first_aid(own)]
            found = commons(execution.results, device)
            summary.commons |= {(device.name, key): common for key, common in found.items()}
            summary.notes += [f"{device.name}: {line}" for line in [bugs(found.values())] if line]
    if code is not None:
        pages = folder / code_report.FOLDER / run.main.name
        code_report.write(pages, code, run.main, folder.name, int(time.time()))
    summary.grades = grade(summary.coverage, code.data if code else None, kills(campaigns))
    summary.processor = execution.processor
    return summary


def _coverage_faults(summary: Summary) -> list[str]:
    """Complaints about the coverage of a run that came to its end."""
    run, code = summary.run, summary.code
    faults = list(code.complaints) if code else []
    if summary.interrupted:
        return faults
    if run.goals:
        faults += code.short() if code else [f"no simulation of {run.main.name} left code coverage"]
    return faults + (coverage_baseline.dropped(summary) if run.undivided and not run.order.keep else [])


def covered(run: Run, execution: Execution, name: str) -> Coverage:
    """Functional coverage of the devices of a kind; a simulation that ended early counts for nothing.

    Raises:
        UserError: It was collected with other covergroups.
    """
    definition = kind(name).definition(run.order.covergroups)
    devices = [device for device in run.devices if device.kind == name]
    names = {device.name for device in devices}

    def parts() -> Iterator[Part]:  # one by one: of each bin that may be hit they have a number
        for result in execution.results:
            if result.coverage is not None and result.segment.device in names:
                try:
                    counts = Counts.from_json(structs.asdict(result.coverage.unpacked), definition)
                except ValueError as error:
                    raise UserError(
                        f"{relative(run.folder / result.folder)}: {error}, those of commit "
                        f"{run.git or 'of the run'}"
                    ) from None
                yield result.segment.device, result.segment.entry.name, counts

    return measure(parts(), devices, definition)
