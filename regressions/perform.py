# SPDX-License-Identifier: Apache-2.0
"""Carries out a run: builds, simulates, and hands the results to its conclusion."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from regressions.code_coverage import report as code_report
from regressions.conclusion import conclude, covered
from regressions.coverage.measure import Coverage
from regressions.executor import Execution, Executor
from regressions.judge import SegmentResult
from regressions.kinds import runner_of
from regressions.paths import relative
from regressions.planner import Simulation, pack
from regressions.process import Command
from regressions.progress import RunProgress
from regressions.run import Run
from regressions.services import Services
from regressions.simulators.base import Build, BuildError, Simulator
from tb.exchange.plan import CoverageOptions, Plan, Segment
from tb.exchange.status import Status
from tb.kinds import ACCELERATOR


@dataclass(frozen=True, slots=True)
class Schedule:
    """The simulations of a run.

    Attributes:
        simulations: In the order in which to start them.
        builds: Names of devices and build kinds that they need.
        planned: All their segments; None in a soak, which starts simulations until its time is over.
        closing: Chooses the segments that close what the others covered not; None for a run without.
    """

    simulations: Iterator[Simulation]
    builds: Sequence[tuple[str, str]]
    planned: Sequence[Segment] | None
    closing: Callable[[Coverage], list[Segment]] | None = None

    @classmethod
    def of(
        cls, simulations: Sequence[Simulation], closing: Callable[[Coverage], list[Segment]] | None = None
    ) -> "Schedule":
        """The schedule of a list of simulations."""
        planned = [segment for simulation in simulations for segment in simulation.segments]
        return cls(iter(simulations), builds_of(simulations), planned, closing)


def builds_of(simulations: Sequence[Simulation]) -> list[tuple[str, str]]:
    """Devices and build kinds of simulations, each once."""
    return list(dict.fromkeys((simulation.device, simulation.kind) for simulation in simulations))


def perform(run: Run, schedule: Schedule, services: Services, console: Console) -> int:
    """Builds, simulates, reports; returns the exit code.

    Raises:
        OSError: Outputs cannot be written; earlier reports are untouched.
    """
    simulator = services.simulator("verilator")
    names = ", ".join(device.name for device in run.devices)
    console.print(f"{run.label}: device {names}, seed {run.seed}, {relative(run.folder)}", highlight=False)
    runner = _Runner(run, schedule, simulator, console)
    execution = runner.execute()
    if schedule.closing is not None and not execution.interrupted:
        with console.status("making scenarios for the bins that are still open"):
            segments = schedule.closing(covered(run, execution, ACCELERATOR))
        execution.add(runner.close(segments))
    try:
        code = code_report.collect(run.folder, execution.results, simulator, run.main)
    except BuildError as error:
        return conclude(run, execution, None, console, [str(error)])
    return conclude(run, execution, code, console)


class _Runner:
    """Builds on demand and executes the simulations of a run."""

    def __init__(self, run: Run, schedule: Schedule, simulator: Simulator, console: Console) -> None:
        self._run = run
        self._schedule = schedule
        self._simulator = simulator
        self._console = console
        self._devices = {device.name: device for device in run.devices}
        self._builds: dict[tuple[str, str], Build] = {}
        self._failed: list[SegmentResult] = []

    def execute(self) -> Execution:
        planned = self._schedule.planned
        try:
            failures = {build: self._build(*build) for build in self._schedule.builds}
        except KeyboardInterrupt:
            rest = [] if planned is None else list(planned)
            results = [SegmentResult(s, Status.NOT_RUN, "interrupted before it started", "") for s in rest]
            return Execution(results=results, interrupted=True)
        seconds = self._run.order.soak_seconds if planned is None else None
        return self._simulate(self._schedule.simulations, planned, failures, seconds)

    def close(self, segments: Sequence[Segment]) -> Execution:
        """Runs further segments, after all others."""
        if not segments:
            return Execution()
        self._failed = []
        wanted = dict.fromkeys((segment.device, segment.kind) for segment in segments)
        try:
            failures = {build: "" if build in self._builds else self._build(*build) for build in wanted}
        except KeyboardInterrupt:
            return Execution(interrupted=True)
        simulations = pack(segments, self._run.order.processes)
        return self._simulate(iter(simulations), segments, failures)

    def _simulate(
        self,
        simulations: Iterator[Simulation],
        planned: Sequence[Segment] | None,
        failures: dict[tuple[str, str], str],
        seconds: float | None = None,
    ) -> Execution:
        folder, processes = self._run.folder, self._run.order.processes
        first = len(list((folder / "sims").glob("*")))
        with RunProgress(
            self._console,
            None if planned is None else len(planned),
            None if planned is None else sum(segment.jobs for segment in planned),
        ) as progress:
            executor = Executor(folder, processes, self._command, self._plan, progress, first)
            until = None if seconds is None else time.monotonic() + seconds
            execution = executor.execute(self._ready(simulations, failures), until)
        execution.results += self._failed
        return execution

    def _ready(
        self, simulations: Iterator[Simulation], failures: dict[tuple[str, str], str]
    ) -> Iterator[Simulation]:
        """The simulations whose build exists; the segments of the others are noted as failed builds."""
        for simulation in simulations:
            message = failures[simulation.device, simulation.kind]
            if not message:
                yield simulation
                continue
            self._failed += [
                SegmentResult(segment, Status.BUILD_FAILED, message, "") for segment in simulation.segments
            ]
            if self._schedule.planned is None and all(failures.values()):
                return  # a soak would note failures without end

    def _build(self, name: str, kind: str) -> str:
        """Builds one kind of a device; returns an error message or an empty text."""
        log = self._run.folder / f"build-{name}-{kind}.log"
        started = time.monotonic()
        with self._console.status(f"building {name} ({kind}), log {relative(log)}"):
            try:
                build = self._simulator.build(self._devices[name], kind, log)
            except BuildError as error:
                self._console.print(f"build_failed {name} ({kind}): {error}", style="bold red", markup=False)
                return str(error)
        self._builds[name, kind] = build
        how = "found in the cache" if build.cached else f"built in {time.monotonic() - started:.0f} s"
        self._console.print(f"{name} ({kind}) {how}", highlight=False)
        return ""

    def _command(self, simulation: Simulation, folder: Path) -> Command:
        build = self._builds[simulation.device, simulation.kind]
        argv, environment = self._simulator.command(build, folder, waves=self._run.order.waves)
        return Command(argv, environment, folder, _rerun(simulation, self._run))

    def _plan(self, simulation: Simulation) -> Plan:
        device = self._devices[simulation.device]
        order, entries = self._run.order, [segment.entry for segment in simulation.segments]
        return Plan(
            descriptor=relative(device.path),
            tests=simulation.segments,
            opinions_share=order.tier.opinions_share,
            coverage=CoverageOptions(files=tuple(str(path.resolve()) for path in order.covergroups)),
            programs=runner_of(device).programs(entries, device, self._run.folder),
        )


def _rerun(simulation: Simulation, run: Run) -> str:
    """The command that repeats a whole simulation, segment for segment."""
    selectors = ",".join(segment.selector for segment in simulation.segments)
    kind = f" KIND={simulation.kind}" if simulation.kind not in ("fast", "waves") else ""
    options = run.rerun_options(simulation.device)
    flag = " WAVES=1" if run.order.waves else ""
    return f"make run TEST={selectors} SEED={simulation.segments[0].seed}{kind}{flag}{options}"
