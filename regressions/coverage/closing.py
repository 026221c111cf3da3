# SPDX-License-Identifier: Apache-2.0
"""Which scenarios of the closing sequence a run takes: those of the bins that its other tests left open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from regressions.coverage.measure import Coverage
from regressions.estimate import estimate
from regressions.shards import UNDIVIDED, Shard
from tb.coverage.closing import ClosingStream
from tb.coverage.targets import Bin, UnreachedBin
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Closing:
    """A test for the bins that the others left open."""

    entry: TestEntry  # the test; its count limits its scenarios
    seed: int
    device: Descriptor  # the device that runs it
    kind: str = "fast"  # build kind
    # Which part of the run it is: each part makes scenarios for its share of the bins.
    shard: Shard = UNDIVIDED

    def segments(self, coverage: Coverage) -> list[Segment]:
        """The scenarios that the open bins need; each also covers others, which then need none.

        A bin for which no scenario is found stays open.
        """
        stream = ClosingStream(self.entry.name, self.seed, self.entry.knobs, self.device)
        left: set[Bin] = {(item.name, index) for item, index in coverage.open_bins()}
        made: dict[int, Scenario] = {}
        for index, (item, place) in enumerate(stream.bins.targets):
            if index % self.shard.count != self.shard.number - 1:
                continue
            if (item.name, place) not in left or len(made) >= (self.entry.count or 0):
                continue
            try:
                scenario = stream.scenario(index)
            except UnreachedBin:
                continue
            left -= stream.bins.reached(scenario)
            made[index] = scenario
        return [self._segment(run, [made[index] for index in run]) for run in runs(made)]

    def _segment(self, indices: Sequence[int], scenarios: Sequence[Scenario]) -> Segment:
        begin, end = indices[0], indices[-1] + 1
        jobs = sum(len(scenario.jobs) for scenario in scenarios)
        cycles = sum(estimate(scenario, self.device) for scenario in scenarios)
        return Segment(self.entry, self.seed, begin, end, jobs, cycles, self.kind, self.device.name)


def runs(indices: Iterable[int]) -> list[list[int]]:
    """Ascending numbers in runs of neighbours."""
    neighbours = groupby(enumerate(indices), lambda at: at[1] - at[0])
    return [[index for _, index in run] for _, run in neighbours]
