# SPDX-License-Identifier: Apache-2.0
"""Grading of tests: bins, points of code coverage and killed defects of each, and those it alone has."""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any, TypeVar

from regressions.code_coverage.data import Data
from regressions.coverage.measure import Coverage

K = TypeVar("K")
Found = Mapping[str, Set[K]]
"""Hits or finds of each test, by its name."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """Contribution of a test to a total."""

    hit: int  # number of its hits or finds
    alone: int  # those that no other test has, lost without it


@dataclass(frozen=True, slots=True)
class Grade:
    """Grade of a test."""

    test: str  # its name
    bins: Contribution  # functional bins
    points: Contribution  # points of code coverage
    kills: Contribution | None  # defects; None where no campaign was looked at

    @property
    def redundant(self) -> bool:
        """Nothing would be lost without it."""
        return not (self.bins.alone or self.points.alone or (self.kills and self.kills.alone))


def contributions(found: Found[K]) -> dict[str, Contribution]:
    """Contribution of each test."""
    times = Counter(key for keys in found.values() for key in keys)
    return {
        test: Contribution(len(keys), sum(times[key] == 1 for key in keys)) for test, keys in found.items()
    }


def bins(coverage: Coverage) -> dict[str, set[tuple[str, int]]]:
    """Functional bins that each test hit, on any device: item and number, or an event's name and 0."""
    found: dict[str, set[tuple[str, int]]] = {}
    for _, test, counts in coverage.parts:
        mine = found.setdefault(test, set())
        for name, hits in counts.items.items():
            mine.update((name, int(place)) for place in hits.nonzero()[0])
        mine.update((name, 0) for name, hits in counts.events.items() if hits)
    return found


def kills(campaigns: Iterable[Mapping[str, Any]]) -> dict[str, set[str]] | None:
    """Defects that each test killed, from the content of some ``mutants.json``.

    A campaign that stops at the first test that sees a defect cannot tell what another would have seen; only
    those with GRADE=1 count. None without any.
    """
    graded = [campaign for campaign in campaigns if campaign["graded"]]
    found: dict[str, set[str]] = {}
    for campaign in graded:
        for defect in campaign["defects"]:
            for test in defect["tests"]:
                found.setdefault(str(test), set()).add(str(defect["id"]))
    return found if graded else None


def grade(
    coverage: Coverage | None, code: Data | None, killed: Mapping[str, set[str]] | None = None
) -> list[Grade]:
    """A row for each test, those that add most alone first; without a campaign (None) nobody has kills."""
    by_bin = contributions(bins(coverage)) if coverage else {}
    by_point = contributions(code.tests) if code else {}
    by_kill = None if killed is None else contributions(killed)
    nothing = Contribution(0, 0)
    rows = [
        Grade(
            test,
            by_bin.get(test, nothing),
            by_point.get(test, nothing),
            None if by_kill is None else by_kill.get(test, nothing),
        )
        for test in sorted({*by_bin, *by_point, *(by_kill or ())})
    ]
    rows.sort(key=lambda row: -(row.bins.alone + row.points.alone + (row.kills.alone if row.kills else 0)))
    return rows
