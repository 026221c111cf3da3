# SPDX-License-Identifier: Apache-2.0
"""The order of tests by what they add per second to those before them.

This is the greedy choice for covering with costs (Khuller, Moss, Naor, "The budgeted maximum coverage
problem", 1999): what adds most for its time comes next. Of a test that is any number of its next segments,
since what is rare may take many of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from regressions.rank.parts import MeasuredRun

_INSTANT = 1e-3
"""Seconds that a part takes at least."""


@dataclass(frozen=True, slots=True)
class RankStep:
    """A test with its next scenarios, and what they add to those before; means over the runs."""

    test: str
    scenarios: int  # of the test in all so far, from its first
    seconds: float  # of these alone
    bins: float
    defects: int
    kinds: float  # of failures
    covered: float  # bins of all so far


@dataclass(slots=True)
class _State:
    """Coverage that was taken of one run, and on trial that of a test beyond it."""

    run: MeasuredRun
    bins: int = 0
    kinds: frozenset[str] = frozenset()
    seconds: float = 0.0

    def with_part(self, test: str, number: int) -> "_State":
        """The state with a further segment of a test, or the same if the run has no more."""
        parts = self.run.tests.get(test, ())
        if number >= len(parts):
            return self
        part = parts[number]
        return _State(self.run, self.bins | part.bins, self.kinds | part.kinds, self.seconds + part.seconds)


class Ranking:
    """The choice among tests of some runs; what one adds is the mean over the runs.

    A bin, a defect and a kind of failures count by their share of all that there are of these.

    Args:
        runs: The runs.
        bins: Number of bins that the device can reach.
        kills: Defects that each test killed, all with its first segment.
    """

    def __init__(self, runs: Sequence[MeasuredRun], bins: int, kills: Mapping[str, set[str]]) -> None:
        self._kills = kills
        self._states = [_State(run) for run in runs]
        self._lengths: dict[str, int] = {}
        for run in runs:
            for test, parts in run.tests.items():
                self._lengths[test] = max(len(parts), self._lengths.get(test, 0))
        self._taken = dict.fromkeys(self._lengths, 0)
        self._killed: set[str] = set()
        kinds = {
            kind for run in runs for parts in run.tests.values() for part in parts for kind in part.kinds
        }
        self.exhausted = False  # True once nothing adds anything more, so that no further time is of use
        self._wholes = (bins, len(set().union(*kills.values())), len(kinds))

    def steps(self, budget: float = float("inf")) -> Iterator[RankStep]:
        """Take tests one after the other, until nothing adds anything or fits into the seconds left."""
        while True:
            offers = [offer for test in self._lengths for offer in self._offers(test) if offer[0] > 0]
            self.exhausted = not offers
            fitting = [offer for offer in offers if offer[1].seconds <= budget]
            _, step, end, states = max(fitting, key=lambda offer: offer[0], default=(0.0, None, 0, []))
            if step is None:
                return
            self._states, self._taken[step.test] = states, end
            self._killed |= self._kills.get(step.test, set())
            budget -= step.seconds
            yield step

    def _offers(self, test: str) -> Iterator[tuple[float, RankStep, int, list[_State]]]:
        """The next segments of a test: what they are worth a second, and what is taken with them."""
        states = self._states
        new = 0 if self._taken[test] else len(self._kills.get(test, set()) - self._killed)
        for number in range(self._taken[test], self._lengths[test]):
            states = [state.with_part(test, number) for state in states]
            pairs = list(zip(self._states, states, strict=True))
            bins = _mean((after.bins & ~before.bins).bit_count() for before, after in pairs)
            kinds = _mean(len(after.kinds - before.kinds) for before, after in pairs)
            seconds = _mean(after.seconds - before.seconds for before, after in pairs)
            shares = zip((bins, new, kinds), self._wholes, strict=True)
            worth = sum(added / whole for added, whole in shares if whole)
            covered = _mean(after.bins.bit_count() for after in states)
            step = RankStep(test, self._scenarios(test, number), seconds, bins, new, kinds, covered)
            yield worth / max(seconds, _INSTANT), step, number + 1, states

    def _scenarios(self, test: str, number: int) -> int:
        """Scenarios of a test up to a segment."""
        parts = [parts for state in self._states if (parts := state.run.tests.get(test))]
        return round(_mean(each[min(number, len(each) - 1)].end for each in parts))


def _mean(values: Iterator[float] | Sequence[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
