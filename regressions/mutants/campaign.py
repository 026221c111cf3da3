# SPDX-License-Identifier: Apache-2.0
"""Campaigns: a target with all of its defects is built once, and runs without any, then with each."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from rich.console import Console

from regressions.display import Display, busy
from regressions.errors import UserError
from regressions.mutants.defects import Defect
from regressions.mutants.finished import SIMS, Finished, inputs_of
from regressions.mutants.outcome import DefectResult, Fate
from regressions.mutants.report import Report, write
from regressions.mutants.simulations import Simulations
from regressions.mutants.target import Numbered, Target
from regressions.order import Order
from regressions.paths import relative
from regressions.places import place_of
from regressions.provenance import git_revision, tool_versions
from regressions.remaining import in_words
from regressions.rundir import publish
from regressions.services import Services

_LOOK_SECONDS = 1.0  # between two looks at the room of a farm, which grows and shrinks
_TELLING = 2  # defects that each process has tried before an estimate is made of the rest


def run_campaign(
    label: str,
    target: Target,
    everything: Sequence[Defect],
    selected: Numbered,
    order: Order,
    services: Services,
    console: Console,
) -> tuple[bool, Path]:
    """Runs a campaign and writes its report; of the selected defects, this machine has its shard.

    The label names the folders of its runs and reports. What an interrupted campaign with the same inputs
    finished is taken over, in its folder.

    Returns:
        Whether every defect was killed or has a reason not to be; and the folder.

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
    inputs = inputs_of(label, target, everything, chosen, order, tools)
    with closing(Finished.begin(order.tree.runs, label, target.seed, inputs)) as finished:
        folder = finished.folder
        count = f"{len(chosen)} of {len(everything)} defects"
        console.print(f"{label}: device {name}, {count}, {relative(folder)}")
        for test in target.left_out:
            console.print(f"not applicable: {test.test}: {test.reason}", markup=False)
        try:
            _finish(target, everything, chosen, finished, order, console)
        except KeyboardInterrupt:
            done = f"{len(finished.results)} of {len(chosen)} defects are finished"
            console.print(f"{done}: the same command goes on from there")
            raise
    results = sorted(finished.results, key=lambda result: result.number)
    report = Report(name, git, tools, finished.amount or 0, results, order.graded, counted)
    write(report, folder)
    # A part of the defects takes no complete report's place.
    shown = publish(order.tree, label, folder) if len(chosen) == len(everything) else folder
    for result in report.complaints:
        console.print(f"{result.defect.id}: {result.complaint}", style="bold red", markup=False)
    console.print(f"{report.verdict}; report: {relative(shown)}/mutants.md", style="bold", markup=False)
    return not report.complaints, folder


def _finish(
    target: Target,
    everything: Sequence[Defect],
    chosen: Numbered,
    finished: Finished,
    order: Order,
    console: Console,
) -> None:
    """Build, run without a defect, and run each defect that has no result from before an interruption."""
    before = {result.defect.id for result in finished.results}
    left = [(number, defect) for number, defect in chosen if defect.id not in before]
    if before:
        console.print(f"{len(before)} of these were finished when it was interrupted, and are taken over")
    if not left and finished.amount is not None:
        return
    name = target.device.name
    started = time.monotonic()
    with busy(console, f"building {name} with {len(everything)} defects"):
        invalid = target.build(everything, chosen, order.tree.root / "mutants" / name)
    console.print(f"{name} with its defects was built in {time.monotonic() - started:.0f} s")
    rerun = " ".join(filter(None, (target.rerun, order.campaign_options)))
    with place_of(order, console) as place:
        simulations = Simulations(finished.folder / SIMS, rerun, place)
        _try(target, simulations, left, invalid, finished, console)


def _try(
    target: Target,
    simulations: Simulations,
    left: Numbered,
    invalid: Mapping[int, str],
    finished: Finished,
    console: Console,
) -> None:
    """Run without a defect, and with each of those left; `invalid` ones did not compile."""
    name = target.device.name
    with busy(console, "a run without any defect"):
        fault, amount = asyncio.run(target.control(simulations))
    if fault:
        raise UserError(
            f"{name} fails without any defect, so nothing can be learnt: {fault}; see {finished.folder}"
        )
    console.print(f"without a defect all {amount} {target.counted} pass")
    finished.control(amount)
    for number, defect in left:
        if number in invalid:
            finished.add(DefectResult(defect, number, Fate.INVALID, detail=invalid[number]))
    valid = [(number, defect) for number, defect in left if number not in invalid]
    asyncio.run(_examine(target, simulations, valid, finished, console))


async def _examine(
    target: Target,
    simulations: Simulations,
    chosen: Numbered,
    finished: Finished,
    console: Console,
) -> None:
    """Run some defects, as many at a time as there is room for; results are noted and told as they come."""
    tried, started = 0, time.monotonic()

    def line() -> str:
        said = f"{tried} of {len(chosen)} defects"
        if tried < _TELLING * simulations.place.room:
            return said
        left = (time.monotonic() - started) / tried * (len(chosen) - tried)
        return f"{said}, about {in_words(left)} left"

    async def examine(number: int, defect: Defect) -> None:
        nonlocal tried
        result = await target.examine(number, defect, simulations)
        finished.add(result)
        tried += 1
        by = ", ".join(result.checkers)
        found = f"by {by} after {result.after} {target.counted}" if by else ""
        console.print(f"  {result.fate.value:9}{defect.id:40} {found}", markup=False)

    with Display(console, line):
        async with asyncio.TaskGroup() as group:
            running: set[asyncio.Task[None]] = set()
            for number, defect in chosen:
                while len(running) >= simulations.place.room:
                    _, running = await asyncio.wait(
                        running, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                    )
                running.add(group.create_task(examine(number, defect)))
