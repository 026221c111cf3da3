# SPDX-License-Identifier: Apache-2.0
"""Runs simulations side by side and keeps their results, also when interrupted."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from regressions import outcomes
from regressions.deadline import Deadline
from regressions.judge import Ending, SegmentResult, judge
from regressions.place import SimulationPlace
from regressions.planner import Simulation, patience
from regressions.process import POLL_SECONDS, Command
from regressions.results import ResultsReader, SimulationLog
from tb.exchange.plan import Plan, Segment
from tb.exchange.status import Status

_LAST = Simulation(-1, ())  # none is left


class Observer(Protocol):
    """Observer of a run's progress, which shows it."""

    def started(self, simulation: Simulation) -> None:
        """A simulation starts."""

    def progressed(self, simulation: Simulation, log: SimulationLog) -> None:
        """A simulation reported more."""

    def finished(self, simulation: Simulation, results: list[SegmentResult], log: SimulationLog) -> None:
        """A simulation ended."""


class Aside(Protocol):
    """Work beside the simulations of a run, for slots that none of them wants."""

    def found(self, simulation: Simulation, results: Sequence[SegmentResult]) -> None:
        """A simulation ended, with what it found."""

    def next(self) -> asyncio.Task[None] | None:
        """Begin the next piece, which may be cancelled and is begun again then; None if there is none."""


@dataclass(slots=True)
class Execution:
    """Everything that was executed."""

    results: list[SegmentResult] = field(default_factory=list)  # by segment, in the order in which they ended
    cycles: int = 0  # simulated cycles of all simulations
    seconds: float = 0.0  # wall time from the first start to the last end
    # Rejected candidates of each test by reason.
    rejected: dict[str, dict[str, int]] = field(default_factory=dict)
    interrupted: bool = False  # True if it did not come to its end
    stopped: bool = False  # True if that was for its failures (STOP=), and not by the user
    # Processor time of the simulations in seconds, by purpose (`tb.exchange.results.TestEnd`).
    processor: Counter[str] = field(default_factory=Counter)
    builds: dict[str, float] = field(default_factory=dict)  # wall time of the builds that were made, by name

    def add(self, later: "Execution") -> None:
        """Add the results of a later part of the same run."""
        self.results += later.results
        self.cycles += later.cycles
        self.seconds += later.seconds
        for test, reasons in later.rejected.items():
            self.reject(test, reasons)
        self.interrupted |= later.interrupted
        self.stopped |= later.stopped
        self.processor.update(later.processor)
        self.builds |= later.builds

    def reject(self, test: str, reasons: Mapping[str, int]) -> None:
        """Count the candidates that the random draw of a test rejected, by reason."""
        if reasons:
            counts = self.rejected.setdefault(test, {})
            counts.update({reason: counts.get(reason, 0) + count for reason, count in reasons.items()})


