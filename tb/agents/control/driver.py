# SPDX-License-Identifier: Apache-2.0
"""Driver of the register port."""

from __future__ import annotations

from pyuvm import ConfigDB, uvm_driver

from tb.agents.control.bfm import RegisterPortDriver
from tb.agents.control.items import ControlItem


class ControlDriver(uvm_driver):
    """Makes the accesses of its items through the bus functional model."""

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
        """Make the accesses of one item."""
        item.responses = await self.port.accesses(item.accesses)
