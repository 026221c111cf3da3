# SPDX-License-Identifier: Apache-2.0
"""Agent of the register port."""

from __future__ import annotations

from pyuvm import ConfigDB, uvm_agent, uvm_sequencer

from tb.agents.control.config import CONFIG_KEY, ControlConfig
from tb.agents.control.driver import ControlDriver
from tb.agents.control.monitor import ControlMonitor


class ControlAgent(uvm_agent):
    """Sequencer, driver and monitor of the register port; only the monitor when passive.

    Takes from the configuration database: `bench` (`ControlLog`), `dut` (cocotb handle of the bench top, if
    active), and if they are there `control_config` (`ControlConfig`) and `is_active`.

    Attributes:
        monitor: See `ControlMonitor`.
        sequencer: Takes `ControlItem`; None when passive.
        driver: None when passive.
    """

    def build_phase(self) -> None:
        """Make the parts."""
        super().build_phase()
        config: ControlConfig = ConfigDB().get(self, "", CONFIG_KEY, default=ControlConfig())
        self.monitor = ControlMonitor("monitor", self, ConfigDB().get(self, "", "bench"))
        self.sequencer: uvm_sequencer | None = None
        self.driver: ControlDriver | None = None
        if self.active():
            self.sequencer = uvm_sequencer("sequencer", self)
            self.driver = ControlDriver("driver", self, config)

    def connect_phase(self) -> None:
        """Driver to sequencer."""
        if self.driver is not None and self.sequencer is not None:
            self.driver.seq_item_port.connect(self.sequencer.seq_item_export)
