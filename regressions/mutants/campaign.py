# SPDX-License-Identifier: Apache-2.0
"""Runs every defect against the jobs, each in a simulation of its own, until something is found."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from regressions.judge import Ending, Outcome, judge
from regressions.mutants.defects import Defect
from regressions.mutants.outcome import Result, has_failed, read_result
from regressions.mutants.rewrite import PLUSARG
from regressions.paths import relative
from regressions.planner import Simulation
from regressions.process import Command, Deadline, run_process
from regressions.results import ResultsReader, SimulationLog
from regressions.simulators.base import Build, Simulator
from tb.descriptor import Descriptor
from tb.exchange.plan import Plan
from tb.exchange.status import Status

# Wall time of a defect's simulation: generous, since the watchdog of each scenario already limits its cycles.
# Only a device that stops simulated time gets here.
_LEAST_SECONDS = 120.0
_TIMES_CONTROL = 10.0


class _UntilFailure(Deadline):
    """Stops a simulation when its time is up, or at its first failure unless all of them are wanted."""

    def __init__(self, seconds: float, *, go_on: bool) -> None:
        super().__init__({})
        self._seconds = seconds
        self._go_on = go_on
        self._started = time.monotonic()

    def exceeded(self, reader: ResultsReader) -> str:
        """Tell why the simulation must stop: a failure, or the wall time is over."""
        if not self._go_on and has_failed(reader.log):
            return "stopped at the first failure"
        if time.monotonic() - self._started > self._seconds:
            return f"took more than {self._seconds:.0f} s of wall time and was killed"
        return ""


class Campaign:
    """The simulations of all defects of a device.

    Args:
        simulator: Gives the command of a simulation.
        build: The simulation with the defects.
        device: The device as its descriptor says.
        jobs: Tests that run against each defect.
        folder: Receives a folder for each defect.
        rerun: The command that repeats a defect's simulation, by the defect's id.
        graded: True if all tests run with each defect, so that one sees which of them find it.
    """

    def __init__(
        self,
        simulator: Simulator,
        build: Build,
        device: Descriptor,
        jobs: Simulation,
        folder: Path,
        rerun: Callable[[str], str],
        *,
        graded: bool = False,
    ) -> None:
        self._simulator = simulator
        self._build = build
        self._jobs = jobs
        self._folder = folder
        self._rerun = rerun
        self._graded = graded
        self._seconds = _LEAST_SECONDS
        self._plan = Plan(descriptor=relative(device.path), tests=jobs.segments)

    def control(self) -> tuple[str, int]:
        """Runs the jobs without a defect.

        Returns:
            What is wrong with the device or with the rewriting, empty if nothing is; and the number of jobs.
        """
        return asyncio.run(self._control())

    def run(
        self, defects: Sequence[tuple[int, Defect]], processes: int, report: Callable[[Result], None]
    ) -> list[Result]:
        """Runs the jobs with each of some defects.

        Args:
            defects: The defects with their numbers.
            processes: Number of simulations that run at a time.
            report: Told of each result as it comes.

        Returns:
            The results, in the order of the defects.

        Raises:
            KeyboardInterrupt: The user stopped it; all processes have been ended.
        """
        return asyncio.run(self._run(defects, processes, report))

    async def _control(self) -> tuple[str, int]:
        log, outcome, _ = await self._simulate(0, "control", None)
        self._seconds = max(_LEAST_SECONDS, _TIMES_CONTROL * outcome.seconds)
        bad = [r for r in judge(self._jobs, log, outcome, "") if r.status is not Status.PASSED]
        done = sum(len(test.jobs) for test in log.tests)
        return (f"test {bad[0].segment.entry.name}: {bad[0].detail}" if bad else ""), done

    async def _run(
        self, defects: Sequence[tuple[int, Defect]], processes: int, report: Callable[[Result], None]
    ) -> list[Result]:
        results: dict[int, Result] = {}
        waiting = iter(defects)

        async def work() -> None:
            for number, defect in waiting:
                log, outcome, folder = await self._simulate(number, defect.id, self._seconds)
                results[number] = read_result(defect, number, folder, self._jobs, log, outcome)
                report(results[number])

        async with asyncio.TaskGroup() as group:
            for _ in range(processes):
                group.create_task(work())
        return [results[number] for number, _ in defects]

    async def _simulate(
        self, number: int, name: str, seconds: float | None
    ) -> tuple[SimulationLog, Outcome, Path]:
        folder = self._folder / name
        folder.mkdir(parents=True)
        self._plan.write(folder)
        argv, environment = self._simulator.command(self._build, folder)
        command = Command([*argv, f"+{PLUSARG}={number}"], environment, folder, self._rerun(name))
        reader = ResultsReader(folder / "results.jsonl")
        timeouts = {segment.key: segment.entry.timeout for segment in self._jobs.segments}
        deadline = Deadline(timeouts) if seconds is None else _UntilFailure(seconds, go_on=self._graded)
        outcome = await run_process(command, deadline, reader, lambda: None)
        if outcome.ending is Ending.INTERRUPTED:
            raise asyncio.CancelledError
        return reader.log, outcome, folder
