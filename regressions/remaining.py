# SPDX-License-Identifier: Apache-2.0
"""Estimate of the time that the rest of a run takes: its planned cycles, at the pace of those that ran."""

import heapq
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from regressions.planner import Simulation
from tb.exchange.plan import Segment

# Part of the planned cycles that tells the pace of a build.
_TELLING = 0.02
# Part of the cycles left whose pace may be unknown; it is taken as that of the others.
_UNKNOWN = 0.25

Key = tuple[str, str]  # device and build kind, which decide the pace


@dataclass(slots=True)
class _Running:
    simulation: Simulation
    started: float
    begun: float | None = None  # when its first test began; its start took until then
    cycles: float = 0.0  # planned ones that are done


class Remaining:
    """Seconds that the simulations of a run still take, so many at a time; unknown until some of them ran."""

    def __init__(
        self, simulations: Iterable[Simulation], processes: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._waiting = {each.index: each for each in simulations}
        self._processes, self._clock = processes, clock
        self._running: dict[int, _Running] = {}
        self._planned: Counter[Key] = Counter()
        for each in self._waiting.values():
            self._planned[_key(each)] += each.cycles
        self._spent: defaultdict[Key, float] = defaultdict(float)  # seconds in tests
        self._done: defaultdict[Key, float] = defaultdict(float)  # planned cycles
        self._starts: list[float] = []  # seconds

    def started(self, simulation: Simulation) -> None:
        """Note that a simulation, or what a crash left of it, starts."""
        self._waiting.pop(simulation.index, None)
        self._running[simulation.index] = _Running(simulation, self._clock())

    def progressed(self, simulation: Simulation, cycles: float) -> None:
        """Note how many of its planned cycles a simulation has done, now that its first test has begun."""
        running = self._running[simulation.index]
        if running.begun is None:
            running.begun = self._clock()
            self._starts.append(running.begun - running.started)
        running.cycles = cycles

    def finished(self, simulation: Simulation, done: Sequence[Segment]) -> None:
        """Note that a simulation ended; of its segments, those that are not `done` will be run again."""
        running = self._running.pop(simulation.index)
        if running.begun is not None:
            self._spent[_key(simulation)] += self._clock() - running.begun
            self._done[_key(simulation)] += sum(segment.cycles for segment in done)
        ran = {segment.key for segment in done}
        left = tuple(segment for segment in simulation.segments if segment.key not in ran)
        if left:
            self._waiting[simulation.index] = Simulation(simulation.index, left)

    def dropped(self, simulation: Simulation) -> None:
        """Note that a simulation will not be run."""
        self._waiting.pop(simulation.index, None)

    def seconds(self) -> float | None:
        """Return the seconds left; None as long as too little has run to tell."""
        left = [(each.simulation, each.cycles) for each in self._running.values()]
        pace = self._pace([*left, *((each, 0.0) for each in self._waiting.values())])
        if pace is None:
            return None
        ends = [max(0.0, each.cycles - done) * pace[_key(each)] for each, done in left]
        ends = sorted(ends + [0.0] * (self._processes - len(ends)))
        start = sum(self._starts) / len(self._starts)
        for each in self._waiting.values():
            heapq.heappush(ends, heapq.heappop(ends) + start + each.cycles * pace[_key(each)])
        return max(ends)

    def _pace(self, left: Sequence[tuple[Simulation, float]]) -> dict[Key, float] | None:
        """Seconds of a planned cycle of each build that has some left; None if it cannot be told."""
        now = self._clock()
        spent, done = self._spent.copy(), self._done.copy()
        for each in self._running.values():
            if each.begun is not None:
                spent[_key(each.simulation)] += now - each.begun
                done[_key(each.simulation)] += each.cycles
        known = {key: spent[key] / done[key] for key in done if done[key] > _TELLING * self._planned[key]}
        cycles: Counter[Key] = Counter()
        for simulation, gone in left:
            cycles[_key(simulation)] += round(simulation.cycles - gone)
        unknown = sum(count for key, count in cycles.items() if key not in known)
        if not known or unknown > _UNKNOWN * cycles.total():
            return None
        common = sum(spent[key] for key in known) / sum(done[key] for key in known)
        return {key: known.get(key, common) for key in cycles}


def _key(simulation: Simulation) -> Key:
    return simulation.device, simulation.kind


def in_words(seconds: float) -> str:
    """A duration as exactly as an estimate knows it: 40 s, 12 min, 2 h 10 min."""
    if seconds < 90:
        return f"{max(10, round(seconds / 10) * 10)} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(round(minutes / 5) * 5, 60)
    return f"{hours} h {rest} min" if minutes >= 90 else f"{minutes} min"
