# SPDX-License-Identifier: Apache-2.0
"""Agent of a cluster, and its monitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyuvm import ConfigDB, uvm_agent, uvm_analysis_port, uvm_component, uvm_monitor

from tb.cluster.session import SessionHandle


@dataclass(frozen=True, slots=True)
class ClusterLog:
    """Observed run of a program.

    Attributes:
        report: Counts of host and monitor, see `tb/cluster/dpi/session.cpp`.
        tcdm: The TCDM at the end.
        l2: L2 at the end.
    """

    report: dict[str, Any]
    tcdm: bytes
    l2: bytes


class ClusterMonitor(uvm_monitor):
    """Publishes a `ClusterLog` for each program."""

    def __init__(self, name: str, parent: uvm_component, session: SessionHandle) -> None:
        super().__init__(name, parent)
        self._session = session

    def build_phase(self) -> None:
        """Make the analysis port."""
        self.log_port = uvm_analysis_port("log_port", self)

    def collect(self) -> None:
        """Publish the records of the program that has ended."""
        session = self._session
        self.log_port.write(ClusterLog(session.report(), session.memory("tcdm"), session.memory("l2")))


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
