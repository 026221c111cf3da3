# SPDX-License-Identifier: Apache-2.0
"""Sequence items of the environment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pyuvm import uvm_sequence_item

from tb.scoreboard.scoreboard import Verdict
from tb.stimulus.job import Scenario


class ScenarioItem(uvm_sequence_item):
    """One scenario on its way to the device, and its verdict on the way back.

    Attributes:
        scenario: The jobs, their memory and its stalls.
        image: The window's bytes before the first trigger, uint8, shape (window.size,); None if nobody
            computed them yet.
        verdict: Outcome, set by the driver.
    """

    def __init__(self, name: str, scenario: Scenario, image: npt.NDArray[np.uint8] | None = None) -> None:
        super().__init__(name)
        self.scenario = scenario
        self.image = image
        self.verdict: Verdict | None = None
