# SPDX-License-Identifier: Apache-2.0
"""Tap between bench and collector of coverage: the parts of a scenario's logs that coverage needs."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tb.agents.tcdm.monitor import BeatLog, EventLog
from tb.coverage.collector import Collector, Cut
from tb.coverage.samples import MeetingSample
from tb.coverage.stages import Flight, looks_into, pairs_at
from tb.dpi.bindings import BenchHandle
from tb.exchange.device import Descriptor
from tb.exchange.scenario import Scenario
from tb.registers.model import RegisterFileModel
from tb.registers.own import registers_of
from tb.registers.state import AccessTrace
from tb.scoreboard.spans import trigger_edges
from tb.scoreboard.verdict import Verdict
from tb.stimulus.image import Image


class Seen(NamedTuple):
    """Copy of what coverage reads in the logs, which are cleared before all checks are done."""

    traces: list[AccessTrace]  # register accesses since the last scenario
    events: int  # internal events of the device, a bit each
    cut: Cut | None  # how far the job that was cut short had come
    flight: Flight | None = None  # triggers and waiting requests, if where jobs met is looked into


class CoverageTap:
    """Hands scenarios that passed the scoreboard to the collector; the register model keeps the accesses."""

    def __init__(
        self, handle: BenchHandle, model: RegisterFileModel, collector: Collector, device: Descriptor
    ) -> None:
        self._handle = handle
        self._device = device
        self._registers = registers_of(device)
        self._model = model
        self.cut: Cut | None = None  # the last one
        self._collector = collector
        model.traces = []

    def look(self, scenario: Scenario, cuts: Sequence[int], traces: Sequence[AccessTrace] = ()) -> Seen:
        """Take the needed parts of the logs; `cuts` are the edges at which jobs were cut, if they were.

        `traces` are the register accesses that the model has not seen.
        """
        events = int(self._handle.shared.covered)
        taken = [*self._model.take_traces(), *traces]
        flight = self._flight(scenario, cuts) if looks_into(self._device, scenario) else None
        if not cuts:
            return Seen(taken, events, None, flight)
        self.cut = self._cut(scenario, cuts, flight)
        return Seen(taken, events, self.cut)

    def judged(self, scenario: Scenario, image: Image, seen: Seen, verdict: Verdict) -> None:
        """Count a scenario if nothing at all was wrong with it, not even something known."""
        if not verdict.findings and not verdict.known:
            self._collector.scenario(scenario, image, seen.traces, seen.events, seen.cut, seen.flight)

    def meeting(self, sample: MeetingSample) -> None:
        """Count an access that met something, in a case that passed."""
        self._collector.meeting(sample)

    def accesses(self, *, passed: bool) -> None:
        """Count the accesses made outside of scenarios, if the reference model agrees with them."""
        traces = self._model.take_traces()
        if passed:
            self._collector.accesses(traces)

    def _flight(self, scenario: Scenario, cuts: Sequence[int]) -> Flight | None:
        """Triggers and waiting requests of all jobs, or of those that were triggered before a cut."""
        log = BeatLog(self._handle.beat_log())
        triggers = trigger_edges(self._handle.periph_log(), self._registers)
        waiting = log.edges[log.waiting].astype(np.int64)
        if cuts:
            triggers, waiting = [at for at in triggers if at < cuts[0]], waiting[waiting < cuts[0]]
        known = len(scenario.jobs) - len(cuts[:1])
        return Flight(triggers, waiting) if len(triggers) == known else None

    def _cut(self, scenario: Scenario, cuts: Sequence[int], flight: Flight | None) -> Cut:
        log, edge = BeatLog(self._handle.beat_log()), cuts[0]
        ends = [end for end, _ in EventLog(self._handle.event_log()).ends if end <= edge]
        ended = len(ends) + 1 == len(scenario.jobs)
        # Of the job that is cut; of the last one if all have ended.
        since = [0, *ends][-2 if ended else -1]
        own = slice(log.until(since), log.until(edge))
        reads, writes = (int(np.count_nonzero(each[own])) for each in (log.reads, log.writes))
        held = any(_waits(log, again) for again in cuts[1:])
        states = self._handle.state_log()
        place = int(np.searchsorted(states["cycle"], edge, side="right")) - 1
        # A log that is full says nothing of what came behind it.
        known = 0 <= place < self._handle.shared.state_capacity - 1
        events = int(states["events"][place]) if known else 0
        both = None
        if flight is not None:
            (both,) = pairs_at(self._device.instance, scenario.jobs[:-1], flight, [edge])
        return Cut(len(ends) - ended, reads, writes, _waits(log, edge), ended, held, both, events)


def _waits(log: BeatLog, edge: int) -> bool:
    """True if a request finds no grant at an edge."""
    until = log.until(edge)
    return until > 0 and bool(log.waiting[until - 1]) and int(log.edges[until - 1]) == edge
