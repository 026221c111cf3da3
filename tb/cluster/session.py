# SPDX-License-Identifier: Apache-2.0
"""The session of a cluster's bench (`session.h`), reached with ctypes.

Only works inside a simulation process, whose executable exports the C++ functions.
"""

import ctypes as ct
import json
from typing import Any


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
