# SPDX-License-Identifier: Apache-2.0
"""Points of code coverage, and how often they were hit."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of points, by what they observe."""

    LINE = "line"  # a block of statements was executed
    BRANCH = "branch"  # a branch of an if or of ?: was taken
    EXPR = "expr"  # a condition was what it is because of these terms
    TOGGLE = "toggle"  # a bit rose, or fell


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """Something in a source that can be hit; the same in all instances of a module."""

    file: str  # name of the source file, without its folder
    line: int  # line, from 1
    column: int  # column, from 1
    kind: Kind  # kind of observation
    name: str  # which one of those at this place, such as ``valid_o:0->1``
    lines: str = ""  # lines that are executed with it, such as ``34-36,38``; empty for none

    def executed(self) -> Iterable[int]:
        """The lines of `lines`, one by one."""
        for part in filter(None, self.lines.split(",")):
            first, _, last = part.partition("-")
            yield from range(int(first), int(last or first) + 1)


Hits = Mapping[Point, int]
"""Hits of each point; points that were not hit are there too, with 0."""


def merged(parts: Iterable[Hits]) -> Counter[Point]:
    """Sum of the hits of several simulations; a point of one is a point of all."""
    total: Counter[Point] = Counter()
    for part in parts:
        # `Counter.update` keeps points with the sum 0, and `+` does not.
        total.update(part)
    return total
