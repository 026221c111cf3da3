# SPDX-License-Identifier: Apache-2.0
"""Agent of the register port."""

from cocotb.triggers import ValueChange
from pyuvm import ConfigDB, uvm_agent, uvm_sequencer

from tb.agents.control.bfm import DEFAULT_TIMEOUT
from tb.agents.control.driver import ControlDriver
from tb.agents.control.monitor import ControlMonitor
from tb.agents.control.player import RegisterPortPlayer


class ControlAgent(uvm_agent):
    """Sequencer, driver and monitor of the register port; only the monitor when passive.

    Takes from the configuration database: `bench` (`BenchHandle`), `dut` (cocotb handle of the bench top, if
    active), and if it is there `is_active`.

    Attributes:
        monitor: Monitor of the register port and the event lines.
        sequencer: Takes `ControlItem`; None when passive.
        driver: None when passive.
        player: Plays whole lists of accesses; None when passive.
    """

    def build_phase(self) -> None:
        """Make the parts."""
        super().build_phase()
        handle = ConfigDB().get(self, "", "bench")
        self.monitor = ControlMonitor("monitor", self, handle)
        self.sequencer: uvm_sequencer | None = None
        self.driver: ControlDriver | None = None
        self.player: RegisterPortPlayer | None = None
        if self.active():
            wake = ValueChange(ConfigDB().get(self, "", "dut").wake)
            self.sequencer = uvm_sequencer("sequencer", self)
            self.player = RegisterPortPlayer(handle.player, wake, DEFAULT_TIMEOUT)
            self.driver = ControlDriver("driver", self, self.player)

    def connect_phase(self) -> None:
        """Driver to sequencer."""
        if self.driver is not None and self.sequencer is not None:
            self.driver.seq_item_port.connect(self.sequencer.seq_item_export)
