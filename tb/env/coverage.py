# SPDX-License-Identifier: Apache-2.0
"""Tap between bench and collector of coverage: the parts of a scenario's logs that coverage needs."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tb.agents.tcdm.monitor import BeatLog, EventLog
from tb.coverage.collector import Collector, Cut
from tb.dpi.bindings import BenchHandle
from tb.exchange.scenario import Scenario
from tb.registers.model import RegisterFileModel
from tb.registers.state import AccessTrace
from tb.scoreboard.verdict import Verdict
from tb.stimulus.image import Image


class Seen(NamedTuple):
    """Copy of what coverage reads in the logs, which are cleared before all checks are done."""

    traces: list[AccessTrace]  # register accesses since the last scenario
    events: int  # internal events of the device, a bit each
    cut: Cut | None  # how far the first job had come when it was cut short


class CoverageTap:
    """Hands scenarios that passed the scoreboard to the collector; the register model keeps the accesses."""

    def __init__(self, handle: BenchHandle, model: RegisterFileModel, collector: Collector) -> None:
        self._handle = handle
        self._model = model
        self._collector = collector
        model.traces = []

    def look(self, cut: int | None, traces: Sequence[AccessTrace] = ()) -> Seen:
        """Take the needed parts of the logs; `cut` is the edge at which the first job was cut, if it was.

        `traces` are the register accesses that the model has not seen.
        """
        events = int(self._handle.shared.covered)
        taken = [*self._model.take_traces(), *traces]
        return Seen(taken, events, None if cut is None else self._cut(cut))

    def judged(self, scenario: Scenario, image: Image, seen: Seen, verdict: Verdict) -> None:
        """Count a scenario if nothing at all was wrong with it, not even something known."""
        if not verdict.findings and not verdict.known:
            self._collector.scenario(scenario, image, seen.traces, seen.events, seen.cut)

    def accesses(self, *, passed: bool) -> None:
        """Count the accesses made outside of scenarios, if the reference model agrees with them."""
        traces = self._model.take_traces()
        if passed:
            self._collector.accesses(traces)

    def _cut(self, edge: int) -> Cut:
        log = BeatLog(self._handle.beat_log())
        until = log.until(edge)
        ended = any(end <= edge for end, _ in EventLog(self._handle.event_log()).ends)
        waiting = until > 0 and bool(log.waiting[until - 1]) and int(log.edges[until - 1]) == edge
        reads, writes = (int(np.count_nonzero(each[:until])) for each in (log.reads, log.writes))
        return Cut(reads, writes, waiting, ended)
