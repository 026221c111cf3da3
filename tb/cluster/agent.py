# SPDX-License-Identifier: Apache-2.0
"""Agent of a cluster: session and monitor.

Only works inside a simulation process, whose executable exports the C++ functions.
"""

import ctypes as ct
import json
from dataclasses import dataclass
from typing import Any

from pyuvm import ConfigDB, uvm_agent, uvm_analysis_port, uvm_component, uvm_monitor


class SessionError(RuntimeError):
    """The bench cannot begin a program: its task does not fit the model."""


class SessionHandle:
    """Begins programs and reads how they ended. `wake` of `cluster_tb` toggles at the end of each."""

    def __init__(self) -> None:
        library: Any = ct.CDLL(None)
        self._begin = library.cluster_py_begin
        self._begin.restype = ct.c_char_p
        self._begin.argtypes = (ct.c_char_p, ct.c_uint64)
        self._report = library.cluster_py_report
        self._report.restype = ct.c_char_p
        self._memories = {"tcdm": library.cluster_py_tcdm, "l2": library.cluster_py_l2}
        for function in self._memories.values():
            function.restype = ct.c_void_p

    def begin(self, request: bytes) -> None:
        """Load a request (`tb.cluster.task.request`) through the back door and reset the cluster.

        Raises:
            SessionError: It cannot be loaded.
        """
        error: bytes | None = self._begin(request, len(request))
        if error is not None:
            raise SessionError(error.decode())

    def report(self) -> dict[str, Any]:
        """Report of the program's end, with the counts of host and monitor (`session.cpp`)."""
        report: dict[str, Any] = json.loads(self._report())
        return report

    def memory(self, name: str) -> bytes:
        """The TCDM (``tcdm``) or L2 (``l2``) as the program left it."""
        size = ct.c_uint64()
        pointer = self._memories[name](ct.byref(size))
        return ct.string_at(pointer, size.value)


@dataclass(frozen=True, slots=True)
class ClusterLog:
    """Observed run of a program."""

    report: dict[str, Any]  # counts of host and monitor, see `tb/cluster/dpi/session.cpp`
    tcdm: bytes  # the TCDM at the end
    l2: bytes  # L2 at the end


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
    """

    session: SessionHandle
    monitor: ClusterMonitor  # publishes what was seen of each

    def build_phase(self) -> None:
        """Make the monitor."""
        self.session = ConfigDB().get(self, "", "session")
        self.monitor = ClusterMonitor("monitor", self, self.session)
