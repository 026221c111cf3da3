# SPDX-License-Identifier: Apache-2.0
"""Passive monitor of the register port and of the ends of jobs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyuvm import uvm_analysis_port, uvm_component, uvm_monitor

from tb.agents.control.config import ControlLog

EVENT_END = 0
"""Value of ``line`` in the event log for ``evt_o[core][0]``, the end of a job."""


@dataclass(frozen=True, slots=True)
class ControlRecords:
    """What happened on the register port since the last look.

    Attributes:
        accesses: Structured array, one record a granted access, by cycle of the grant (fields of
            `tb.agents.control.config.ControlLog.periph_log`).
        ends: Structured array, one record an event, by cycle: fields cycle and core.
    """

    accesses: npt.NDArray[np.void]
    ends: npt.NDArray[np.void]


class ControlMonitor(uvm_monitor):
    """Publishes accesses and events as arrays; nothing runs on a clock edge.

    Two analysis ports: ``access_port`` gets all accesses since the logs were last cleared, as a view that
    lives until then (for the scoreboard of a scenario); ``records_port`` gets `ControlRecords` of what is new
    since the last call, as copies (for the register predictor, which has to see each access once).

    The environment calls `collect` when a scenario has ended, and before it clears the logs. New records are
    told by their cycles, which only grow.
    """

    def __init__(self, name: str, parent: uvm_component, handle: ControlLog) -> None:
        super().__init__(name, parent)
        self._handle = handle
        self._last_access = -1
        self._last_event = -1

    def build_phase(self) -> None:
        """Make the analysis ports."""
        self.access_port = uvm_analysis_port("access_port", self)
        self.records_port = uvm_analysis_port("records_port", self)

    def collect(self) -> None:
        """Publish what was logged."""
        accesses = self._handle.periph_log()
        self.access_port.write(accesses)
        accesses = _after(accesses, self._last_access)
        events = _after(self._handle.event_log(), self._last_event)
        if accesses.size:
            self._last_access = int(accesses["cycle"][-1])
        if events.size:
            self._last_event = int(events["cycle"][-1])
        ends = events[events["line"] == EVENT_END]
        if accesses.size or ends.size:
            self.records_port.write(ControlRecords(accesses, ends))


def _after(records: npt.NDArray[np.void], cycle: int) -> npt.NDArray[np.void]:
    """A copy of the records later than `cycle`; `records` is ordered by cycle."""
    if not records.size or int(records[0]["cycle"]) > cycle:
        return records.copy()
    first = np.searchsorted(records["cycle"], np.uint64(cycle), side="right")
    return records[first:].copy()
