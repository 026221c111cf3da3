# SPDX-License-Identifier: Apache-2.0
"""Passive monitor of a cluster: how a program ended, and the memories it left."""

from dataclasses import dataclass
from typing import Any

from pyuvm import uvm_analysis_port, uvm_component, uvm_monitor

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
