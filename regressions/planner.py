# SPDX-License-Identifier: Apache-2.0
"""From a tier and a seed to simulations: which scenarios of which tests, in which processes.

Both are decided by tier and seed alone: a run has the same simulations on any number of processes.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from regressions.tiers import Tier
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.stimulus.rng import derive

# A simulation takes about a second to start, so there are a few long ones of each build; the cap, some
# minutes, keeps what a crash or a lost worker can cost, and the wait for the last one, short.
_SIMULATIONS_PER_BUILD = 6
_MAX_CYCLES_PER_SIMULATION = 20_000_000
# A soak draws this share of the tier's budget at a time, until its time is over.
_SOAK_ROUND = 0.1

COVERAGE = "coverage"
"""The build kind that measures code coverage, of each test by itself."""

RANDOM_STATE = "xrand"
"""The build kind whose registers start at random."""

_COVERAGE_PATIENCE = 4.0  # counting every branch and bit makes a simulation that much slower


Sizes = Callable[[int], tuple[int, int]]
"""Number of jobs, and estimated cycles, of each scenario of a test (of a run, for a directed test)."""


def patience(segment: Segment) -> float:
    """Returns the seconds that a segment may take (`regressions.deadline`)."""
    return segment.entry.timeout * (_COVERAGE_PATIENCE if segment.kind == COVERAGE else 1.0)


@dataclass(frozen=True, slots=True)
class Simulation:
    """The segments of one process, all of one device and one build kind."""

    index: int
    segments: tuple[Segment, ...]

    @property
    def kind(self) -> str:
        """Build kind of the segments."""
        return self.segments[0].kind

    @property
    def device(self) -> str:
        """Device of the segments."""
        return self.segments[0].device

    @property
    def state(self) -> int:
        """Seed of the random state that it starts from, positive; 0 for a build that has none.

        Segments of the same beginning start alike, so that a part of one repeats what it began with.
        """
        first = self.segments[0]
        if first.kind != RANDOM_STATE:
            return 0
        return state_seed(first.seed, first.device, first.entry.name, first.begin)

    @property
    def cycles(self) -> int:
        """Estimated cycles of all segments."""
        return sum(segment.cycles for segment in self.segments)


def state_seed(seed: int, *parts: str | int) -> int:
    """Returns a seed of a random state, 31 bits and positive as simulators take it."""
    return derive(seed, "state", *parts) % (2**31 - 1) + 1


class Planner:
    """Draws the segments of a tier and packs them into simulations.

    Args:
        tier: Budget, segment length and build kinds.
        seed: Seed of all random streams.
        tests: The tests to run.
        total_weight: Weight of all tests of the tier; more than that of ``tests`` when only some are run, so
            that each runs the jobs it would run among all.
        open_sizes: Gives the sizes of a test's scenarios.
        device: Name of the device that runs them.
    """

    def __init__(
        self,
        tier: Tier,
        seed: int,
        tests: Sequence[TestEntry],
        total_weight: float,
        open_sizes: Callable[[TestEntry, int], Sizes],
        device: str = "",
    ) -> None:
        self._device = device
        self._tier = tier
        self._seed = seed
        self._tests = tests
        self._total_weight = total_weight
        self._sizes = {entry.name: open_sizes(entry, seed) for entry in tests}
        self._next: dict[str, int] = {entry.name: 0 for entry in tests}

    def segments(self, share: float = 1.0) -> list[Segment]:
        """Draws the next `share` of the tier's budget; tests with a count run in the first part only."""
        drawn: list[Segment] = []
        for entry in self._tests:
            begin = self._next[entry.name]
            if entry.weight is None and begin:
                continue
            cycles = None
            if entry.weight is not None:
                cycles = self._tier.cycles * share * entry.weight / self._total_weight
            for segment in self._cut(entry, begin, cycles):
                drawn.append(segment)
                self._next[entry.name] = segment.end
        return drawn

    def _cut(self, entry: TestEntry, begin: int, budget: float | None) -> Iterator[Segment]:
        sizes = self._sizes[entry.name]
        shares = self._tier.builds
        kinds = [kind for kind, share in shares.items() for _ in range(share)]
        last = entry.count if budget is None else None
        jobs = cycles = total = 0
        start = begin
        for index in itertools.count(begin):
            size = sizes(index)
            jobs, cycles, total = jobs + size[0], cycles + size[1], total + size[1]
            done = index + 1 == last or (budget is not None and total >= budget)
            if done or cycles >= self._tier.segment:
                # Chosen by name and number, not by place in the run, so that TESTS= changes no segment.
                kind = kinds[derive(self._seed, "build kind", entry.name, start) % len(kinds)]
                yield Segment(entry, self._seed, start, index + 1, jobs, cycles, kind, self._device)
                jobs = cycles = 0
                start = index + 1
            if done:
                return


def rounds(planners: Sequence[Planner], soak: bool) -> Iterator[list[Segment]]:
    """All segments of all planners at once, or in a soak part after part without end."""
    share = _SOAK_ROUND if soak else 1.0
    while part := [segment for planner in planners for segment in planner.segments(share)]:
        yield part
        if not soak:
            return


def _company(segment: Segment) -> tuple[str, str, str]:
    """Key that segments of a simulation share: device, build kind; the test, if each is counted apart."""
    return segment.device, segment.kind, segment.entry.name if segment.kind == COVERAGE else ""


def pack(segments: Sequence[Segment], first_index: int = 0) -> list[Simulation]:
    """Packs segments into simulations of about equal length, the longest first."""
    simulations: list[list[Segment]] = []
    for build in dict.fromkeys(map(_company, segments)):
        group = [segment for segment in segments if _company(segment) == build]
        cycles = sum(segment.cycles for segment in group)
        wanted = max(_SIMULATIONS_PER_BUILD, -(-cycles // _MAX_CYCLES_PER_SIMULATION))
        bins = [(0, number) for number in range(min(wanted, len(group)))]
        packed: list[list[Segment]] = [[] for _ in bins]
        for segment in sorted(group, key=lambda segment: -segment.cycles):
            load, number = heapq.heappop(bins)
            packed[number].append(segment)
            heapq.heappush(bins, (load + segment.cycles, number))
        simulations += packed
    simulations.sort(key=lambda packed: -sum(segment.cycles for segment in packed))
    order = {(segment.device, segment.key): place for place, segment in enumerate(segments)}
    return [
        Simulation(
            first_index + number,
            tuple(sorted(packed, key=lambda segment: order[segment.device, segment.key])),
        )
        for number, packed in enumerate(simulations)
    ]
