# SPDX-License-Identifier: Apache-2.0
"""Exact cycles of each job, and where they went, by the array's schedule (`models/schedule.py`)."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from models.schedule import CAUSES, schedule
from tb.agents.tcdm.monitor import BeatLog
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.scoreboard.aborted import RAISED_LATE
from tb.scoreboard.finding import Span

CYCLES = "schedule"
WHERE = "schedule_causes"

Waiting = Callable[[int, int], npt.NDArray[np.int64]]
"""Edges behind one up to another at which a request found no grant."""


def check_schedule(
    descriptor: Descriptor,
    scenario: Scenario,
    ran: Sequence[Span | None],
    causes: Sequence[dict[str, int] | None],
    waiting: Waiting,
    held: int = 0,
) -> list[Finding]:
    """Compare each job with the course that the schedule gives it, with the waiting cycles that it met.

    Args:
        descriptor: The device; one that does not promise to keep the schedule is left alone.
        scenario: Its jobs.
        ran: Their spans, None for a job that was cut short.
        causes: Slots of each job of `ran`, as the probe counted them; None where it did not.
        waiting: Tells where requests waited.
        held: Result of `held_request` at the last cut, in a scenario whose jobs were cut.
    """
    if not descriptor.schedule:
        return []
    findings: list[Finding] = []
    slots = descriptor.instance.h * descriptor.instance.l
    compared = descriptor.probe is not None and descriptor.probe.causes == CAUSES
    for position, job, begin, span in _starts(scenario, ran, held):
        waits = waiting(begin, span.event) - begin
        course = schedule(descriptor.instance, job.op, job.m, job.n, job.k, job.fmt, waits)
        took, counted = span.event - begin, causes[position]
        if took != course.cycles:
            text = f"{took} cycles from its start at edge {begin}, the schedule has {course.cycles}"
            findings.append(Finding(Status.TIMEOUT, CYCLES, text, position))
        elif compared and counted is not None:
            # A job that was queued starts in the last cycle that the probe counts for the one before.
            expected = {**course.causes, "CONTROL": course.causes["CONTROL"] - (span.start - begin) * slots}
            if counted != expected:
                text = f"slots {counted}, the schedule has {expected}"
                findings.append(Finding(Status.TIMEOUT, WHERE, text, position))
    return findings


def held_request(beats: BeatLog, cut: int) -> int:
    """The edge that granted a request which was out at the cut, or raised right behind it; 0 without one."""
    behind, late = beats.until(cut), beats.until(cut + RAISED_LATE)
    waits = beats.waiting[behind:late].nonzero()[0]
    if not waits.size:
        return 0
    granted = (~beats.waiting[behind + waits[0] :]).nonzero()[0]
    return int(beats.edges[behind + waits[0] + granted[0]]) if granted.size else 0


def _starts(
    scenario: Scenario, ran: Sequence[Span | None], held: int
) -> Iterator[tuple[int, Job, int, Span]]:
    """Position, job, start and span of each job that ended.

    A job starts with the grant of its trigger, or of the last write of the job before, which is a cycle
    before that one's event; behind a clear, with the grant of a request that was held.
    """
    ready = 0
    for position, (job, span) in enumerate(zip(scenario.jobs, ran, strict=False)):
        if scenario.abort is not None and position + 1 == len(scenario.jobs):
            ready = held
        if span is not None:
            yield position, job, max(span.trigger, ready), span
            ready = span.event - 1