class Executor:
    """Keeps a number of simulations running until there are none left.

    Args:
        run: The run's folder; simulations get ``sims/<number>`` in it, by their index alone.
        place: Where they run.
        command: Gives the command of a simulation, whose folder with ``plan.json`` exists.
        plan: Gives the content of a simulation's ``plan.json``.
        observer: Told of progress.
        stop: Failed scenarios after which everything ends; None for no limit.
        aside: Work for slots that no simulation wants; None for none.
    """

    def __init__(
        self,
        run: Path,
        place: SimulationPlace,
        command: Callable[[Simulation, Path], Command],
        plan: Callable[[Simulation], Plan],
        observer: Observer,
        stop: int | None = None,
        aside: Aside | None = None,
    ) -> None:
        self._run = run
        self._place = place
        self._command = command
        self._plan = plan
        self._observer = observer
        self._stop = stop
        self._aside = aside
        self._failures: dict[Path, int] = {}  # of each simulation
        self._parts: Counter[int] = Counter()  # simulations that each planned one became

    def execute(
        self, simulations: Iterator[Simulation | None], until: float | None = None, patience: float = 0.0
    ) -> Execution:
        """Run simulations; SIGINT and SIGTERM end them all and keep the results so far.

        Args:
            simulations: Taken one by one when a process is free; None says that the next is not ready yet.
            until: ``time.monotonic()`` after which no further one is started.
            patience: Seconds to go on with work beside them once the last has ended; it is cancelled then.

        Raises:
            OSError: A folder or log cannot be written; all processes have been ended.
        """
        return asyncio.run(self._execute(simulations, until, patience))

    async def _execute(
        self, simulations: Iterator[Simulation | None], until: float | None, patience: float
    ) -> Execution:
        execution = Execution()
        started: float | None = None
        running: dict[asyncio.Task[list[Simulation]], Simulation] = {}
        retries: list[Simulation] = []
        beside: set[asyncio.Task[None]] = set()
        ended: float | None = None  # when all simulations had
        stopping = False

        def interrupt() -> None:
            nonlocal stopping
            if not stopping:  # a second one must not stop the clean-up
                stopping, execution.interrupted = True, ended is None
                for task in (*running, *beside):
                    task.cancel()

        self._interrupt = interrupt
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for number in signals:
            loop.add_signal_handler(number, interrupt)
        try:
            while True:
                late = until is not None and time.monotonic() >= until
                waiting = False
                while len(running) < self._place.room and not stopping and not waiting:
                    if retries:
                        simulation: Simulation | None = retries.pop()
                    elif late or (simulation := next(simulations, _LAST)) is _LAST:
                        break
                    if simulation is None:
                        waiting = True
                    else:
                        started = started or time.monotonic()
                        running[asyncio.create_task(self.simulate(simulation, execution))] = simulation
                if not stopping:
                    self._fill(beside, len(running))
                pause = POLL_SECONDS if waiting else None
                if not running and not waiting:
                    ended = ended or time.monotonic()
                    pause = ended + patience - time.monotonic()
                    if not beside or stopping or pause <= 0:
                        break
                if not running and not beside:
                    await asyncio.sleep(POLL_SECONDS)
                    continue
                done, _ = await asyncio.wait(
                    {*running, *beside}, timeout=pause, return_when=asyncio.FIRST_COMPLETED
                )
                beside -= done
                for task in [each for each in running if each in done]:
                    simulation = running.pop(task)
                    if task.cancelled():  # interrupted before its process was started
                        execution.results += map(not_started, simulation.segments)
                    else:
                        retries += task.result()
        finally:
            for left in (*running, *beside):
                if not left.cancelling():  # a second time would disturb its clean-up
                    left.cancel()
            await asyncio.gather(*running, *beside, return_exceptions=True)
            for number in signals:
                loop.remove_signal_handler(number)
        if execution.interrupted:
            execution.results += [not_started(segment) for left in retries for segment in left.segments]
        execution.seconds = ended - started if started and ended else 0.0
        return execution

    def _fill(self, beside: set[asyncio.Task[None]], running: int) -> None:
        """Give slots that no simulation takes to work beside them, or take back what they want again."""
        going = [task for task in beside if not task.cancelling()]
        while going and running + len(going) > self._place.slots:
            going.pop().cancel()
        while self._aside is not None and running + len(going) < self._place.slots:
            task = self._aside.next()
            if task is None:
                return
            going.append(task)
            beside.add(task)

    async def simulate(self, simulation: Simulation, execution: Execution) -> list[Simulation]:
        """Run one simulation; return the part left to run after a crash or a timeout."""
        folder = self._folder(simulation)
        before = outcomes.earlier(folder, self._plan(simulation))
        reader = ResultsReader(folder / "results.jsonl")
        timeouts = {segment.key: patience(segment) for segment in simulation.segments}
        self._observer.started(simulation)

        def progressed() -> None:
            self._progressed(simulation, folder, reader.log, execution)

        if before is not None:
            reader.poll()
            progressed()
        deadline = Deadline(timeouts)
        outcome = before or await self._place.run(
            self._command(simulation, folder), deadline, reader, progressed
        )
        if before is None:
            outcomes.note(folder, outcome)
        results = judge(simulation, reader.log, outcome, os.path.relpath(folder, self._run))
        if outcome.ending is Ending.LOST and len(results) > 1:  # one of them may be to blame
            self._observer.finished(simulation, [], reader.log)
            for segment in simulation.segments:
                if execution.interrupted:
                    execution.results.append(not_started(segment))
                else:
                    await self.simulate(Simulation(simulation.index, (segment,)), execution)
            return []
        left = [] if execution.interrupted else [result for result in results if not result.began]
        if len(left) == len(results):
            left = []  # it would only do the same again
        kept = [result for result in results if result not in left]
        _collect(execution, reader.log, kept)
        self._observer.finished(simulation, kept, reader.log)
        if self._aside is not None:
            self._aside.found(simulation, kept)
        return [Simulation(simulation.index, tuple(result.segment for result in left))] if left else []

    def _folder(self, simulation: Simulation) -> Path:
        """Name the folder of a simulation, the same wherever and whenever it runs."""
        part, name = self._parts[simulation.index], f"{simulation.index:04d}"
        self._parts[simulation.index] += 1
        return self._run / "sims" / (f"{name}.{part}" if part else name)

    def _progressed(
        self, simulation: Simulation, folder: Path, log: SimulationLog, execution: Execution
    ) -> None:
        """Tell of progress; end everything if there are too many failures."""
        self._observer.progressed(simulation, log)
        self._failures[folder] = sum(len(test.failures) for test in log.tests)
        if self._stop is not None and sum(self._failures.values()) >= self._stop:
            execution.stopped = True
            self._interrupt()


def _collect(execution: Execution, log: SimulationLog, results: list[SegmentResult]) -> None:
    execution.results += results
    # A simulation that did not end still did what its jobs took.
    execution.cycles += log.cycles or sum(
        test.end.cycles if test.end else sum(job.cycles or 0 for job in test.jobs) for test in log.tests
    )
    execution.processor.update(log.processor)
    for test in log.tests:
        if test.end is not None:
            execution.reject(test.key[0], test.end.rejected)


def not_started(segment: Segment) -> SegmentResult:
    """The result of a segment that an interrupt came before."""
    return SegmentResult(segment, Status.NOT_RUN, "interrupted before it started", "")
