# SPDX-License-Identifier: Apache-2.0
"""Items and sequences of the register port."""

from collections.abc import Sequence

from pyuvm import uvm_sequence, uvm_sequence_item

from tb.agents.control.access import Access, Response
from tb.agents.control.transfer import ControlError


class ControlItem(uvm_sequence_item):
    """Accesses made back to back, with no other item's access between them, and their responses.

    Attributes:
        responses: One for each access, set by the driver.
        error: Why the driver could not finish the item; None when it did.
    """

    def __init__(self, name: str, accesses: Sequence[Access]) -> None:
        super().__init__(name)
        self.accesses = accesses
        self.responses: list[Response] = []
        self.error: ControlError | None = None

    def __str__(self) -> str:
        """The accesses and their answers, for logs."""
        answers = [f" -> 0x{response.data:08X}" for response in self.responses]
        answers += [""] * (len(self.accesses) - len(answers))
        return "; ".join(f"{access}{answer}" for access, answer in zip(self.accesses, answers, strict=True))


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
