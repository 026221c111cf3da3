# SPDX-License-Identifier: Apache-2.0
"""Basic sequences of the control agent."""

from collections.abc import Sequence

from pyuvm import uvm_sequence

from tb.agents.control.access import Access, Response
from tb.agents.control.items import ControlItem


async def send(sequence: uvm_sequence, accesses: Sequence[Access]) -> list[Response]:
    """Sends accesses as one item of a sequence that runs on the sequencer of a control agent.

    Returns:
        One response an access.

    Raises:
        ControlError: No grant, or no response.
    """
    item = ControlItem("accesses", accesses)
    await sequence.start_item(item)
    await sequence.finish_item(item)
    if item.error is not None:
        raise item.error
    return item.responses


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
        """Sends the burst as one item. Raises as `send`."""
        self.responses = await send(self, self._accesses)
