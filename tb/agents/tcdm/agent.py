# SPDX-License-Identifier: Apache-2.0
"""Agent of the wide port."""

from pyuvm import ConfigDB, uvm_agent

from tb.agents.tcdm.memory import TcdmMemory
from tb.agents.tcdm.monitor import TcdmMonitor
from tb.dpi.bindings import BenchHandle
from tb.exchange.device import Descriptor


class TcdmAgent(uvm_agent):
    """Serves the wide port of a device.

    The port is served in SystemVerilog and C++; the agent holds the memory (behaviour and back door) and the
    monitor. It takes the bench instance and the device from the configuration database (keys `bench` and
    `descriptor`).
    """

    memory: TcdmMemory
    monitor: TcdmMonitor

    def build_phase(self) -> None:
        """Make memory and monitor."""
        handle: BenchHandle = ConfigDB().get(self, "", "bench")
        descriptor: Descriptor = ConfigDB().get(self, "", "descriptor")
        self.memory = TcdmMemory(handle, descriptor.traits)
        self.monitor = TcdmMonitor("monitor", self, handle)
