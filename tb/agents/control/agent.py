# SPDX-License-Identifier: Apache-2.0
"""Agent of the register port, and its driver."""

from cocotb.triggers import ValueChange
from pyuvm import ConfigDB, uvm_agent, uvm_component, uvm_driver, uvm_sequencer

from tb.agents.control.bfm import DEFAULT_TIMEOUT, RegisterPortDriver
from tb.agents.control.monitor import ControlMonitor
from tb.agents.control.player import RegisterPortPlayer
from tb.agents.control.sequences import ControlItem
from tb.agents.control.transfer import ControlError


class ControlDriver(uvm_driver):
    """Makes the accesses of its items through the bus functional model.

    A failed access does not end the driver: the item comes back with `ControlItem.error`, and the sequence
    that sent it, which knows what was going on, decides.

    Args:
        player: The other master of the port; while it plays, items wait.

    Attributes:
        port: The bus functional model, from the start of simulation on.
    """

    def __init__(self, name: str, parent: uvm_component, player: RegisterPortPlayer) -> None:
        super().__init__(name, parent)
        self._player = player

    def start_of_simulation_phase(self) -> None:
        """Take hold of the port."""
        dut = ConfigDB().get(self, "", "dut")
        self.port = RegisterPortDriver(dut, "periph", dut.clk)

    async def run_phase(self) -> None:
        """Serve the sequencer for ever."""
        while True:
            item = await self.seq_item_port.get_next_item()
            await self.drive_item(item)
            self.seq_item_port.item_done()

    async def drive_item(self, item: ControlItem) -> None:
        """Make the accesses of one item; store the responses, or the error, in it."""
        try:
            if self._player.playing:
                await self._player.done()
            item.responses = await self.port.accesses(item.accesses)
        except ControlError as error:
            item.error = error


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
