# SPDX-License-Identifier: Apache-2.0
"""Limits on the time of a simulation, which other work of the machine does not use up."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from regressions.results import ResultsReader

# Wall time of a simulation before its first test and after its last: start of the process, imports, reports.
OVERHEAD_SECONDS = 120.0
# A process with a smaller share of a processor waits for something: what it waits for may never come.
_IDLE_SHARE = 0.02


def processor_seconds(pid: int) -> float | None:
    """Return the processor time that a process had, in seconds; None where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Effort:
    """Seconds that a process had: wall time without that in which others had the processor.

    A limit on plain wall time ends sound tests of a busy machine, and takes away the results of all others in
    their process. Time in which a process wants no processor counts in full, so that one that hangs is ended.

    `used` tells the processor time so far (None where the system does not), `wall` the wall time.
    """

    def __init__(self, used: Callable[[], float | None], wall: Callable[[], float] = time.monotonic) -> None:
        self._processor, self._wall = used, wall
        self._last = wall(), used()
        self._seconds = 0.0

    def seconds(self) -> float:
        """Return the seconds since the start; to be asked several times a second."""
        before, now = self._last, (self._wall(), self._processor())
        passed = now[0] - before[0]
        worked = passed if before[1] is None or now[1] is None else now[1] - before[1]
        self._last = now
        self._seconds += passed if worked < _IDLE_SHARE * passed else min(passed, worked)
        return self._seconds


class Deadline:
    """Time left to the present test of a simulation: each has its own timeout, in seconds by segment key."""

    def __init__(self, timeouts: dict[tuple[str, int, int], float]) -> None:
        self.timeouts = timeouts
        self._phase: tuple[int, bool] = (0, False)
        self._since = 0.0

    def exceeded(self, reader: ResultsReader, seconds: float) -> str:
        """Say that the present test took too long, by the simulation's `Effort`, or return an empty text."""
        running = reader.log.running
        phase = (len(reader.log.tests), running is not None)
        if phase != self._phase:
            self._phase, self._since = phase, seconds
        limit = OVERHEAD_SECONDS if running is None else self.timeouts.get(running.key, OVERHEAD_SECONDS)
        if seconds - self._since <= limit:
            return ""
        what = f"test {running.key[0]}" if running else ("start" if not reader.log.tests else "end")
        return f"{what} {too_long(limit)}"


class TimeLimit(Deadline):
    """Limit on a simulation's time; a first failure ends a simulation too, unless all of them are wanted."""

    def __init__(self, seconds: float, *, go_on: bool = False) -> None:
        super().__init__({})
        self.seconds = seconds
        self.go_on = go_on

    def exceeded(self, reader: ResultsReader, seconds: float) -> str:
        """Return why the simulation has to end, empty while it may go on."""
        if not self.go_on and reader.log.failed_tests:
            return "stopped at the first failure"
        return too_long(self.seconds) if seconds > self.seconds else ""


def too_long(limit: float) -> str:
    """Return the words for a simulation that was ended after `limit` seconds."""
    return f"took more than {limit:g} s, time of other work on the machine left out, and was killed"
