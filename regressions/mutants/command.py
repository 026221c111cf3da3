# SPDX-License-Identifier: Apache-2.0
"""``make mutants``: all defects of a device against the bench."""

from __future__ import annotations

import fnmatch
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from regressions.commands import Options
from regressions.errors import UserError, unknown
from regressions.machine import check_tools
from regressions.mutants import build, defects, jobs
from regressions.mutants.campaign import Campaign
from regressions.mutants.defects import Defect
from regressions.mutants.outcome import Fate, Result
from regressions.mutants.report import Report, write
from regressions.paths import relative
from regressions.provenance import git_revision, tool_versions
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.rundir import create_run, publish
from regressions.services import Services

LABEL = "mutants"


def mutants(
    options: Options,
    services: Services,
    console: Console,
    data: Path = defects.FOLDER,
    job_list: Path = jobs.JOBS,
) -> int:
    """Builds the device with all defects once, and runs each, and the device without one, against the jobs.

    Args:
        options: The command line; `tests` holds patterns of defects and modules.
        services: Simulator and testbench.
        console: For people.
        data: Folder with the defects.
        job_list: What each defect has to get past.

    Returns:
        0 if every defect was killed or has a reason not to be, else 1.

    Raises:
        UserError: The device has no defects, or fails without one.
        SchemaError: A defect does not apply to the source.
        BuildError: The build fails for another reason than a defect.
    """
    check_tools()
    device = services.device(options.device)
    everything = defects.load(device.name, data)
    placement = defects.place_all(everything, device)
    chosen = options.shard.take(select(everything, options.tests), lambda _: 1)
    simulator = services.simulator("verilator")
    git, tools = git_revision(), tool_versions(simulator.version())
    simulation = jobs.load(job_list, options.entries, services, device, build.KIND, options.seed)
    folder = create_run(options.tree.runs, LABEL, simulation.segments[0].seed)
    console.print(
        f"{LABEL}: device {device.name}, {len(chosen)} of {len(everything)} defects, {relative(folder)}"
    )
    started = time.monotonic()
    with console.status(f"building {device.name} with {len(everything)} defects"):
        made = build.build(simulator, device, everything, placement, options.tree.root / LABEL / device.name)
    how = "found in the cache" if made.build.cached else f"built in {time.monotonic() - started:.0f} s"
    console.print(f"{made.build.descriptor.name} {how}")
    dut = options.rerun_options(device)
    campaign = Campaign(
        simulator,
        made.build,
        device,
        simulation,
        folder / "sims",
        lambda name: " ".join(filter(None, ["make", LABEL, f"TESTS={name}", dut])),
        graded=options.graded,
    )
    fault, total = campaign.control()
    if fault:
        raise UserError(
            f"{device.name} fails without any defect, so nothing can be learnt: {fault}; see {folder}"
        )
    console.print(f"without a defect all {total} jobs pass")
    started = time.monotonic()
    valid = [(number, defect) for number, defect in chosen if number not in made.invalid]
    found = campaign.run(valid, options.processes, lambda result: console.print(_line(result), markup=False))
    found += [
        Result(defect, number, Fate.INVALID, detail=made.invalid[number])
        for number, defect in chosen
        if number in made.invalid
    ]
    results = sorted(found, key=lambda result: result.number)
    report = Report(device.name, git, tools, total, time.monotonic() - started, results, options.graded)
    write(report, folder)
    # A part of the defects takes no complete report's place.
    shown = publish(options.tree, LABEL, folder) if len(chosen) == len(everything) else folder
    for result in report.complaints:
        console.print(f"{result.defect.id}: {result.complaint}", style="bold red", markup=False)
    console.print(f"{report.verdict}; report: {relative(shown)}/mutants.md", style="bold", markup=False)
    return EXIT_FAILED if report.complaints else EXIT_PASSED


def select(everything: Sequence[Defect], patterns: str) -> list[tuple[int, Defect]]:
    """The defects whose id or module matches one of some comma-separated patterns, with their numbers.

    Args:
        everything: All defects, in the order of their numbers.
        patterns: Patterns with ``*`` and ``?``; empty selects everything.

    Raises:
        UserError: A pattern matches nothing.
    """
    numbered = list(enumerate(everything, start=1))
    if not patterns:
        return numbered
    kept: dict[int, Defect] = {}
    for pattern in (part.strip() for part in patterns.split(",")):
        matches = [
            (number, defect)
            for number, defect in numbered
            if fnmatch.fnmatchcase(defect.id, pattern) or fnmatch.fnmatchcase(defect.module, pattern)
        ]
        if not matches:
            names = dict.fromkeys(name for defect in everything for name in (defect.id, defect.module))
            raise unknown("defect or module", pattern, names, "TESTS")
        kept.update(matches)
    return sorted(kept.items())


def _line(result: Result) -> str:
    by = f"by {', '.join(result.checkers)} after {result.jobs} jobs" if result.checkers else ""
    return f"  {result.fate.value:9}{result.defect.id:40} {by}"
