# SPDX-License-Identifier: Apache-2.0
"""Exact cycles of each job, and where they went, by the array's schedule (`models/schedule.py`)."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from models.schedule import CAUSES, Course, TriggeredJob, queue, schedule
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
    triggers: Sequence[int],
    held: int = 0,
) -> list[Finding]:
    """Compare the jobs with the course that the schedule gives them, with the waiting cycles that they met.

    What follows the first job that leaves the schedule is not compared.

    Args:
        descriptor: The device; one that does not promise to keep the schedule is left alone.
        scenario: Its jobs.
        ran: Their spans, None for a job that was cut short.
        causes: Slots of each job of `ran`, as the probe counted them; None where it did not.
        waiting: Tells where requests waited.
        triggers: Edges that granted the triggers, of jobs that were cut too.
        held: Result of `held_request` at the last cut, in a scenario whose jobs were cut.
    """
    if not descriptor.schedule:
        return []
    compared = descriptor.probe is not None and descriptor.probe.causes == CAUSES
    for part, courses in _courses(descriptor, scenario, ran, waiting, triggers, held):
        for (position, trigger), course in zip(part, courses, strict=True):
            span = ran[position] if position < len(ran) else None
            if span is None:
                continue
            took, counted = span.event - trigger, causes[position]
            if course is None or took != course.cycles:
                cycles = course.cycles if course else "more"
                text = f"{took} cycles from its start at edge {trigger}, the schedule has {cycles}"
                return [Finding(Status.TIMEOUT, CYCLES, text, position)]
            expected = course.causes
            if trigger > span.trigger:  # the probe counts from there on
                late = (trigger - span.trigger) * descriptor.instance.h * descriptor.instance.l
                expected = {**expected, "CONTROL": expected.get("CONTROL", 0) + late}
            if compared and counted is not None and counted != expected:
                text = f"slots {counted}, the schedule has {expected}"
                return [Finding(Status.TIMEOUT, WHERE, text, position)]
    return []


def held_request(beats: BeatLog, cut: int) -> int:
    """The edge that granted a request which was out at the cut, or raised right behind it; 0 without one."""
    behind, late = beats.until(cut), beats.until(cut + RAISED_LATE)
    waits = beats.waiting[behind:late].nonzero()[0]
    if not waits.size:
        return 0
    granted = (~beats.waiting[behind + waits[0] :]).nonzero()[0]
    return int(beats.edges[behind + waits[0] + granted[0]]) if granted.size else 0


def _courses(
    descriptor: Descriptor,
    scenario: Scenario,
    ran: Sequence[Span | None],
    waiting: Waiting,
    triggers: Sequence[int],
    held: int,
) -> Iterator[tuple[list[tuple[int, int]], Sequence[Course | None]]]:
    """Jobs that were in the device together: position and start of each, and courses up to the last event.

    A job starts with the grant of its trigger; behind a clear, with the grant of a request that was held.
    """
    started = list(enumerate(triggers[: len(scenario.jobs)]))
    parts = [started]
    if scenario.abort is not None and len(started) == len(scenario.jobs):
        position, trigger = started[-1]
        parts = [started[:-1], [(position, max(trigger, held))]]
    for part in parts:
        ends = [span.event for position, _ in part if position < len(ran) and (span := ran[position])]
        if not ends:
            continue
        begin, last = part[0][1], max(ends)
        waits = waiting(begin, last) - begin
        jobs = [triggered(scenario.jobs[position], start - begin) for position, start in part]
        if len(jobs) == 1:  # which may be remembered
            shape = descriptor.instance.in_mode(paired=jobs[0].paired)
            yield part, [schedule(shape, *jobs[0][1:6], waits)]
        else:
            yield part, queue(descriptor.instance, jobs, waits, last - begin)


def triggered(job: Job, trigger: int) -> TriggeredJob:
    """Return a job that is triggered in a cycle, as the schedule takes it."""
    addresses = job.x_addr, job.w_addr, job.z_addr
    return TriggeredJob(trigger, job.op, job.m, job.n, job.k, job.fmt, addresses, job.fault_tolerant)
