# SPDX-License-Identifier: Apache-2.0
"""``make replay``: does a failing scenario fail alone, or only after those before it?"""

from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace
from rich.console import Console

from regressions.executor import Executor
from regressions.judge import SegmentResult
from regressions.kinds import runner_of
from regressions.machine import check_tools
from regressions.order import Order
from regressions.paths import relative
from regressions.planner import Simulation
from regressions.process import Command
from regressions.progress import RunProgress
from regressions.run import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_PASSED
from regressions.rundir import create_run
from regressions.services import Services
from regressions.simulators.base import Build, Simulator
from tb.exchange.plan import Mode, Plan, Replay, Segment
from tb.exchange.record import Record, read_record
from tb.exchange.status import Status

_PATIENCE = 60.0  # seconds for the last candidate of a shrink, which may run into the watchdog


@dataclass(frozen=True, slots=True)
class Attempts:
    """Runs of a record, in one way or another.

    Attributes:
        path: Of the record.
        record: The failure.
        simulator: Runs it.
        build: The device.
        waves: Waves are written.
    """

    path: Path
    record: Record
    simulator: Simulator
    build: Build
    waves: bool

    def _segment(self, mode: Mode) -> Segment:
        scenarios = self.record.alone() if mode == "alone" else self.record.scenarios
        jobs = sum(len(scenario.jobs) for scenario in scenarios)
        build, index = self.build, self.record.scenarios[-1].index
        span = (self.record.seed, index, index + 1)
        return Segment(self.record.entry, *span, jobs, 0, build.kind, build.descriptor.name)

    def _plan(self, mode: Mode, segment: Segment, seconds: float) -> Plan:
        device, logs = self.build.descriptor, self.path.parent
        return Plan(
            descriptor=self.record.descriptor,
            tests=(segment,),
            replay=Replay(relative(self.path), mode, seconds),
            programs=runner_of(device).programs([segment.entry], device, logs),
        )

    def attempt(
        self, run: Path, mode: Mode, console: Console, seconds: float | None = None
    ) -> SegmentResult | None:
        """One simulation in a folder named after its mode; None if it was interrupted.

        Args:
            run: Folder of the replay.
            mode: alone: the failing scenario. prefix: after those before it. shrink: many times, reduced.
            console: Where to show progress.
            seconds: Wall time that a shrink may take.
        """
        segment = self._segment(mode)
        if seconds is not None:
            segment = replace(segment, entry=replace(segment.entry, timeout=seconds + _PATIENCE))
        rerun = f"make replay R={relative(self.path)}{' WAVES=1' if self.waves else ''}"

        def command(_: Simulation, folder: Path) -> Command:
            argv, environment = self.simulator.command(self.build, folder, waves=self.waves)
            return Command(argv, environment, folder, rerun)

        with RunProgress(console, 1, segment.jobs) as progress:
            executor = Executor(
                run / mode, 1, command, lambda _: self._plan(mode, segment, seconds or 0.0), progress
            )
            execution = executor.execute(iter([Simulation(0, (segment,))]))
        return None if execution.interrupted else execution.results[0]


def replay(order: Order, services: Services, console: Console) -> int:
    """Replays a record; exit code 1 if it fails again, 0 if it no longer does."""
    check_tools()
    path = order.record_path
    record = read_record(path)
    device = services.device(record.descriptor)
    simulator = services.simulator("verilator")
    run = create_run(order.tree.replays, "replay", record.seed)
    kind = order.kind or ("waves" if order.waves else "fast")
    build = simulator.build(device, kind, run / f"build-{kind}.log")
    attempts = Attempts(path, record, simulator, build, order.waves)
    before = len(record.scenarios) - 1
    what = f"{record.status} of {record.entry.name} on {device.name}: {record.detail}"
    console.print(f"record: {what}", markup=False, soft_wrap=True)
    modes: list[Mode] = ["alone", "prefix"] if before else ["alone"]
    for mode in modes:
        result = attempts.attempt(run, mode, console)
        if result is None:
            return EXIT_INTERRUPTED
        log = relative(run / mode / result.folder / "sim.log")
        if result.status is not Status.PASSED:
            how = "alone" if mode == "alone" else f"only after the {before} scenarios before it"
            same = "" if result.status == record.status else f" (recorded: {record.status})"
            console.print(
                f"reproduced {how}: {result.status}{same}, log {log}", style="bold red", markup=False
            )
            return EXIT_FAILED
        console.print(f"{mode}: passes, log {log}", markup=False)
    tried = "alone and after the scenarios before it" if before else "alone, and nothing ran before it"
    console.print(f"not reproduced: the scenario now passes ({tried})", style="bold green")
    return EXIT_PASSED
