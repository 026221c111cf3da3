# SPDX-License-Identifier: Apache-2.0
"""Sequencer of scenarios."""

from pyuvm import uvm_component, uvm_sequencer

from tb.env.background import Background
from tb.scoreboard.second_opinion import SecondOpinions


class ScenarioSequencer(uvm_sequencer):
    """Takes `ScenarioItem`.

    Attributes:
        background: Where a sequence may compute what comes next while the present scenario runs.
        opinions: Second opinions on what the model predicts of it.
    """

    def __init__(
        self, name: str, parent: uvm_component, background: Background, opinions: SecondOpinions
    ) -> None:
        super().__init__(name, parent)
        self.background = background
        self.opinions = opinions
