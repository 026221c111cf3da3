# SPDX-License-Identifier: Apache-2.0
"""Items of the register port."""

from __future__ import annotations

from collections.abc import Sequence

from pyuvm import uvm_sequence_item

from tb.agents.control.access import Access, Response


class ControlItem(uvm_sequence_item):
    """Accesses made back to back, and their responses on the way back.

    Attributes:
        accesses: What to do, in order.
        responses: One for each access, set by the driver.
    """

    def __init__(self, name: str, accesses: Sequence[Access]) -> None:
        super().__init__(name)
        self.accesses = accesses
        self.responses: list[Response] = []
