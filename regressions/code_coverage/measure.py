# SPDX-License-Identifier: Apache-2.0
"""Percentages of code coverage: per source and in all, against the goals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from regressions.code_coverage.data import Data
from regressions.code_coverage.exclusions import Rules, Texts, excluded, load_rules, stale
from regressions.simulators.points import Kind, Point
from tb.exchange.device import Descriptor

_BLOCKS = (Kind.LINE, Kind.BRANCH)


@dataclass(frozen=True, slots=True)
class Share:
    """Number of points or lines, and of those that were hit."""

    hit: int  # those that were
    counted: int  # all but the excluded ones
    excluded: int  # those that do not count

    @property
    def percent(self) -> float | None:
        """Percentage of those that count; None if there are none."""
        return 100.0 * self.hit / self.counted if self.counted else None


@dataclass(slots=True)
class Line:
    """A line of a source with statements."""

    count: int = 0  # executions of the most executed block or branch on it
    excluded: bool = True  # True if it does not count


@dataclass(frozen=True)
class SourceCoverage:
    """One source."""

    name: str  # its file's name
    text: Sequence[str]  # its lines
    points: dict[Point, int]  # hits of each of its points
    reasons: dict[Point, str]  # those that do not count, and why

    @cached_property
    def lines(self) -> dict[int, Line]:
        """Lines with statements, by number; one counts unless all blocks and branches on it are excluded."""
        lines: dict[int, Line] = {}
        for point, count in self.points.items():
            if point.kind in _BLOCKS:
                for number in point.executed():
                    line = lines.setdefault(number, Line())
                    line.count = max(line.count, count)
                    line.excluded &= point in self.reasons
        return dict(sorted(lines.items()))

    def of(self, kind: Kind) -> dict[Point, int]:
        """Points of a kind that count, in order."""
        return {p: n for p, n in sorted(self.points.items()) if p.kind is kind and p not in self.reasons}

    def share(self, kind: Kind) -> Share:
        """Ratio of hits of a kind; lines are counted as lines, not as blocks."""
        if kind is Kind.LINE:
            flags = [(line.count > 0, line.excluded) for line in self.lines.values()]
        else:
            flags = [(n > 0, p in self.reasons) for p, n in self.points.items() if p.kind is kind]
        counted = [hit for hit, left_out in flags if not left_out]
        return Share(sum(counted), len(counted), len(flags) - len(counted))

    def missed(self, kind: Kind) -> list[Point]:
        """Points that count and were not hit, in order."""
        return [point for point, count in self.of(kind).items() if not count]


@dataclass(frozen=True)
class CodeCoverage:
    """Code coverage of a device, measured."""

    device: str  # its name
    sources: Sequence[SourceCoverage]
    goals: dict[Kind, float]  # least percentages
    data: Data  # hits by test
    complaints: Sequence[str] = field(default=())  # exclusions that no longer hold

    def share(self, kind: Kind) -> Share:
        """Ratio of hits of a kind over all sources."""
        return total(source.share(kind) for source in self.sources)

    def short(self) -> list[str]:
        """Goals that are not reached."""
        found = []
        for kind, goal in self.goals.items():
            share = self.share(kind)
            if share.percent is None or share.percent < goal:
                missed = share.counted - share.hit
                found.append(f"{kind} coverage {percent(share)} of {goal:g} %: {missed} not hit")
        return found


def total(shares: Iterable[Share]) -> Share:
    """The sum of shares."""
    parts = list(shares)
    return Share(sum(s.hit for s in parts), sum(s.counted for s in parts), sum(s.excluded for s in parts))


def percent(share: Share) -> str:
    """A percentage for people; never rounded up to 100 %."""
    value = share.percent
    return "none" if value is None else f"{int(value * 100) / 100:.2f} %"


def measure(data: Data, descriptor: Descriptor) -> CodeCoverage:
    """Measure hits against the sources, exclusions and goals of a device.

    Raises:
        SchemaError: The exclusions are malformed.
    """
    rules: Rules = load_rules(descriptor)
    texts = Texts(descriptor)
    reasons = excluded(rules.exclusions, data.counts, texts)
    sources = []
    for name, text in texts.lines.items():
        points = {point: count for point, count in data.counts.items() if point.file == name}
        own = {point: reasons[point] for point in points if point in reasons}
        sources.append(SourceCoverage(name, text, points, own))
    complaints = stale(rules.exclusions, texts, data.counts)
    return CodeCoverage(descriptor.name, sources, rules.goals, data, complaints)
