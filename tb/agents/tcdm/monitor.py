# SPDX-License-Identifier: Apache-2.0
"""Passive monitor of the wide port, of the event lines and of the device's probe."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyuvm import uvm_analysis_port, uvm_component, uvm_monitor

from tb.dpi.bindings import BUSY_FALL, BUSY_RISE, EVENT_END, GRANTED, READ, BenchHandle, event_rows


class BeatCount(NamedTuple):
    """Numbers of cycles with the request high: waiting, or with a read or a write granted."""

    waiting: int
    reads: int
    writes: int


class BeatLog:
    """Every cycle with the request high, since the logs were last cleared.

    The columns that every check looks at are copied out of the records once: a record is as long as a cache
    line.

    Attributes:
        records: Structured array with the fields of `tb.dpi.bindings.beat_dtype`.
        edges: Edge of each record; ascending.
        flags: `GRANTED` and `READ` of each record.
    """

    def __init__(self, records: npt.NDArray[np.void]) -> None:
        self.records = records
        self.edges: npt.NDArray[np.int64] = records["cycle"].astype(np.int64)
        self.flags: npt.NDArray[np.uint16] = records["flags"].copy()
        # Most questions are about jobs that have all records, or none.
        self._first, self._last = (int(self.edges[0]), int(self.edges[-1])) if records.size else (0, -1)

    def until(self, edge: int) -> int:
        """Number of records up to and including an edge."""
        if edge >= self._last:
            return self.edges.size
        return 0 if edge < self._first else int(self.edges.searchsorted(edge, side="right"))

    @property
    def waiting(self) -> npt.NDArray[np.bool_]:
        """Cycles with the request high and the grant low."""
        waiting: npt.NDArray[np.bool_] = (self.flags & GRANTED) == 0
        return waiting

    @property
    def reads(self) -> npt.NDArray[np.bool_]:
        """Granted reads."""
        reads: npt.NDArray[np.bool_] = self.flags == GRANTED | READ
        return reads

    @property
    def writes(self) -> npt.NDArray[np.bool_]:
        """Granted writes."""
        writes: npt.NDArray[np.bool_] = self.flags == GRANTED
        return writes

    def waiting_edges(self, after: int, last: int) -> npt.NDArray[np.int64]:
        """Edges of the cycles without a grant behind `after` up to `last`."""
        part = slice(self.until(after), self.until(last))
        return self.edges[part][self.waiting[part]]

    def count(self, after: int, last: int) -> BeatCount:
        """Records from the edge behind `after` up to the edge `last`."""
        flags = self.flags[self.until(after) : self.until(last)]
        waiting_write, write, waiting_read, read = np.bincount(flags, minlength=GRANTED + READ + 1).tolist()
        return BeatCount(waiting_write + waiting_read, read, write)


class EventLog:
    """Events and changes of busy_o since the logs were last cleared.

    Attributes:
        records: Structured array with fields cycle, core, line.
        ends: (edge, core) of each end of a job: evt_o[core][0] high.
        busy_changes: (edge, new value) of each change of busy_o.
    """

    def __init__(self, records: npt.NDArray[np.void]) -> None:
        self.records = records
        rows = event_rows(records)
        self.ends = [(cycle, core) for cycle, core, line in rows if line == EVENT_END]
        self.busy_changes = [
            (cycle, line == BUSY_RISE) for cycle, _, line in rows if line in (BUSY_RISE, BUSY_FALL)
        ]


class ProbeLog(NamedTuple):
    """Counts of the device's probe since the logs were last cleared; empty for a device without one."""

    # Structured array with fields cycle, slots (`tb.dpi.bindings.PROBE_DTYPE`), one a job.
    records: npt.NDArray[np.void]

    def rows(self, causes: int) -> list[tuple[int, list[int]]]:
        """(edge, slots of the first `causes` causes) of each record."""
        if not self.records.size:
            return []
        edges: list[int] = self.records["cycle"].tolist()
        slots: list[list[int]] = self.records["slots"][:, :causes].tolist()
        return list(zip(edges, slots, strict=True))


class TcdmLogs(NamedTuple):
    """Logs of a scenario, an array each; a beat is never an object of its own."""

    beats: BeatLog  # cycles with a request on the wide port
    events: EventLog  # event lines and busy_o
    probe: ProbeLog  # counts of the device's probe


class TcdmMonitor(uvm_monitor):
    """Publishes the logs of a scenario."""

    def __init__(self, name: str, parent: uvm_component, handle: BenchHandle) -> None:
        super().__init__(name, parent)
        self._handle = handle

    def build_phase(self) -> None:
        """Make the analysis port, which gets `TcdmLogs`."""
        self.log_port = uvm_analysis_port("log_port", self)

    def collect(self) -> None:
        """Publish the logs; the arrays are views that live until the logs are cleared."""
        handle = self._handle
        beats, events, probe = handle.beat_log(), handle.event_log(), handle.probe_log()
        self.log_port.write(TcdmLogs(BeatLog(beats), EventLog(events), ProbeLog(probe)))
