# SPDX-License-Identifier: Apache-2.0
"""Cutting a job at each of its cycles in turn (contract A7.7 to A7.12)."""

from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass, field
from math import gcd

from msgspec.structs import replace

from tb.exchange.device import Descriptor
from tb.exchange.scenario import Scenario
from tb.stimulus.rng import stream
from tb.stimulus.scenario_draw import cut_cycles

_GOLDEN = 0.618


@dataclass
class AbortSweep:
    """Scenarios in rounds: one scenario each, whose first job is cut once at every cycle it may run."""

    name: str
    seed: int
    draw: Callable[[int], Scenario]  # draws the scenario of a round, with an abort at any cycle
    descriptor: Descriptor
    _rounds: list[Scenario] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)

    def scenario(self, index: int) -> Scenario:
        """Scenario `index`; the jobs are those of its round, cycle, value and core of the cut its own."""
        while not self._ends or self._ends[-1] <= index:
            self.end(len(self._ends))
        number = bisect(self._ends, index)
        base = self._rounds[number]
        length = cut_cycles(base, self.descriptor)
        place = index - (self._ends[number] - length)
        rng = stream(self.seed, self.name, "sweep", index)
        assert base.abort is not None, "the knobs of a sweep let no job run to its end"
        abort = replace(
            base.abort,
            after=place * stride(length) % length,
            value=rng.choice((0, 1, rng.getrandbits(32))),
            core=rng.randrange(self.descriptor.n_cores),
        )
        return replace(base, index=index, abort=abort)

    def end(self, number: int) -> int:
        """The scenario after the last of a round."""
        while len(self._ends) <= number:
            self._rounds.append(self.draw(len(self._rounds)))
            start = self._ends[-1] if self._ends else 0
            self._ends.append(start + cut_cycles(self._rounds[-1], self.descriptor))
        return self._ends[number]


def stride(length: int) -> int:
    """A step through `length` cycles that visits each once, and spreads its visits from the first on."""
    step = max(1, round(length * _GOLDEN))
    while gcd(step, length) > 1:
        step += 1
    return step
