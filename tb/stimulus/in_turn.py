# SPDX-License-Identifier: Apache-2.0
"""Streams of cases that are known beforehand, each in its turn, as far as the device can do them."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.scenario import Scenario
from tb.stimulus.stream import ScenarioStream

Case = TypeVar("Case")


class CasesInTurn(ScenarioStream, Generic[Case]):
    """Scenario i is of the case whose turn it is; after the last one it begins again.

    What the device cannot do is left out, and counted by reason in `left_out`.

    Attributes:
        turns: Scenarios of a case before the next one has its turn.
        taken: Position of each case that the device does.
    """

    turns = 1

    def __init__(self, *arguments: Any, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self._possible: list[Case] = []
        self.taken: list[int] = []
        for position, case in enumerate(self.cases()):
            reason = self.refusal(case)
            if reason:
                self.left_out[reason] += 1
            else:
                self._possible.append(case)
                self.taken.append(position)

    @abstractmethod
    def cases(self) -> Iterable[Case]:
        """All cases, in their order; `descriptor` is the device's."""

    @abstractmethod
    def refusal(self, case: Case) -> str | None:
        """Return why the device does not do a case; None or empty if it does."""

    @abstractmethod
    def made(self, case: Case, index: int) -> Scenario:
        """Return scenario `index`, which is of a case."""

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return why the device can do none of the cases; empty if it can do some."""
        drawing = cls(entry.name, 0, entry.knobs, device)
        return "" if drawing._possible else drawing.left_out.most_common(1)[0][0]

    def scenario(self, index: int) -> Scenario:
        """Return scenario `index`; an IndexError for a negative one."""
        if index < 0:
            raise IndexError(f"scenario {index}: streams start at 0")
        return self.made(self._possible[index // self.turns % len(self._possible)], index)
