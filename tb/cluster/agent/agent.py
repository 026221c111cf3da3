# SPDX-License-Identifier: Apache-2.0
"""Agent of a cluster."""

from pyuvm import ConfigDB, uvm_agent

from tb.cluster.agent.monitor import ClusterMonitor
from tb.cluster.session import SessionHandle


class ClusterAgent(uvm_agent):
    """Host of a cluster, and the monitor of its banks, ports, bus and memories.

    Both live in C++ (`session.h` and `monitor.h` in `tb/cluster/dpi`); nothing of them runs in Python on a
    clock edge. Takes the session from the configuration database under the key `session`.

    Attributes:
        session: Begins programs.
        monitor: Publishes what was seen of each.
    """

    session: SessionHandle
    monitor: ClusterMonitor

    def build_phase(self) -> None:
        """Make the monitor."""
        self.session = ConfigDB().get(self, "", "session")
        self.monitor = ClusterMonitor("monitor", self, self.session)
