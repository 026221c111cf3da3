# SPDX-License-Identifier: Apache-2.0
"""``make baseline``: measures the listed jobs and rewrites the kept cycles."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console

from regressions import orphans
from regressions.baseline import record
from regressions.baseline.jobs import describe, scenarios
from regressions.display import busy
from regressions.errors import UserError
from regressions.machine import check_tools
from regressions.order import Order
from regressions.paths import relative
from regressions.results import read_results
from regressions.run import EXIT_PASSED
from regressions.services import Services
from regressions.simulators.base import Simulator
from tb.descriptor import available
from tb.exchange.device import Descriptor
from tb.exchange.plan import Plan, Segment
from tb.exchange.results import JobResult
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status

TEST = "baseline"


def baseline(order: Order, services: Services, console: Console) -> int:
    """Measure the device asked for, or all in `tb/duts`; the file's figures of others stay.

    Nothing is written unless every job of every device ran and passed.

    Raises:
        UserError: One did not.
        BuildError: A device cannot be built.
    """
    check_tools()
    simulator = services.simulator("verilator")
    kept = record.read()
    for name in [order.dut] if order.dut else available():
        device = services.device(name)
        with busy(console, f"building and measuring {device.name}"):
            jobs = measure(device, simulator, order.tree.root / "baseline" / device.name, order)
        for line in changes(kept.get(device.name), jobs):
            console.print(f"{device.name}: {line}", highlight=False)
        kept[device.name] = record.Device(device.instance.title, jobs)
    record.write(kept)
    console.print(f"baseline: {relative(record.FILE)}; review its changes and commit them", highlight=False)
    return EXIT_PASSED


def measure(device: Descriptor, simulator: Simulator, folder: Path, order: Order) -> list[record.Kept]:
    """Run the list on a device, without comparing it with its present baseline.

    Raises:
        UserError: A job did not pass.
        BuildError: The device cannot be built.
    """
    entry = order.entries[TEST]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    Plan(descriptor=str(device.path), tests=(Segment(entry, 1, 0, 1),)).write(folder)
    build = simulator.build(device, "fast", folder / "build.log")
    command, environment = simulator.command(build, folder)
    log = folder / "sim.log"
    with log.open("w") as out:
        # The exit code is that of the old baseline's comparison; what counts is what each job says.
        orphans.run(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
    results = [job for test in read_results(folder / "results.jsonl").tests for job in test.jobs]
    return collect(scenarios(device), results, log)


def collect(named: Mapping[str, Scenario], results: list[JobResult], log: Path) -> list[record.Kept]:
    """Return the part of the jobs' results that is kept.

    Raises:
        UserError: A job is missing or did not pass.
    """
    found = {(result.scenario, result.job): result for result in results}
    jobs: list[record.Kept] = []
    for name, scenario in named.items():
        for position in range(len(scenario.jobs)):
            result = found.get((scenario.index, position))
            if result is None or result.status is not Status.PASSED or not result.cycles:
                why = "did not run" if result is None else result.detail or result.status
                raise UserError(f"baseline: {name}[{position}]: {why}; nothing was written (log: {log})")
            what = describe(scenario, position)
            jobs.append(record.Kept(name, position, what, result.cycles, result.slots))
    return jobs


def changes(old: record.Device | None, new: list[record.Kept]) -> Iterator[str]:
    """Differences from before, in lines for people."""
    if old is None:
        yield f"{len(new)} jobs, none kept before"
        return
    before = {(job.scenario, job.job, job.what): job.cycles for job in old.jobs}
    counts = {"slower": 0, "faster": 0, "new": 0, "unchanged": 0}
    for job in new:
        cycles = before.pop((job.scenario, job.job, job.what), None)
        kind = "new" if cycles is None else "unchanged"
        if cycles is not None and cycles != job.cycles:
            kind = "slower" if job.cycles > cycles else "faster"
            yield f"{job.scenario}[{job.job}] ({job.what}): {cycles} -> {job.cycles} cycles, {kind}"
        counts[kind] += 1
    yield ", ".join(f"{count} {kind}" for kind, count in counts.items()) + f", {len(before)} gone"
