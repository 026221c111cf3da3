# SPDX-License-Identifier: Apache-2.0
"""Sequencer of scenarios."""

from __future__ import annotations

from pyuvm import uvm_component, uvm_sequencer

from tb.env.background import Background


class ScenarioSequencer(uvm_sequencer):
    """Takes `ScenarioItem`.

    Attributes:
        background: Where a sequence may compute what comes next while the present scenario runs.
    """

    def __init__(self, name: str, parent: uvm_component, background: Background) -> None:
        super().__init__(name, parent)
        self.background = background
