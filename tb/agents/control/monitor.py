# SPDX-License-Identifier: Apache-2.0
"""Passive monitor of the register port and of the ends of jobs."""

from typing import NamedTuple

from pyuvm import uvm_analysis_port, uvm_component, uvm_monitor

from tb.dpi.bindings import AccessRow, BenchHandle, access_rows, event_rows

EVENT_END = 0
"""Value of ``line`` in the event log for ``evt_o[core][0]``, the end of a job."""


class ControlRecords(NamedTuple):
    """Accesses of the register port since the last look: so few that arrays would only cost."""

    accesses: list[AccessRow]  # one row a granted access, by cycle of the grant
    ends: list[tuple[int, int]]  # cycle and core of each end of a job, by cycle


class ControlMonitor(uvm_monitor):
    """Publishes accesses and events as arrays; nothing runs on a clock edge.

    Two analysis ports: ``access_port`` gets all accesses since the logs were last cleared, as a view that
    lives until then (for the scoreboard of a scenario); ``records_port`` gets `ControlRecords` of what is new
    since the last call (for the register predictor, which has to see each access once).

    The environment calls `collect` when a scenario has ended, and before it clears the logs. New records are
    told by their cycles, which only grow.
    """

    def __init__(self, name: str, parent: uvm_component, handle: BenchHandle) -> None:
        super().__init__(name, parent)
        self._handle = handle
        self._last_access = -1
        self._last_event = -1

    def build_phase(self) -> None:
        """Make the analysis ports."""
        self.access_port = uvm_analysis_port("access_port", self)
        self.records_port = uvm_analysis_port("records_port", self)

    @property
    def last(self) -> int:
        """Edge of the latest record that was published; -1 before the first."""
        return max(self._last_access, self._last_event)

    def collect(self) -> None:
        """Publish the logs."""
        accesses = self._handle.periph_log()
        self.access_port.write(accesses)
        rows = access_rows(accesses)
        if rows:
            last = rows[-1][0]
            if rows[0][0] <= self._last_access:
                rows = [row for row in rows if row[0] > self._last_access]
            self._last_access = max(self._last_access, last)
        events = event_rows(self._handle.event_log())
        ends = [(at, core) for at, core, line in events if line == EVENT_END and at > self._last_event]
        if events:
            self._last_event = max(self._last_event, events[-1][0])
        if rows or ends:
            self.records_port.write(ControlRecords(rows, ends))
