# SPDX-License-Identifier: Apache-2.0
"""Agent of the register port."""

from __future__ import annotations

from pyuvm import ConfigDB, uvm_agent, uvm_sequencer

from tb.agents.control.driver import ControlDriver
from tb.agents.control.monitor import ControlMonitor


class ControlAgent(uvm_agent):
    """Sequencer, driver and monitor of the register port."""

    def build_phase(self) -> None:
        """Make the parts."""
        self.sequencer = uvm_sequencer("sequencer", self)
        self.driver = ControlDriver("driver", self)
        self.monitor = ControlMonitor("monitor", self, ConfigDB().get(self, "", "bench"))

    def connect_phase(self) -> None:
        """Driver to sequencer."""
        self.driver.seq_item_port.connect(self.sequencer.seq_item_export)
