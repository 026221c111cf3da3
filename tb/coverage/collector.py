# SPDX-License-Identifier: Apache-2.0
"""Collects coverage in a simulation: cheap notes while it runs, sorted into bins in the background."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from tb.coverage.block import block_of
from tb.coverage.counts import Counts
from tb.coverage.definition import Definition
from tb.coverage.numerics import Event, count
from tb.coverage.samples import AccessSample, CutSample, JobSample, MeetingSample
from tb.coverage.sorter import Code, Sorter
from tb.coverage.stages import Flight, met
from tb.exchange.device import Descriptor
from tb.exchange.plan import SHARE
from tb.exchange.scenario import CUT_CAUSES, Scenario
from tb.registers.map import CONTEXTS
from tb.registers.own import contract_offsets
from tb.registers.state import AccessTrace

_BATCH = 16  # scenarios sorted together: the simulator's thread may have to wait for as many
_LARGE = 1 << 20  # bytes of a window beyond which no job is looked into


class Worker(Protocol):
    """Makes calls while the simulator runs, as `tb.env.background.Background`."""

    def submit(self, call: Callable[[], Tally], purpose: str) -> Pending:
        """Has a call made some time; its processor time is for a purpose."""


class Pending(Protocol):
    """A call that is made by the time its result is asked for."""

    def result(self) -> Tally:
        """The returned value."""


class Cut(NamedTuple):
    """Progress of a job when it was cut short, as `CutSample` has it."""

    position: int
    reads: int
    writes: int
    waiting: bool
    ended: bool
    held: bool = False
    pair: str | None = None
    events: int = 0  # internal events of the device in the cycle of the cut, a bit each


class Note(NamedTuple):
    """Scenario that is kept until it is sorted."""

    scenario: Scenario  # the scenario, which passed
    image: npt.NDArray[np.uint8] | None  # the window before it, if its first job is looked into
    cut: Cut | None  # progress of the job that was cut short
    flight: Flight | None  # triggers and waiting requests, if where its jobs met is looked into


Tally = dict[str, Counter[Code]]
"""Occurrences of each code, by kind of samples."""


class Collector:
    """Coverage of one segment; `worker` sorts while the simulator runs.

    One job in `share` is examined step by step; with 0 those with explicit data alone.
    """

    def __init__(
        self, definition: Definition, device: Descriptor, worker: Worker, share: int = SHARE
    ) -> None:
        self._definition = definition
        self._device = device
        self._worker = worker
        self._share = share
        self._sorters = _sorters(definition)
        self._offsets = contract_offsets(device)
        self._accesses: dict[AccessTrace, Code] = {}
        self._notes: list[Note] = []
        self._traces: list[AccessTrace] = []
        self._meetings: list[MeetingSample] = []
        self._results: list[Pending] = []
        self._events = 0
        self._event_hits: Counter[int] = Counter()
        self._cut_hits: Counter[tuple[str, int]] = Counter()

    def scenario(
        self,
        scenario: Scenario,
        image: npt.NDArray[np.uint8],
        traces: Sequence[AccessTrace],
        events: int,
        cut: Cut | None = None,
        flight: Flight | None = None,
    ) -> None:
        """Takes a scenario that passed the scoreboard, with the window before it, which must not change.

        `traces` are the register accesses since the scenario before, `events` the internal events of the
        device that were seen, a bit each; `cut` is how far the job that an abort
        met had come, `flight` what it takes to know where its jobs met.
        """
        looked_into = cut is None and self._chosen(scenario)
        self._notes.append(Note(scenario, image if looked_into else None, cut, flight))
        self._traces += traces
        if events:
            self._event_hits[events] += 1
        if cut is not None and scenario.abort is not None:
            self._cut_hits[scenario.abort.cause, cut.events] += 1
        if len(self._notes) >= _BATCH:
            self._submit()

    def accesses(self, traces: Sequence[AccessTrace]) -> None:
        """Takes register accesses outside of scenarios that the reference model agreed with."""
        self._traces += traces

    def meeting(self, sample: MeetingSample) -> None:
        """Takes an access that met something, in a case that passed."""
        self._meetings.append(sample)

    def finish(self) -> Counts:
        """All that was counted.

        Raises:
            CoverageError: A coverpoint gave something that is no bin of it.
        """
        self._submit()
        tally: Tally = {}
        for task in self._results:
            for kind, codes in task.result().items():
                tally.setdefault(kind, Counter()).update(codes)
        self._results.clear()
        if self._meetings:
            tally["meeting"] = Counter(map(self._sorters["meeting"].code, self._meetings))
        counts = Counts(self._definition)
        for kind, codes in tally.items():
            self._sorters[kind].sort(codes, counts)
        for place, name in enumerate(self._device.cover_events):
            counts.add_event(name, sum(hits for bits, hits in self._event_hits.items() if bits >> place & 1))
            if name in self._device.cut_states:
                found = dict.fromkeys(CUT_CAUSES, 0)
                for (cause, bits), hits in self._cut_hits.items():
                    found[cause] += hits * (bits >> place & 1)
                for cause, hits in found.items():
                    counts.add_event(f"{cause}_in_{name}", hits)
        return counts

    def _chosen(self, scenario: Scenario) -> bool:
        job = scenario.jobs[0]
        if not job.macs or scenario.window.size > _LARGE:
            return False
        return job.data is not None or (bool(self._share) and job.data_seed % self._share == 0)

    def _submit(self) -> None:
        if self._notes or self._traces:
            tally = partial(self._tally, self._notes, self._traces)
            self._results.append(self._worker.submit(tally, "coverage"))
            self._notes, self._traces = [], []

    def _tally(self, notes: Sequence[Note], traces: Sequence[AccessTrace]) -> Tally:
        tally: Tally = {kind: Counter() for kind in self._sorters}
        instance = self._device.instance
        for scenario, image, cut, flight in notes:
            if cut is not None:
                sample = CutSample(scenario.jobs[cut.position], scenario, instance, *cut[:-1])
                tally["cut"][self._sorters["cut"].code(sample)] += 1
            places = [None] * len(scenario.jobs) if flight is None else met(instance, scenario.jobs, flight)
            for position, job in enumerate(scenario.jobs):
                if cut is None or position + 1 == len(scenario.jobs):
                    job_sample = JobSample(job, scenario, position, instance, places[position])
                    tally["job"][self._sorters["job"].code(job_sample)] += 1
            block = None if image is None else block_of(scenario.jobs[0], image, scenario.window.base)
            if block is not None:
                self._numbers(count(block), tally)
        for trace, times in Counter(traces).items():
            tally["access"][self._access(trace)] += times
        return tally

    def _numbers(self, events: Mapping[Event, int], tally: Tally) -> None:
        for (kind, names), hits in events.items():
            if self._sorters[kind].points:
                tally[kind][self._sorters[kind].named(*names)] += hits

    def _access(self, trace: AccessTrace) -> Code:
        code = self._accesses.get(trace)
        if code is None:
            offset, wen, be, core_id, queued, holder = trace
            # All contexts taken is one state, however many there are.
            jobs = CONTEXTS if queued >= self._device.registers.contexts else min(queued, 1)
            sample = AccessSample(self._offsets.get(offset, offset), not wen, be, core_id, jobs, holder)
            code = self._accesses[trace] = self._sorters["access"].code(sample)
        return code


@lru_cache(maxsize=4)
def _sorters(definition: Definition) -> dict[str, Sorter]:
    kinds = {point.sample for point in definition.points.values()}
    return {kind: Sorter(definition, kind) for kind in kinds}
