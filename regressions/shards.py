# SPDX-License-Identifier: Apache-2.0
"""Parts of a run for several machines: ``SHARD=i/n``."""

import heapq
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from regressions.errors import UserError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several equal parts."""

    number: int = 1  # which one, from 1
    count: int = 1  # of how many

    @property
    def undivided(self) -> bool:
        """The only part: everything."""
        return self.count == 1

    @property
    def text(self) -> str:
        """As it is given; empty for everything."""
        return "" if self.undivided else f"{self.number}/{self.count}"

    def take(self, items: Sequence[T], weight: Callable[[T], int]) -> list[T]:
        """The items of this part, in their order. Each is in one part, and the parts weigh about the same.

        The same items and weights give the same parts on any machine.
        """
        loads = [(0, number) for number in range(1, self.count + 1)]
        mine: set[int] = set()
        for place in sorted(range(len(items)), key=lambda place: -weight(items[place])):
            load, number = heapq.heappop(loads)
            if number == self.number:
                mine.add(place)
            heapq.heappush(loads, (load + weight(items[place]), number))
        return [item for place, item in enumerate(items) if place in mine]


UNDIVIDED = Shard()
"""Everything."""


def parse_shard(text: str) -> Shard:
    """Reads ``i/n``.

    Raises:
        UserError: It is no such thing.
    """
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise UserError(f"SHARD must be like 2/3, the second of three, not {text!r}")
    return Shard(int(match[1]), int(match[2]))
