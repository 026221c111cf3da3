# SPDX-License-Identifier: Apache-2.0
"""Passive monitor of the wide port, of the event lines and of the device's probe."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyuvm import uvm_analysis_port, uvm_component, uvm_monitor

from tb.dpi.bindings import BUSY_FALL, BUSY_RISE, EVENT_END, GRANTED, READ, BenchHandle


class BeatCount(NamedTuple):
    """Numbers of cycles with the request high: waiting, or with a read or a write granted."""

    waiting: int
    reads: int
    writes: int


@dataclass(frozen=True)
class BeatLog:
    """Every cycle with the request high, since the logs were last cleared.

    The columns that every check looks at are copied out of the records once: a record is as long as a cache
    line.

    Attributes:
        records: Structured array with the fields of `tb.dpi.bindings.beat_dtype`.
    """

    records: npt.NDArray[np.void]

    @cached_property
    def edges(self) -> npt.NDArray[np.int64]:
        """Edge of each record; ascending."""
        return self.records["cycle"].astype(np.int64)

    @cached_property
    def _ends(self) -> tuple[int, int]:
        """First and last edge: most questions are about jobs that have all records, or none."""
        return int(self.edges[0]), int(self.edges[-1])

    @cached_property
    def flags(self) -> npt.NDArray[np.uint16]:
        """`GRANTED` and `READ` of each record."""
        return np.ascontiguousarray(self.records["flags"])

    def until(self, edge: int) -> int:
        """Number of records up to and including an edge."""
        edges = self.edges
        if not edges.size or edge < self._ends[0]:
            return 0
        return edges.size if edge >= self._ends[1] else int(edges.searchsorted(edge, side="right"))

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

    def count(self, after: int, last: int) -> BeatCount:
        """Records from the edge behind `after` up to the edge `last`."""
        flags = self.flags[self.until(after) : self.until(last)]
        waiting_write, write, waiting_read, read = np.bincount(flags, minlength=GRANTED + READ + 1).tolist()
        return BeatCount(waiting_write + waiting_read, read, write)


@dataclass(frozen=True)
class EventLog:
    """Events and changes of busy_o since the logs were last cleared.

    Attributes:
        records: Structured array with fields cycle, core, line.
    """

    records: npt.NDArray[np.void]

    @cached_property
    def _rows(self) -> list[tuple[int, int, int]]:
        """The records as (cycle, core, line): there are so few that arrays would only cost."""
        rows: list[tuple[int, int, int]] = self.records.tolist()
        return rows

    @property
    def ends(self) -> list[tuple[int, int]]:
        """(edge, core) of each end of a job: evt_o[core][0] high."""
        return [(cycle, core) for cycle, core, line in self._rows if line == EVENT_END]

    @property
    def busy_changes(self) -> list[tuple[int, bool]]:
        """(edge, new value) of each change of busy_o."""
        return [(cycle, line == BUSY_RISE) for cycle, _, line in self._rows if line in (BUSY_RISE, BUSY_FALL)]


@dataclass(frozen=True)
class ProbeLog:
    """Counts of the device's probe since the logs were last cleared; empty for a device without one.

    Attributes:
        records: Structured array with fields cycle, slots (`tb.dpi.bindings.PROBE_DTYPE`), one a job.
    """

    records: npt.NDArray[np.void]

    def rows(self, causes: int) -> list[tuple[int, list[int]]]:
        """(edge, slots of the first `causes` causes) of each record."""
        if not self.records.size:
            return []
        edges: list[int] = self.records["cycle"].tolist()
        slots: list[list[int]] = self.records["slots"][:, :causes].tolist()
        return list(zip(edges, slots, strict=True))


class TcdmMonitor(uvm_monitor):
    """Publishes the logs of a scenario, an array each; a beat is never an object of its own."""

    def __init__(self, name: str, parent: uvm_component, handle: BenchHandle) -> None:
        super().__init__(name, parent)
        self._handle = handle

    def build_phase(self) -> None:
        """Make the analysis ports."""
        self.beat_port = uvm_analysis_port("beat_port", self)
        self.event_port = uvm_analysis_port("event_port", self)
        self.probe_port = uvm_analysis_port("probe_port", self)

    def collect(self) -> None:
        """Publish the logs; the arrays are views that live until the logs are cleared."""
        self.beat_port.write(BeatLog(self._handle.beat_log()))
        self.event_port.write(EventLog(self._handle.event_log()))
        self.probe_port.write(ProbeLog(self._handle.probe_log()))
