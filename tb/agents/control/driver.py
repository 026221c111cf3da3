# SPDX-License-Identifier: Apache-2.0
"""Driver of the register port."""

from pyuvm import ConfigDB, uvm_component, uvm_driver

from tb.agents.control.bfm import RegisterPortDriver
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
