# SPDX-License-Identifier: Apache-2.0
"""Sequence items of the environment."""

from collections.abc import Iterator

from pyuvm import uvm_sequence_item

from tb.env.lookahead import Drawn


class ScenarioItem(uvm_sequence_item):
    """Scenarios on their way to the device, which runs one after the other.

    Attributes:
        drawn: Scenarios with their memories; each is taken when the one before has been judged.
    """

    def __init__(self, name: str, drawn: Iterator[Drawn]) -> None:
        super().__init__(name)
        self.drawn = drawn
