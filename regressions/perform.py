# SPDX-License-Identifier: Apache-2.0
"""Carries out a run: builds, simulates, and hands the results to its conclusion."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from regressions.builds import Builds, Key
from regressions.code_coverage import report as code_report
from regressions.conclusion import conclude, covered
from regressions.coverage.measure import Coverage
from regressions.display import Display, busy
from regressions.errors import UserError
from regressions.executor import Execution, Executor, not_started
from regressions.judge import SegmentResult
from regressions.kinds import runner_of
from regressions.orphans import claimed
from regressions.paces import Paces
from regressions.paths import quoted, relative
from regressions.place import PlaceGone, SimulationPlace
from regressions.places import place_of
from regressions.planner import Simulation, pack
from regressions.process import Command, Recipe
from regressions.progress import RunProgress
from regressions.run import Run
from regressions.services import Services
from regressions.shrinks import PATIENCE_SECONDS, Shrinks
from regressions.simulators.base import BuildError, Simulator
from tb.exchange.plan import CoverageOptions, Plan, Segment
from tb.exchange.status import Status
from tb.kinds import ACCELERATOR

_CYCLES_PER_SECOND = 100_000  # of an array, roughly


@dataclass(frozen=True, slots=True)
class Schedule:
    """The simulations of a run."""

    simulations: Iterator[Simulation]  # in the order in which to start them
    builds: Sequence[Key]  # names of devices and build kinds that they need
    # All their segments; None in a soak, which starts simulations until its time is over.
    planned: Sequence[Segment] | None
    # Chooses the segments that close what the others covered not; None for a run without.
    closing: Callable[[Coverage], list[Segment]] | None = None
    # Complaints that come up while it is made; the run fails with them.
    faults: list[str] = field(default_factory=list)
    shrinks: bool = False  # True if the first failure of each kind is shrunk, too

    @classmethod
    def of(
        cls,
        simulations: Sequence[Simulation],
        closing: Callable[[Coverage], list[Segment]] | None = None,
        *,
        shrinks: bool = False,
    ) -> "Schedule":
        """The schedule of a list of simulations: one of each build first, then all others in their order.

        So each device shows early whether it works, and how long the rest will take.
        """
        planned = [segment for simulation in simulations for segment in simulation.segments]
        builds = builds_of(simulations)
        firsts = [next(each for each in simulations if build_of(each) == build) for build in builds]
        rest = [each for each in simulations if each not in firsts]
        return cls(iter([*firsts, *rest]), builds, planned, closing, shrinks=shrinks)


def builds_of(simulations: Sequence[Simulation]) -> list[Key]:
    """Devices and build kinds of simulations, each once."""
    return list(dict.fromkeys(map(build_of, simulations)))


def build_of(simulation: Simulation) -> Key:
    """Device and build kind of a simulation."""
    return simulation.device, simulation.kind


def perform(run: Run, schedule: Schedule, services: Services, console: Console) -> int:
    """Builds, simulates, reports; returns the exit code.

    Raises:
        OSError: Outputs cannot be written; earlier reports are untouched.
    """
    simulator = services.simulator("verilator")
    names = ", ".join(device.name for device in run.devices)
    console.print(f"{run.label}: device {names}, seed {run.seed}, {relative(run.folder)}", highlight=False)
    try:
        with place_of(run.order, console) as place:
            execution = _execute(run, schedule, simulator, place, console)
    except PlaceGone as error:
        raise UserError(f"{error}; {_going_on(run)}") from None
    try:
        with busy(console, "code coverage"):
            code = code_report.collect(run.folder, execution.results, simulator, run.main)
    except BuildError as error:
        return conclude(run, execution, None, console, [*schedule.faults, str(error)])
    exit_code = conclude(run, execution, code, console, schedule.faults)
    if execution.interrupted and run.complete:
        console.print(_going_on(run), highlight=False)
    return exit_code


def _going_on(run: Run) -> str:
    return f"make regressions RESUME={quoted(run.folder)} goes on with the rest"


def _execute(
    run: Run, schedule: Schedule, simulator: Simulator, place: SimulationPlace, console: Console
) -> Execution:
    """Builds, and simulates at a place."""
    runner = _Runner(run, schedule, simulator, place, console)
    with claimed(run.folder):
        execution = runner.execute()
        if schedule.closing is not None and not execution.interrupted:
            with busy(console, "making scenarios for the bins that are still open"):
                segments = schedule.closing(covered(run, execution, ACCELERATOR))
            execution.add(runner.close(segments))
        runner.keep_shrinks(interrupted=execution.interrupted)
    return execution


class _Runner:
    """Builds on demand and executes the simulations of a run."""

    def __init__(
        self, run: Run, schedule: Schedule, simulator: Simulator, place: SimulationPlace, console: Console
    ) -> None:
        self._run = run
        self._place = place
        self._next = 0  # index of a simulation that there is not yet
        self._schedule = schedule
        self._simulator = simulator
        self._console = console
        self._devices = {device.name: device for device in run.devices}
        self._builds = Builds(run, simulator, console)
        self._failed: list[SegmentResult] = []
        self._shrinks = (
            Shrinks(run, simulator, place, self._builds.__getitem__, console) if schedule.shrinks else None
        )

    def execute(self) -> Execution:
        planned = self._schedule.planned
        self._builds.start(self._schedule.builds, self._cycles())
        if planned is not None:
            return self._simulate(
                self._longest_first(list(self._schedule.simulations)), last=self._schedule.closing is None
            )
        try:
            with Display(self._console, self._builds.in_words):
                self._builds.wait()  # the time of a soak is for simulations
        except KeyboardInterrupt:
            return Execution(interrupted=True)
        return self._simulate(None, self._run.order.soak_seconds, last=self._schedule.closing is None)

    def _longest_first(self, simulations: Sequence[Simulation]) -> list[Simulation]:
        """Order simulations by the times of earlier runs, but for the first of each build."""
        firsts, rest = simulations[: len(self._schedule.builds)], simulations[len(self._schedule.builds) :]
        return [*firsts, *Paces.read(self._run.order.tree.paces).longest_first(rest)]

    def _cycles(self) -> Counter[Key]:
        """Cycles that each build will run; in a soak, what its time is enough for."""
        cycles: Counter[Key] = Counter()
        for segment in self._schedule.planned or ():
            cycles[segment.device, segment.kind] += segment.cycles
        for build in self._schedule.builds if self._schedule.planned is None else ():
            cycles[build] = round((self._run.order.soak_seconds or 0.0) * _CYCLES_PER_SECOND)
        return cycles

    def close(self, segments: Sequence[Segment]) -> Execution:
        """Runs further segments, after all others."""
        self._failed = []
        simulations = pack(segments, self._next)
        self._builds.start(builds_of(simulations))
        return self._simulate(simulations, last=True)

    def keep_shrinks(self, *, interrupted: bool) -> None:
        """Write what became of the failures that were shrunk."""
        if self._shrinks is not None:
            self._shrinks.keep(interrupted=interrupted)

    def _simulate(
        self, simulations: Sequence[Simulation] | None, seconds: float | None = None, *, last: bool
    ) -> Execution:
        """Run simulations; without any named, those of a soak for some time.

        Behind the last ones of a run shrinks have some time more.
        """
        until = None if seconds is None else time.monotonic() + seconds
        with RunProgress(
            self._console, simulations, self._place.room, until=until, building=self._besides
        ) as progress:
            executor = Executor(
                *(self._run.folder, self._place, self._command, self._plan, progress, self._run.order.stop),
                aside=self._shrinks,
            )
            ready = self._endless(progress) if simulations is None else self._waiting(simulations, progress)
            execution = executor.execute(ready, until, PATIENCE_SECONDS if last else 0.0)
        execution.results += self._failed
        execution.builds = dict(self._builds.seconds)
        if execution.interrupted:
            self._builds.stop()
            known = {(result.segment.device, result.segment.key) for result in execution.results}
            planned = [segment for each in simulations or () for segment in each.segments]
            rest = [each for each in planned if (each.device, each.key) not in known]
            execution.results += [not_started(segment) for segment in rest]
        if simulations is not None:
            _in_order(execution, simulations)
        return execution

    def _besides(self) -> str:
        """Words on what there is besides simulations; empty for nothing."""
        shrinks = self._shrinks.in_words() if self._shrinks is not None else ""
        return ", ".join(filter(None, (self._builds.in_words(), shrinks)))

    def _waiting(
        self, simulations: Sequence[Simulation], progress: RunProgress
    ) -> Iterator[Simulation | None]:
        """The simulations as their builds come; None while there is none for any of those left."""
        left = list(simulations)
        while left:
            simulation = next((each for each in left if self._builds.ended(build_of(each))), None)
            if simulation is None:
                yield None
                continue
            left.remove(simulation)
            if self._is_built(simulation, progress):
                yield simulation

    def _endless(self, progress: RunProgress) -> Iterator[Simulation]:
        """The simulations of a soak, unless all builds failed: it would note failures without end."""
        for simulation in self._schedule.simulations:
            if self._is_built(simulation, progress):
                yield simulation
            elif all(self._builds.error(build) for build in self._schedule.builds):
                return

    def _is_built(self, simulation: Simulation, progress: RunProgress) -> bool:
        """True if the build is there; else its segments are noted as failed."""
        self._next = max(self._next, simulation.index + 1)
        message = self._builds.error(build_of(simulation))
        if message:
            failed = (SegmentResult(each, Status.BUILD_FAILED, message, "") for each in simulation.segments)
            self._failed += failed
            progress.dropped(simulation)
        return not message

    def _command(self, simulation: Simulation, folder: Path) -> Command:
        build = self._builds[build_of(simulation)]
        argv, environment = self._simulator.command(
            build, folder, waves=self._run.order.waves, state=simulation.state
        )
        recipe = Recipe(relative(build.descriptor.path), build.kind)
        how = (recipe, self._run.order.waves, simulation.state)
        return Command(argv, environment, folder, _rerun(simulation, self._run), simulation.cycles, *how)

    def _plan(self, simulation: Simulation) -> Plan:
        device = self._devices[simulation.device]
        order, entries = self._run.order, [segment.entry for segment in simulation.segments]
        return Plan(
            descriptor=relative(device.path),
            tests=simulation.segments,
            state=simulation.state,
            opinions_share=order.tier.opinions_share,
            coverage=CoverageOptions(files=tuple(str(path.resolve()) for path in order.covergroups)),
            checkers=tuple(str(path.resolve()) for path in order.checkers),
            programs=runner_of(device).programs(entries, device, self._run.folder),
        )


def _in_order(execution: Execution, simulations: Sequence[Simulation]) -> None:
    """Put what ended in any order into that of the plan, so that reports do not depend on it."""
    planned = sorted(simulations, key=lambda simulation: simulation.index)
    keys = [_key(segment) for simulation in planned for segment in simulation.segments]
    places = {key: place for place, key in enumerate(keys)}
    execution.results.sort(key=lambda result: places[_key(result.segment)])
    execution.rejected = {
        test: dict(sorted(reasons.items())) for test, reasons in sorted(execution.rejected.items())
    }


def _key(segment: Segment) -> tuple[str, str, tuple[str, int, int], int]:
    return segment.device, segment.kind, segment.key, segment.seed


def _rerun(simulation: Simulation, run: Run) -> str:
    """The command that repeats a whole simulation, segment for segment."""
    selectors = ",".join(segment.selector for segment in simulation.segments)
    kind = f" KIND={simulation.kind}" if simulation.kind not in ("fast", "waves") else ""
    options = run.rerun_options(simulation.device)
    flag = " WAVES=1" if run.order.waves else ""
    return f"make run TEST={selectors} SEED={simulation.segments[0].seed}{kind}{flag}{options}"
