# SPDX-License-Identifier: Apache-2.0
"""Sequence items of the environment."""

from __future__ import annotations

from pyuvm import uvm_sequence_item

from tb.env.lookahead import Drawn
from tb.scoreboard.scoreboard import Verdict


class ScenarioItem(uvm_sequence_item):
    """One scenario on its way to the device, and its verdict on the way back.

    Attributes:
        drawn: The jobs, their memory and its stalls.
        verdict: Outcome, set by the driver.
    """

    def __init__(self, name: str, drawn: Drawn) -> None:
        super().__init__(name)
        self.drawn = drawn
        self.verdict: Verdict | None = None
