# SPDX-License-Identifier: Apache-2.0
"""Basic sequences of the control agent."""

from __future__ import annotations

from collections.abc import Sequence

from pyuvm import uvm_sequence

from tb.agents.control.access import Access, Response
from tb.agents.control.items import ControlItem


class AccessSequence(uvm_sequence):
    """One burst of accesses.

    Attributes:
        responses: One for each access, after the sequence ended.
    """

    def __init__(self, name: str, accesses: Sequence[Access]) -> None:
        super().__init__(name)
        self.responses: list[Response] = []
        self._accesses = accesses

    async def body(self) -> None:
        """Send the burst as one item."""
        item = ControlItem("burst", self._accesses)
        await self.start_item(item)
        await self.finish_item(item)
        self.responses = item.responses
