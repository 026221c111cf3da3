# SPDX-License-Identifier: Apache-2.0
"""Runs of a failure record, each in a simulation of its own, and what came of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from msgspec import structs
from rich.console import Console

from regressions.display import busy
from regressions.errors import UserError
from regressions.executor import Execution, Executor, Observer
from regressions.judge import SegmentResult
from regressions.kinds import runner_of
from regressions.known_issues import explaining
from regressions.machine import check_tools
from regressions.order import Order
from regressions.paths import quoted, relative
from regressions.place import Processes, SimulationPlace
from regressions.planner import RANDOM_STATE, Simulation
from regressions.process import Command, Recipe
from regressions.progress import RunProgress
from regressions.rundir import create_run
from regressions.services import Services
from regressions.simulators.base import Build, Simulator
from regressions.waves import describe_waves
from tb.exchange.device import Descriptor
from tb.exchange.known import KnownItem
from tb.exchange.logs import place
from tb.exchange.plan import Mode, Plan, Replay, Segment
from tb.exchange.record import Record, read_record
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.exchange.wanted import Wanted

_PATIENCE = 60.0  # seconds for the last candidate of a search, which may run into the watchdog
_LONGEST_SECONDS = 3600.0  # of a search that ends after so many candidates


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a record."""

    result: SegmentResult
    folder: Path  # of its simulation
    shown: Finding | None = None  # the finding that the record is about; None if it did not come
    known: tuple[KnownItem, ...] = ()  # known issues and differences of the device that explain it
    others: tuple[str, ...] = ()  # lines on findings that came with it

    @property
    def log(self) -> str:
        """Path of its log."""
        return relative(self.folder / "sim.log")

    @property
    def otherwise(self) -> str:
        """Words on how it fails, or that it passes; for an attempt that does not show the finding."""
        result = self.result
        if result.status is Status.PASSED:
            return "passes"
        return f"fails otherwise ({result.status}: {result.detail})"


