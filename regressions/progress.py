# SPDX-License-Identifier: Apache-2.0
"""Progress of a run: a live display on a terminal, plain lines elsewhere."""

import os
import time
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from regressions.judge import SegmentResult
from regressions.planner import Simulation
from regressions.results import SimulationLog
from tb.exchange.status import Status

PLAIN_SECONDS = 15.0


def duration(seconds: float) -> str:
    """A duration as 1:02:03 or 2:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class RunProgress:
    """Counts segments, jobs and failures, and shows them; a soak has no planned numbers of them.

    A quiet one has its live display alone.
    """

    def __init__(
        self, console: Console, segments: int | None, jobs: int | None, *, quiet: bool = False
    ) -> None:
        self._console, self._quiet = console, quiet
        self._segments, self._jobs = segments, jobs
        # Of each running simulation: jobs reported, segments ended, failures shown.
        self._live_counts: dict[int, tuple[int, int, int]] = {}
        self._running: dict[int, str] = {}
        self._done_segments = self._done_jobs = self._failures = 0
        self._started = self._said = time.monotonic()
        self._live: Live | None = None
        self._bar = Progress(
            TextColumn("{task.description:>10}"), BarColumn(None), MofNCompleteColumn(), TimeElapsedColumn()
        )
        self._jobs_task = self._bar.add_task("jobs", total=jobs)

    def __enter__(self) -> Self:
        """Starts the live display if there is a terminal."""
        if self._console.is_terminal and not os.environ.get("CI"):
            self._live = Live(self._view(), console=self._console, refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the live display."""
        if self._live is not None:
            self._live.stop()

    def started(self, simulation: Simulation) -> None:
        """Shows a simulation that starts."""
        self._running[simulation.index] = "starting"
        self._refresh()

    def progressed(self, simulation: Simulation, log: SimulationLog) -> None:
        """Shows the progress of a simulation; a failed scenario when its line comes in."""
        failures = [failure for test in log.tests for failure in test.failures]
        _, _, shown = self._live_counts.get(simulation.index, (0, 0, 0))
        for failure in failures[shown:]:
            self._failed(failure.status, f"{failure.test} scenario {failure.scenario}: {failure.detail}")
        jobs = sum(len(test.jobs) for test in log.tests)
        ended = sum(test.end is not None for test in log.tests)
        self._live_counts[simulation.index] = (jobs, ended, len(failures))
        if log.running is not None:
            name, begin, end = log.running.key
            self._running[simulation.index] = f"{name} {begin}..{end - 1}"
        self._refresh()

    def finished(self, simulation: Simulation, results: list[SegmentResult], log: SimulationLog) -> None:
        """Shows a simulation that ended."""
        self.progressed(simulation, log)
        self._live_counts.pop(simulation.index)
        self._running.pop(simulation.index, None)
        self._done_segments += len(results)
        self._done_jobs += sum(len(test.jobs) for test in log.tests)
        for result in results:
            if result.status is not Status.PASSED and not result.failures:
                where = f"{result.segment.entry.name} {result.segment.begin}..{result.segment.end - 1}"
                self._failed(result.status, f"{where}: {result.detail}")
        self._refresh()

    def _failed(self, status: Status, text: str) -> None:
        self._failures += 1
        if not self._quiet:
            line = Text.assemble((f"{status.value:>12} ", "bold red"), text)
            self._console.print(line, soft_wrap=True)

    def _jobs_so_far(self) -> int:
        return self._done_jobs + sum(jobs for jobs, _, _ in self._live_counts.values())

    def _counts(self) -> str:
        jobs = self._jobs_so_far()
        segments = self._done_segments + sum(ended for _, ended, _ in self._live_counts.values())
        of_segments = f"/{self._segments}" if self._segments is not None else ""
        of_jobs = f"/{self._jobs}" if self._jobs is not None else ""
        failed = f"{self._failures} failed" if self._failures else "none failed"
        return f"segments {segments}{of_segments}, jobs {jobs}{of_jobs}, {failed}"

    def _view(self) -> Group:
        lines = [Text(f"            {name}", style="dim") for name in self._running.values()]
        return Group(self._bar, Text(f"            {self._counts()}"), *lines)

    def _refresh(self) -> None:
        self._bar.update(self._jobs_task, completed=self._jobs_so_far())
        now = time.monotonic()
        if self._live is not None:
            self._live.update(self._view())
        elif now - self._said >= PLAIN_SECONDS and not self._quiet:
            self._said = now
            self._console.print(f"[{duration(now - self._started)}] {self._counts()}", markup=False)
