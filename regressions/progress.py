# SPDX-License-Identifier: Apache-2.0
"""Progress of a run: how much of it is done, what fails, and how long the rest will take."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Self

from rich.console import Console, Group
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from regressions.display import Display
from regressions.judge import SegmentResult
from regressions.planner import Simulation
from regressions.remaining import Remaining, in_words
from regressions.results import SimulationLog
from tb.exchange.bucket import bucket, bucket_of, foremost
from tb.exchange.results import Failure
from tb.exchange.status import Status

MAX_OF_A_KIND = 5
"""Failures of a kind that are shown as they happen; more are counted alone."""

MAX_KINDS = 20
"""Kinds of failures that are shown as they happen."""

_COUNTED_KINDS = 3  # of which a line has the counts


class RunProgress:
    """Counts segments, jobs and failures of simulations, and shows them; those of a soak have no end.

    A quiet one has its live display alone.

    Args:
        console: Receives it all.
        simulations: All simulations; None for a soak.
        processes: Number of them that run at a time.
        until: ``time.monotonic()`` at which a soak starts no more.
        building: Words on builds that are under way; empty for none.
        quiet: Without lines.
    """

    def __init__(
        self,
        console: Console,
        simulations: Sequence[Simulation] | None,
        processes: int = 1,
        *,
        until: float | None = None,
        building: Callable[[], str] = str,
        quiet: bool = False,
    ) -> None:
        self._console, self._quiet = console, quiet
        self._until, self._building = until, building
        self._segments = self._jobs = None
        if simulations is not None:
            self._segments = sum(len(each.segments) for each in simulations)
            self._jobs = sum(segment.jobs for each in simulations for segment in each.segments)
        self._remaining = Remaining(simulations or (), processes)
        self._lock = threading.RLock()  # the display looks from a thread of its own
        # Of each running simulation: jobs reported, segments ended, failures shown.
        self._live_counts: dict[int, tuple[int, int, int]] = {}
        self._running: dict[int, str] = {}
        self._done_segments = self._done_jobs = 0
        self._kinds: Counter[str] = Counter()  # failures of each kind
        self._bar = Progress(
            TextColumn("{task.description:>10}"), BarColumn(None), MofNCompleteColumn(), TimeElapsedColumn()
        )
        self._jobs_task = self._bar.add_task("jobs", total=self._jobs)
        self._display = Display(console, self._line, self._view, quiet=quiet)

    def __enter__(self) -> Self:
        """Start to show it."""
        self._display.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """End to show it."""
        self._display.__exit__()

    def started(self, simulation: Simulation) -> None:
        """Shows a simulation that starts."""
        with self._lock:
            self._remaining.started(simulation)
            self._running[simulation.index] = f"{simulation.device}: starting"

    def progressed(self, simulation: Simulation, log: SimulationLog) -> None:
        """Shows the progress of a simulation; a failed scenario when its line comes in."""
        with self._lock:
            failures = [failure for test in log.tests for failure in test.failures]
            _, _, shown = self._live_counts.get(simulation.index, (0, 0, 0))
            for failure in failures[shown:]:
                where = f"{failure.test} on {simulation.device}, scenario {failure.scenario}"
                self._failed(_kind(failure), failure.status, f"{where}: {failure.detail}")
            jobs = sum(len(test.jobs) for test in log.tests)
            ended = sum(test.end is not None for test in log.tests)
            self._live_counts[simulation.index] = (jobs, ended, len(failures))
            if log.running is not None:
                name, begin, end = log.running.key
                self._running[simulation.index] = f"{simulation.device}: {name} {begin}..{end - 1}"
            if log.tests:
                self._remaining.progressed(simulation, _cycles(simulation, log))

    def finished(self, simulation: Simulation, results: list[SegmentResult], log: SimulationLog) -> None:
        """Shows a simulation that ended."""
        with self._lock:
            self.progressed(simulation, log)
            self._remaining.finished(simulation, [result.segment for result in results])
            self._live_counts.pop(simulation.index)
            self._running.pop(simulation.index, None)
            self._done_segments += len(results)
            self._done_jobs += sum(len(test.jobs) for test in log.tests)
            for result in results:
                if result.status is not Status.PASSED and not result.failures:
                    segment = result.segment
                    where = f"{segment.entry.name} on {segment.device}, {segment.begin}..{segment.end - 1}"
                    kind = bucket(result.status, result.detail)
                    self._failed(kind, result.status, f"{where}: {result.detail}")

    def dropped(self, simulation: Simulation) -> None:
        """Counts the segments of a simulation that has no build."""
        with self._lock:
            self._remaining.dropped(simulation)
            self._done_segments += len(simulation.segments)
            self._kinds[f"{Status.BUILD_FAILED}: {simulation.device}"] += len(simulation.segments)

    def _failed(self, kind: str, status: Status, text: str) -> None:
        self._kinds[kind] += 1
        if self._quiet or len(self._kinds) > MAX_KINDS or self._kinds[kind] > MAX_OF_A_KIND:
            return
        self._console.print(Text.assemble((f"{status.value:>12} ", "bold red"), text), soft_wrap=True)
        if self._kinds[kind] == MAX_OF_A_KIND:
            self._console.print(f"{'':>12} more of this kind are counted: {kind}", soft_wrap=True)
        if len(self._kinds) == MAX_KINDS and self._kinds[kind] == 1:
            self._console.print(f"{'':>12} further kinds are counted", soft_wrap=True)

    def _jobs_so_far(self) -> int:
        return self._done_jobs + sum(jobs for jobs, _, _ in self._live_counts.values())

    def _counts(self) -> list[str]:
        segments = self._done_segments + sum(ended for _, ended, _ in self._live_counts.values())
        counts = [f"segments {_of(segments, self._segments)}"]
        if self._jobs != 0:
            counts.append(f"jobs {_of(self._jobs_so_far(), self._jobs)}")
        failures = self._kinds.total()
        return [*counts, f"{failures:,} failed" if failures else "none failed"]

    def _left(self) -> str:
        """Words on the time that is left; empty while nobody can tell."""
        if self._until is not None:
            return f"{in_words(max(0.0, self._until - time.monotonic()))} left"
        seconds = self._remaining.seconds()
        return f"about {in_words(seconds)} left" if seconds else ""

    def _frequent(self) -> list[str]:
        """Kinds of failures that are not shown any more, with their counts."""
        return [
            f"{count:,} x {kind}"
            for kind, count in self._kinds.most_common(_COUNTED_KINDS)
            if count > MAX_OF_A_KIND
        ]

    def _line(self) -> str:
        with self._lock:
            parts = [self._building(), *self._counts(), self._left(), *self._frequent()]
            return ", ".join(filter(None, parts))

    def _view(self) -> Group:
        with self._lock:
            self._bar.update(self._jobs_task, completed=self._jobs_so_far())
            told = [", ".join(filter(None, (*self._counts(), self._left()))), self._building()]
            lines = [_indented(text) for text in (*told, *self._frequent()) if text]
            return Group(self._bar, *lines, *(_indented(name, "dim") for name in self._running.values()))


def _indented(text: str, style: str = "") -> Text:
    return Text(f"{'':12}{text}", style, no_wrap=True, overflow="ellipsis")


def _of(count: int, planned: int | None) -> str:
    return f"{count:,}" if planned is None else f"{count:,}/{planned:,}"


def _kind(failure: Failure) -> str:
    """Kind of a failed scenario: the bucket of the finding that tells it best."""
    if failure.findings:
        return bucket_of(foremost(failure.findings))
    return bucket(failure.status, failure.detail)


def _cycles(simulation: Simulation, log: SimulationLog) -> float:
    """Planned cycles that a simulation has done."""
    planned = {segment.key: segment for segment in simulation.segments}
    done = 0.0
    for test in log.tests:
        segment = planned.get(test.key)
        if segment is None:
            continue
        share = 1.0 if test.end else min(1.0, len(test.jobs) / segment.jobs) if segment.jobs else 0.0
        done += share * segment.cycles
    return done