def known_words(items: Sequence[KnownItem]) -> str:
    """Words on the known issues and differences that explain a finding; empty if none does."""
    return " and ".join(f"known issue '{item.id}' ({item.reason})" for item in items)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Runs of a record, in one way or another."""

    run: Path  # folder of all of them
    path: Path  # of the record
    record: Record
    simulator: Simulator
    build: Build  # the device
    waves: bool = False  # waves are written
    quiet: bool = False  # failures and progress are shown on a terminal alone, and do not stay there
    logs: bool = False  # logs of each scenario are kept
    option: str = ""  # of `make replay` besides R that repeats an attempt, after a space

    @classmethod
    def of(
        cls,
        order: Order,
        services: Services,
        label: str,
        console: Console,
        *,
        waves: bool = False,
        quiet: bool = False,
        logs: bool = False,
    ) -> "Attempts":
        """Attempts on the record that an order names, about the finding that it names.

        Raises:
            SchemaError: There is no such record, device or finding.
            UserError: No record was named, or the device cannot run what failed.
        """
        check_tools()
        path = order.record_path
        record = read_record(path)
        device = services.device(record.descriptor)
        if reason := device.cannot(record.failing):
            where = relative(device.path)
            raise UserError(f"{relative(path)}: by {where}, the device cannot run what failed: {reason}")
        run = create_run(order.tree.replays, label, record.seed)
        if order.finding:
            record, path = record.narrowed(order.finding), run / "record.json"
            record.write(path)
        simulator = services.simulator("verilator")
        kind = order.kind or ("waves" if waves else RANDOM_STATE if record.state else "fast")
        with busy(console, f"building {device.name} ({kind})", quiet=quiet):
            build = simulator.build(device, kind, run / f"build-{kind}.log")
        option = f" KIND={order.kind}" if order.kind else " WAVES=1" if waves else ""
        return cls(run, path, record, simulator, build, waves, quiet, logs or waves, option)

    @property
    def device(self) -> Descriptor:
        """The device."""
        return self.build.descriptor

    @property
    def left_out(self) -> str:
        """Words on the scenarios before the failing one that the device cannot run; empty if it can."""
        reasons = [why for each in self.record.scenarios[:-1] if (why := self.device.cannot(each))]
        before = len(self.record.scenarios) - 1
        what = f"the device cannot run {len(reasons)} of the {before} scenarios before it: "
        return what + "; ".join(dict.fromkeys(reasons)) if reasons else ""

    def known(self, mode: Mode) -> tuple[KnownItem, ...]:
        """Known issues and differences that explain the finding of the record where it stands."""
        return explaining(self.device, self._scenarios(mode), self.record.finding)

    def with_waves(self, console: Console) -> "Attempts":
        """The same, on a build that writes waves."""
        with busy(console, f"building {self.device.name} (waves)", quiet=self.quiet):
            build = self.simulator.build(self.device, "waves", self.run / "build-waves.log")
        return replace(self, build=build, waves=True, logs=True)

    def logs_of(self, attempt: Attempt) -> Path:
        """Path of the logs of the failing scenario, which are there if they were to be kept and it ran."""
        return place(attempt.folder, self.record.entry.name, self.record.failing.index)

    def waves_of(self, attempt: Attempt) -> list[str]:
        """Lines on the waves of an attempt, if they were to be written, and on views at the failing job."""
        if not self.waves:
            return []
        shown = attempt.shown or self.record.finding
        return describe_waves(attempt.folder, self.build, self.logs_of(attempt), shown.job or 0)

    def on(self, path: Path) -> "Attempts":
        """The same on another record."""
        return replace(self, path=path, record=read_record(path))

    def attempt(self, mode: Mode, console: Console, seconds: float | None = None) -> Attempt | None:
        """One simulation in a folder named after its mode; None if it was interrupted.

        A search may take so many seconds of wall time.
        """
        simulation = Simulation(0, (self._segment(mode, seconds),))
        with RunProgress(console, [simulation], quiet=self.quiet) as progress:
            executor = self._executor(mode, simulation, Processes(1), progress, seconds)
            execution = executor.execute(iter([simulation]))
        return None if execution.interrupted else self._attempt(mode, execution)

    async def attempt_at(
        self, place: SimulationPlace, mode: Mode, console: Console, candidates: int = 0
    ) -> Attempt | None:
        """The same at a place, beside other simulations, of which nothing is shown; None if it was cancelled.

        A search may try so many candidates.
        """
        seconds = _LONGEST_SECONDS if candidates else None
        simulation, execution = Simulation(0, (self._segment(mode, seconds),)), Execution()
        unseen = RunProgress(console, [simulation], quiet=True)
        await self._executor(mode, simulation, place, unseen, seconds, candidates).simulate(
            simulation, execution
        )
        task = asyncio.current_task()
        return None if task is None or task.cancelling() else self._attempt(mode, execution)

    def _executor(
        self,
        mode: Mode,
        simulation: Simulation,
        place: SimulationPlace,
        observer: Observer,
        seconds: float | None,
        candidates: int = 0,
    ) -> Executor:
        def command(_: Simulation, folder: Path) -> Command:
            argv, environment = self.simulator.command(
                self.build, folder, waves=self.waves, state=self.record.state
            )
            recipe = Recipe(relative(self.device.path), self.build.kind)
            rerun = f"make replay R={quoted(self.path)}{self.option}"
            return Command(argv, environment, folder, rerun, 0, recipe, self.waves, self.record.state)

        plan = self._plan(mode, simulation.segments[0], seconds or 0.0, candidates)
        return Executor(self.run / mode, place, command, lambda _: plan, observer)

    def _attempt(self, mode: Mode, execution: Execution) -> Attempt:
        result = execution.results[0]
        return self._shown(Attempt(result, self.run / mode / result.folder), self._scenarios(mode))

    def _scenarios(self, mode: Mode) -> tuple[Scenario, ...]:
        return self.record.alone() if mode == "alone" else self.record.scenarios

    def _segment(self, mode: Mode, seconds: float | None) -> Segment:
        jobs = sum(len(scenario.jobs) for scenario in self._scenarios(mode))
        index = self.record.failing.index
        span = (self.record.seed, index, index + 1)
        entry = self.record.entry
        if seconds is not None:
            entry = structs.replace(entry, timeout=seconds + _PATIENCE)
        return Segment(entry, *span, jobs, 0, self.build.kind, self.device.name)

    def _plan(self, mode: Mode, segment: Segment, seconds: float, candidates: int) -> Plan:
        # What a run is to show is no known issue to it. A search runs the failing scenario alone, too.
        known = {item.id for each in ("alone", mode) for item in self.known(each)}
        return Plan(
            descriptor=self.record.descriptor,
            tests=(segment,),
            state=self.record.state,
            replay=Replay(relative(self.path), mode, seconds, candidates, tuple(sorted(known))),
            programs=runner_of(self.device).programs([segment.entry], self.device, self.path.parent),
            checkers=self.record.checkers,
            logs=self.logs,
        )

    def _shown(self, attempt: Attempt, scenarios: tuple[Scenario, ...]) -> Attempt:
        """The attempt with the finding, if it came in one of the scenarios."""
        wanted, places = Wanted.of(self.record), {each.index: place for place, each in enumerate(scenarios)}
        for failure in attempt.result.failures:
            history = scenarios[: places.get(failure.scenario, len(scenarios)) + 1]
            shown = wanted.shown_by(failure.findings, history[-1])
            if shown is not None:
                others = tuple(
                    ", ".join(filter(None, (f"{each.status}: {each.line}", self._explained(history, each))))
                    for each in failure.findings
                    if each is not shown
                )
                known = explaining(self.device, history, shown)
                return replace(attempt, shown=shown, known=known, others=others)
        return attempt

    def _explained(self, history: Sequence[Scenario], finding: Finding) -> str:
        return known_words(explaining(self.device, history, finding))
