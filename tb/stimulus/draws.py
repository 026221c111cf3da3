# SPDX-License-Identifier: Apache-2.0
"""Distributions that knobs are parsed into. Each draws from a `random.Random` that is passed in."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Weighted(Generic[T]):
    """Some values, each with a positive weight."""

    values: tuple[T, ...]
    weights: tuple[float, ...]
    _sums: list[float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sums", list(accumulate(self.weights)))

    @classmethod
    def evenly(cls, values: Sequence[T]) -> Weighted[T]:
        """All `values` with the same weight."""
        return cls(tuple(values), (1.0,) * len(values))

    def within(self, values: Sequence[T]) -> Weighted[T]:
        """Those that are among `values`; all `values` with the same weight if none is."""
        if set(self.values) <= set(values):
            return self
        kept = [pair for pair in zip(self.values, self.weights, strict=True) if pair[0] in values]
        return Weighted(*map(tuple, zip(*kept, strict=True))) if kept else Weighted.evenly(values)

    def draw(self, rng: random.Random) -> T:
        """One of the values."""
        if len(self.values) == 1:
            return self.values[0]
        sums = self._sums
        return self.values[min(bisect(sums, rng.random() * sums[-1]), len(sums) - 1)]


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers between `lo` and `hi`, both included, uniform."""

    lo: float
    hi: float

    def draw(self, rng: random.Random) -> float:
        """A number with three decimals, so that it is easy to quote."""
        return round(self.lo + (self.hi - self.lo) * rng.random(), 3)

    def draw_int(self, rng: random.Random) -> int:
        """An integer of the interval, whose ends must be integers."""
        return rng.randint(int(self.lo), int(self.hi))


@dataclass(frozen=True, slots=True)
class Sizes:
    """Integers of a range or of a list."""

    kind: str  # uniform, log_uniform (the same share for each octave; 0 counts as a quarter of one) or values
    lo: int  # smallest integer
    hi: int  # largest integer
    values: tuple[int, ...] = ()  # ascending, for kind values

    def draw(self, rng: random.Random, cap: int) -> int:
        """An integer not above `cap`, but never below `lo`."""
        hi = max(self.lo, min(self.hi, cap))
        if self.lo == hi:
            return hi
        if self.kind == "values":
            return self.values[rng.randrange(bisect(self.values, hi))]
        if self.kind == "uniform":
            return rng.randint(self.lo, hi)
        octaves, sums = _octaves(self.lo, hi)
        first, last = octaves[bisect(sums, rng.randrange(sums[-1]))]
        return rng.randint(first, last)

    def holds(self, value: int) -> bool:
        """Return whether `value` can be drawn."""
        return value in self.values if self.kind == "values" else self.lo <= value <= self.hi


@lru_cache(maxsize=4096)
def _octaves(lo: int, hi: int) -> tuple[list[tuple[int, int]], list[int]]:
    """The octaves of a range, each cut to the range, and running sums of their shares, in integers.

    Logarithms would do, but their last bit depends on the machine's library, and so would the draws.
    """
    pieces = list(_pieces(lo, hi))
    return [(first, last) for first, last, _ in pieces], list(accumulate(share for _, _, share in pieces))


def _pieces(lo: int, hi: int) -> Iterator[tuple[int, int, int]]:
    whole = 1 << 18
    if lo == 0:
        yield 0, 0, whole // 4
    start = 1
    while start <= hi:
        first, last = max(start, lo), min(2 * start - 1, hi)
        if first <= last:
            yield first, last, whole * (last - first + 1) // start
        start *= 2
