# SPDX-License-Identifier: Apache-2.0
"""Items of the register port."""

from collections.abc import Sequence

from pyuvm import uvm_sequence_item

from tb.agents.control.access import Access, Response
from tb.agents.control.transfer import ControlError


class ControlItem(uvm_sequence_item):
    """Accesses made back to back, with no other item's access between them, and their responses.

    Attributes:
        accesses: Accesses to perform, in order.
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
