# SPDX-License-Identifier: Apache-2.0
"""Campaigns: a target with all of its defects is built once, and runs without any, then with each."""

import asyncio
import time
from collections.abc import Sequence

from rich.console import Console

from regressions.errors import UserError
from regressions.mutants.defects import Defect
from regressions.mutants.outcome import DefectResult, Fate
from regressions.mutants.report import Report, write
from regressions.mutants.simulations import Simulations
from regressions.mutants.target import Numbered, Target
from regressions.order import Order
from regressions.paths import relative
from regressions.provenance import git_revision, tool_versions
from regressions.rundir import create_run, publish
from regressions.services import Services


def run_campaign(
    label: str,
    target: Target,
    everything: Sequence[Defect],
    selected: Numbered,
    order: Order,
    services: Services,
    console: Console,
) -> bool:
    """Runs a campaign and writes its report; of the selected defects, this machine has its shard.

    The label names the folders of its runs and reports.

    Returns:
        Whether every defect was killed or has a reason not to be.

    Raises:
        UserError: Something fails without a defect.
        SchemaError: A defect does not apply to the source.
        BuildError: A build fails for another reason than a defect.
        KeyboardInterrupt: The user stopped it; all processes have been ended.
    """
    name, counted = target.device.name, target.counted
    target.place(everything)
    chosen = order.shard.take(selected, lambda _: 1)
    git, tools = git_revision(), tool_versions(services.simulator("verilator").version())
    folder = create_run(order.tree.runs, label, target.seed)
    count = f"{len(chosen)} of {len(everything)} defects"
    console.print(f"{label}: device {name}, {count}, {relative(folder)}")
    started = time.monotonic()
    with console.status(f"building {name} with {len(everything)} defects"):
        invalid = target.build(everything, chosen, order.tree.root / "mutants" / name)
    console.print(f"{name} with its defects was built in {time.monotonic() - started:.0f} s")
    rerun = " ".join(filter(None, (target.rerun, order.campaign_options)))
    simulations = Simulations(folder / "sims", rerun)
    fault, amount = asyncio.run(target.control(simulations))
    if fault:
        raise UserError(f"{name} fails without any defect, so nothing can be learnt: {fault}; see {folder}")
    console.print(f"without a defect all {amount} {counted} pass")
    started = time.monotonic()
    valid = [(number, defect) for number, defect in chosen if number not in invalid]
    results = asyncio.run(_examine(target, simulations, valid, order.processes, console))
    results += [
        DefectResult(defect, number, Fate.INVALID, detail=invalid[number])
        for number, defect in chosen
        if number in invalid
    ]
    results.sort(key=lambda result: result.number)
    seconds = time.monotonic() - started
    report = Report(name, git, tools, amount, seconds, results, order.graded, counted)
    write(report, folder)
    # A part of the defects takes no complete report's place.
    shown = publish(order.tree, label, folder) if len(chosen) == len(everything) else folder
    for result in report.complaints:
        console.print(f"{result.defect.id}: {result.complaint}", style="bold red", markup=False)
    console.print(f"{report.verdict}; report: {relative(shown)}/mutants.md", style="bold", markup=False)
    return not report.complaints


async def _examine(
    target: Target, simulations: Simulations, chosen: Numbered, processes: int, console: Console
) -> list[DefectResult]:
    """Results of some defects, so many of them at a time, which are told as they come."""
    results: list[DefectResult] = []
    waiting = iter(chosen)

    async def work() -> None:
        for number, defect in waiting:
            result = await target.examine(number, defect, simulations)
            results.append(result)
            by = ", ".join(result.checkers)
            found = f"by {by} after {result.after} {target.counted}" if by else ""
            console.print(f"  {result.fate.value:9}{defect.id:40} {found}", markup=False)

    async with asyncio.TaskGroup() as group:
        for _ in range(processes):
            group.create_task(work())
    return results
