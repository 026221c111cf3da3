# SPDX-License-Identifier: Apache-2.0
"""Agent of the wide port."""

from pyuvm import ConfigDB, uvm_agent

from tb.agents.tcdm.memory import TcdmMemory
from tb.agents.tcdm.monitor import TcdmMonitor
from tb.dpi.bindings import BenchHandle


class TcdmAgent(uvm_agent):
    """Serves the wide port of a device.

    The port is served in SystemVerilog and C++; the agent holds the memory (behaviour and back door) and the
    monitor. It takes the bench instance from the configuration database under the key `bench`.
    """

    memory: TcdmMemory
    monitor: TcdmMonitor

    def build_phase(self) -> None:
        """Make memory and monitor."""
        handle: BenchHandle = ConfigDB().get(self, "", "bench")
        self.memory = TcdmMemory(handle)
        self.monitor = TcdmMonitor("monitor", self, handle)
