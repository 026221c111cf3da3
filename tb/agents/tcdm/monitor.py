# SPDX-License-Identifier: Apache-2.0
"""Passive monitor of the wide port and of the event lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyuvm import uvm_analysis_port, uvm_component, uvm_monitor

from tb.dpi.bindings import BUSY_FALL, BUSY_RISE, EVENT_END, GRANTED, READ, BenchHandle


@dataclass(frozen=True, slots=True)
class BeatLog:
    """Every cycle with the request high, since the logs were last cleared.

    Attributes:
        records: Structured array with fields cycle, add, flags, be, data (see `tb.dpi.bindings.beat_dtype`).
    """

    records: npt.NDArray[np.void]

    @property
    def waiting(self) -> npt.NDArray[np.bool_]:
        """Cycles with the request high and the grant low."""
        flags: npt.NDArray[np.uint32] = self.records["flags"]
        waiting: npt.NDArray[np.bool_] = (flags & GRANTED) == 0
        return waiting

    @property
    def reads(self) -> npt.NDArray[np.bool_]:
        """Granted reads."""
        flags: npt.NDArray[np.uint32] = self.records["flags"]
        reads: npt.NDArray[np.bool_] = flags == GRANTED | READ
        return reads

    @property
    def writes(self) -> npt.NDArray[np.bool_]:
        """Granted writes."""
        flags: npt.NDArray[np.uint32] = self.records["flags"]
        writes: npt.NDArray[np.bool_] = flags == GRANTED
        return writes


@dataclass(frozen=True, slots=True)
class EventLog:
    """Events and changes of busy_o since the logs were last cleared.

    Attributes:
        records: Structured array with fields cycle, core, line.
    """

    records: npt.NDArray[np.void]

    @property
    def ends(self) -> npt.NDArray[np.void]:
        """Ends of jobs: evt_o[core][0] high."""
        ends: npt.NDArray[np.void] = self.records[self.records["line"] == EVENT_END]
        return ends

    @property
    def busy_changes(self) -> list[tuple[int, bool]]:
        """(edge, new value) of each change of busy_o."""
        lines = self.records["line"]
        changes = self.records[(lines == BUSY_RISE) | (lines == BUSY_FALL)]
        return [(int(change["cycle"]), int(change["line"]) == BUSY_RISE) for change in changes]


class TcdmMonitor(uvm_monitor):
    """Publishes the beats and events of a scenario, an array each; a beat is never an object of its own."""

    def __init__(self, name: str, parent: uvm_component, handle: BenchHandle) -> None:
        super().__init__(name, parent)
        self._handle = handle

    def build_phase(self) -> None:
        """Make the analysis ports."""
        self.beat_port = uvm_analysis_port("beat_port", self)
        self.event_port = uvm_analysis_port("event_port", self)

    def collect(self) -> None:
        """Publish what was logged; the arrays are views that live until the logs are cleared."""
        self.beat_port.write(BeatLog(self._handle.beat_log()))
        self.event_port.write(EventLog(self._handle.event_log()))
