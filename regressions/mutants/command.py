# SPDX-License-Identifier: Apache-2.0
"""``make mutants``: all defects of each kind of devices, against what has to find them."""

from __future__ import annotations

import fnmatch
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from regressions.errors import UserError, unknown
from regressions.kinds import with_defects
from regressions.machine import check_tools
from regressions.mutants import defects
from regressions.mutants.bench import Bench
from regressions.mutants.defects import Defect
from regressions.mutants.outcome import Fate, Result
from regressions.mutants.report import Report, write
from regressions.order import DEFAULT_DUT, Order
from regressions.paths import relative
from regressions.provenance import git_revision, tool_versions
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.rundir import create_run, publish
from regressions.services import Services


def mutants(
    order: Order,
    services: Services,
    console: Console,
    data: Path = defects.FOLDER,
    job_list: Path | None = None,
) -> int:
    """Builds with all defects once, and runs each, and what has none, against jobs or benches.

    Without a device, that is one campaign for each kind of devices that has defects.

    Args:
        order: The command line; `tests` holds patterns of defects and modules.
        services: Simulator and testbench.
        console: For people.
        data: Folder with the defects.
        job_list: Tests that run against each defect; default: the device's own list.

    Returns:
        0 if every defect was killed or has a reason not to be, else 1.

    Raises:
        UserError: There are no defects, or something fails without one.
        SchemaError: A defect does not apply to the source.
        BuildError: A build fails for another reason than a defect.
    """
    check_tools()
    kinds = with_defects()
    benches = [
        kinds.get(name, kinds[DEFAULT_DUT]).bench(order, services, name, job_list)
        for name in ([order.dut] if order.dut else kinds)
    ]
    everything = {bench.device.name: defects.load(bench.device.name, data) for bench in benches}
    chosen = select(everything, order.tests)
    return max(
        _campaign(bench, everything[bench.device.name], chosen[bench.device.name], order, services, console)
        for bench in benches
        if chosen[bench.device.name] or not order.tests
    )


def _campaign(
    bench: Bench,
    everything: Sequence[Defect],
    selected: Sequence[tuple[int, Defect]],
    order: Order,
    services: Services,
    console: Console,
) -> int:
    """All of what is done for one device."""
    device = bench.device
    placement = defects.place_all(everything, device)
    chosen = order.shard.take(selected, lambda _: 1)
    git = git_revision()
    tools = tool_versions(services.simulator("verilator").version())
    folder = create_run(order.tree.runs, bench.label, bench.seed)
    console.print(
        f"{bench.label}: device {device.name}, {len(chosen)} of {len(everything)} defects, {relative(folder)}"
    )
    started = time.monotonic()
    with console.status(f"building {device.name} with {len(everything)} defects"):
        invalid = bench.build(everything, placement, chosen, order.tree.root / "mutants" / device.name)
    console.print(f"{device.name} with its defects was built in {time.monotonic() - started:.0f} s")
    fault, total = bench.control(
        folder / "sims", lambda name: " ".join(filter(None, ["make mutants", f"TESTS={name}", bench.options]))
    )
    if fault:
        raise UserError(
            f"{device.name} fails without any defect, so nothing can be learnt: {fault}; see {folder}"
        )
    console.print(f"without a defect all {total} {bench.counted} pass")
    started = time.monotonic()
    valid = [(number, defect) for number, defect in chosen if number not in invalid]
    found = bench.run(
        valid, order.processes, lambda result: console.print(_line(result, bench.counted), markup=False)
    )
    found += [
        Result(defect, number, Fate.INVALID, detail=invalid[number])
        for number, defect in chosen
        if number in invalid
    ]
    results = sorted(found, key=lambda result: result.number)
    seconds = time.monotonic() - started
    report = Report(device.name, git, tools, total, seconds, results, order.graded, bench.counted)
    write(report, folder)
    # A part of the defects takes no complete report's place.
    shown = publish(order.tree, bench.label, folder) if len(chosen) == len(everything) else folder
    for result in report.complaints:
        console.print(f"{result.defect.id}: {result.complaint}", style="bold red", markup=False)
    console.print(f"{report.verdict}; report: {relative(shown)}/mutants.md", style="bold", markup=False)
    return EXIT_FAILED if report.complaints else EXIT_PASSED


def select(everything: Mapping[str, Sequence[Defect]], patterns: str) -> dict[str, list[tuple[int, Defect]]]:
    """The defects whose id or module matches one of some comma-separated patterns, with their numbers.

    Args:
        everything: All defects by device, in the order of their numbers.
        patterns: Patterns with ``*`` and ``?``; empty selects everything.

    Raises:
        UserError: A pattern matches nothing.
    """
    numbered = {device: list(enumerate(its, start=1)) for device, its in everything.items()}
    if not patterns:
        return numbered
    kept: dict[str, dict[int, Defect]] = {device: {} for device in everything}
    for pattern in (part.strip() for part in patterns.split(",")):
        matches = {
            device: {number: defect for number, defect in its if _matches(defect, pattern)}
            for device, its in numbered.items()
        }
        if not any(matches.values()):
            every = [defect for its in everything.values() for defect in its]
            names = dict.fromkeys(name for defect in every for name in (defect.id, defect.module))
            raise unknown("defect or module", pattern, names, "TESTS")
        for device, found in matches.items():
            kept[device].update(found)
    return {device: sorted(its.items()) for device, its in kept.items()}


def _matches(defect: Defect, pattern: str) -> bool:
    return fnmatch.fnmatchcase(defect.id, pattern) or fnmatch.fnmatchcase(defect.module, pattern)


def _line(result: Result, counted: str) -> str:
    by = f"by {', '.join(result.checkers)} after {result.after} {counted}" if result.checkers else ""
    return f"  {result.fate.value:9}{result.defect.id:40} {by}"
