# SPDX-License-Identifier: Apache-2.0
"""Sequencer of scenarios."""

from pyuvm import uvm_component, uvm_sequencer

from tb.env.background import Background
from tb.env.recorder import Recorder
from tb.scoreboard.second_opinion import SecondOpinions


class ScenarioSequencer(uvm_sequencer):
    """Takes `ScenarioItem`.

    Attributes:
        background: Where a sequence may compute what comes next while the present scenario runs.
        opinions: Second opinions on what the model predicts of it.
        recorder: Takes note of a scenario that cannot be drawn.
    """

    def __init__(
        self,
        name: str,
        parent: uvm_component,
        background: Background,
        opinions: SecondOpinions,
        recorder: Recorder,
    ) -> None:
        super().__init__(name, parent)
        self.background = background
        self.opinions = opinions
        self.recorder = recorder
