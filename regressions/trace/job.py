# SPDX-License-Identifier: Apache-2.0
"""A job as it was observed, cycle by cycle: from the logs of the bench's monitors and nothing else.

Cycle 1 is the first that counts for the job: the one behind its trigger's grant, or behind the event before.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.schedule import TriggeredJob
from tb.agents.tcdm.monitor import BeatLog, EventLog, ProbeLog
from tb.dpi.bindings import GRANTED, READ
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.logs import ScenarioLogs
from tb.exchange.scenario import Scenario
from tb.exchange.traits import Traits
from tb.registers.own import registers_of
from tb.scoreboard.causes import check_causes
from tb.scoreboard.finding import Observation, Span
from tb.scoreboard.schedule import held_request, triggered
from tb.scoreboard.spans import trigger_edges

OPERANDS = ("X", "W", "Y", "Z")
X, W, Y, Z = (1 << place for place in range(4))
"""Bits of `ObservedJob.operands`."""

MOST_CYCLES = 1 << 19
"""Cycles of a job that are drawn; of a longer one the first."""

_SPACE = np.int64(1) << 32
_NUMBERED = re.compile(r"(.+)_(\d+)")

Bools = npt.NDArray[np.bool_]
Edges = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ObservedJob:
    """A job of a scenario. Arrays have an element for each of its cycles."""

    position: int  # in its scenario
    job: Job
    start: int  # edge before its first cycle
    cycles: int  # up to its end, or as far as it is drawn
    ended: str  # how, in words
    whole: bool  # it ended with its event, and is drawn whole
    request: Bools  # a request is on the port
    granted: Bools
    # Operands that the request can belong to by its address, a bit each; 0 for one that belongs to none.
    operands: npt.NDArray[np.uint8]
    address: npt.NDArray[np.uint32]
    # The jobs that were in the device with it, by their triggers, which count from the edge `begin` as
    # `waiting` does; its own place among them.
    together: tuple[TriggeredJob, ...]
    place: int
    begin: int
    waiting: Edges  # cycles without a grant
    slots: dict[str, int] | None  # by cause, as the device's probe counted them; None where it did not
    known: int  # cycles in which the internal events are known
    events: dict[str, Bools] = field(default_factory=dict)  # internal events that came, by name
    # Internal states that are numbers, such as how many banks of a buffer are taken: value by name.
    levels: dict[str, npt.NDArray[np.int16]] = field(default_factory=dict)

    @property
    def reads(self) -> int:
        """Granted reads."""
        return int(np.count_nonzero(self.granted & (self.operands != Z)))

    @property
    def writes(self) -> int:
        """Granted writes."""
        return int(np.count_nonzero(self.granted & (self.operands == Z)))

    @property
    def stalled(self) -> int:
        """Cycles with a request and no grant."""
        return int(np.count_nonzero(self.request & ~self.granted))


def observe(logs: ScenarioLogs, device: Descriptor) -> list[ObservedJob]:
    """Return the jobs of a scenario that were triggered, in order."""
    scenario = logs.scenario
    beats, ends = BeatLog(logs.beats), [edge for edge, _ in EventLog(logs.events).ends]
    triggers = trigger_edges(logs.accesses, registers_of(device))
    last = max(
        (int(log["cycle"][-1]) for log in (logs.beats, logs.events, logs.states) if log.size), default=0
    )
    spans = list(_spans(scenario, triggers, ends, logs.cuts, last))
    ran = [span if how == "event" else None for span, how in spans]
    seen = Observation(
        beats, EventLog(logs.events), ProbeLog(logs.probe), logs.accesses, np.empty(0, np.uint8), False
    )
    slots, _ = check_causes(device, scenario, ran, seen)
    starts = [span.trigger for span, _ in spans]
    parts = [range(len(starts))] * len(starts)
    if scenario.abort is not None and len(starts) == len(scenario.jobs) and logs.cuts:
        starts[-1] = max(starts[-1], held_request(beats, logs.cuts[-1]))
        last = len(starts) - 1
        parts = [range(last)] * last + [range(last, last + 1)]
    jobs = []
    for position, ((span, how), counted) in enumerate(zip(spans, slots, strict=True)):
        jobs.append(_job(logs, device, beats, position, span, how, counted, parts[position], starts))
    return jobs


def _spans(
    scenario: Scenario, triggers: Sequence[int], ends: Sequence[int], cuts: Sequence[int], last: int
) -> Iterator[tuple[Span, str]]:
    """Span of each job that was triggered, and how it ended."""
    free, left = 0, list(ends)
    for trigger, (position, _) in zip(triggers, enumerate(scenario.jobs), strict=False):
        left = [edge for edge in left if edge > trigger]
        start = max(trigger, free)
        cut = cuts[0] if cuts and position + 1 < len(scenario.jobs) else None
        if left and (cut is None or left[0] <= cut):
            free = left.pop(0)
            yield Span(trigger, free, start), "event"
        elif cut is not None:
            free = cut
            yield Span(trigger, max(cut, start), start), "cut short"
        else:
            yield Span(trigger, max(last, start), start), "no event came"
            return


def _job(
    logs: ScenarioLogs,
    device: Descriptor,
    beats: BeatLog,
    position: int,
    span: Span,
    how: str,
    slots: dict[str, int] | None,
    together: range,
    starts: Sequence[int],
) -> ObservedJob:
    job = logs.scenario.jobs[position]
    cycles, begin = min(span.cycles, MOST_CYCLES), starts[together.start]
    part = slice(beats.until(span.start), beats.until(span.start + cycles))
    at = beats.edges[part] - span.start - 1
    request, granted = np.zeros(cycles, np.bool_), np.zeros(cycles, np.bool_)
    operands, address = np.zeros(cycles, np.uint8), np.zeros(cycles, np.uint32)
    request[at], granted[at] = True, (beats.flags[part] & GRANTED) != 0
    address[at] = logs.beats["add"][part]
    reads = (beats.flags[part] & READ) != 0
    operands[at] = np.where(reads, _read_operands(logs.beats["add"][part], job, device.traits), Z)
    known, events, levels = _internal(logs, device.cover_events, span.start, cycles)
    return ObservedJob(
        position=position,
        job=job,
        start=span.start,
        cycles=cycles,
        ended=how,
        whole=how == "event" and cycles == span.cycles,
        request=request,
        granted=granted,
        operands=operands,
        address=address,
        together=tuple(triggered(logs.scenario.jobs[each], starts[each] - begin) for each in together),
        place=position - together.start,
        begin=begin,
        waiting=beats.waiting_edges(begin, span.start + cycles) - begin,
        slots=slots,
        known=known,
        events=events,
        levels=levels,
    )


def _read_operands(addresses: npt.NDArray[np.uint32], job: Job, traits: Traits) -> npt.NDArray[np.uint8]:
    """Operands in which reads begin, a bit each: several where they lie together, or over each other."""
    found = np.zeros(addresses.size, np.uint8)
    for bit, (first, length) in zip((X, W, Y), traits.reads(job), strict=False):
        if length:
            start = first - traits.read_before
            inside = (addresses.astype(np.int64) - start) % _SPACE < length + traits.read_before
            found |= np.where(inside, np.uint8(bit), np.uint8(0))
    return found


def _internal(
    logs: ScenarioLogs, names: Sequence[str], start: int, cycles: int
) -> tuple[int, dict[str, Bools], dict[str, npt.NDArray[np.int16]]]:
    """Internal events of the device in the cycles of a job: how many cycles are known, events, levels.

    Names that differ in a number at their end are one level, as one of them is high in each cycle.
    """
    if not logs.states.size or not names:
        return 0, {}, {}
    changes = logs.states["cycle"].astype(np.int64)
    edges = np.arange(start + 1, start + cycles + 1)
    known = cycles if logs.complete else int(np.count_nonzero(edges < changes[-1]))
    words = logs.states["events"][np.maximum(np.searchsorted(changes, edges, side="right") - 1, 0)]
    bits = {
        name: ((words >> np.uint64(bit)) & np.uint64(1)).astype(np.bool_) for bit, name in enumerate(names)
    }
    levels: dict[str, npt.NDArray[np.int16]] = {}
    for name, high in bits.items():
        if (match := _NUMBERED.fullmatch(name)) is not None:
            level = levels.setdefault(match[1], np.full(cycles, -1, np.int16))
            level[high] = int(match[2])
    events = {
        name: high for name, high in bits.items() if not _NUMBERED.fullmatch(name) and high[:known].any()
    }
    return known, events, levels
