# SPDX-License-Identifier: Apache-2.0
"""Stages of jobs that are in the array together, by its schedule: where one is when the next one comes.

A device that keeps the schedule (`schedule` in its descriptor) is in each cycle where the model says, given
the cycles of the triggers and those without a grant; the scoreboard holds it to that.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.schedule import NONE, STREAMS, TriggeredJob, queue, queue_steps
from models.timing import Instance
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario

STAGES = ("loading", "computing", "draining", "storing", "ended")
"""Of a job: before its first column enters the array; until its last has; until its last sums have left;
until the grant of its last store; behind that."""

BEHIND = ("queued", "loading", "inside")
"""Of the job behind it: nothing of it has been asked for; loads have; a column has entered."""

PAIRS = (
    *("loading_queued", "loading_loading", "computing_queued", "computing_loading"),
    *(f"{stage}_{behind}" for stage in ("draining", "storing") for behind in BEHIND),
)
"""Stages of two jobs at a time."""

BETWEEN, BEHIND_EVENT = 9, 10
"""Cycles from a trigger, and from an event that frees a context, to the trigger of a job whose registers are
written in order (`tb/env/programmer.py`)."""


IN_ORDER = 8
"""Jobs whose data seed is a multiple of it have their registers written in order."""


class Flight(NamedTuple):
    """Cycles in which jobs were triggered, and in which a request had no grant, in order."""

    triggers: Sequence[int]
    waiting: npt.NDArray[np.int64]


class Met(NamedTuple):
    """Stages of the job before when a job is triggered, asks for its first load, and enters the array."""

    trigger: str
    request: str
    entry: str


class Milestones(NamedTuple):
    """Cycles of a job's first request, its first and last column, its last sums and its last store."""

    asked: int
    entered: int
    full: int
    left: int
    written: int

    def stage(self, cycle: int) -> str:
        """Return the stage of the job in a cycle behind its trigger."""
        return STAGES[int(cycle >= self.entered) + sum(cycle > end for end in self[2:])]

    def behind(self, cycle: int) -> str:
        """Return the stage in a cycle, as that of a job behind another."""
        return BEHIND[int(cycle >= self.asked) + int(cycle >= self.entered)]


def has_columns(job: Job) -> bool:
    """Tell if columns of a job enter the array: it has steps and outputs."""
    return job.macs > 0


def looks_into(device: Descriptor, scenario: Scenario) -> bool:
    """Tell if it is looked into where jobs of a scenario meet, which are queued on a device with a schedule.

    Of scenarios without a cut that is one in `IN_ORDER`.
    """
    if not device.schedule:
        return False
    if scenario.abort is not None:
        return len(scenario.jobs) > 2
    return len(scenario.jobs) > 1 and scenario.jobs[0].data_seed % IN_ORDER == 0


def foreseen(device: Descriptor, scenario: Scenario) -> list[Met | None]:
    """Return what jobs will have met, where that is known ahead: without stalls, in order, and not cut."""
    at, jobs = device.instance, scenario.jobs
    in_order = all(job.data_seed % IN_ORDER == 0 for job in jobs)
    whole = scenario.abort is None and scenario.stall.kind == "none"
    if looks_into(device, scenario) and whole and in_order:
        return met(at, jobs, expected(at, jobs, device.registers.contexts))
    return [None] * len(jobs)


def courses(instance: Instance, jobs: Sequence[Job], flight: Flight) -> list[Milestones | None]:
    """Return the courses of jobs, in cycles counted as the flight's; None for those without columns."""
    begin = flight.triggers[0]
    queued, waits = _queued(jobs, flight.triggers), np.asarray(flight.waiting, np.int64) - begin
    last = max(_events(instance, queued, waits))
    steps = queue_steps(instance, queued, last, waits)
    found: list[Milestones | None] = []
    for number, job in enumerate(jobs):
        if not has_columns(job):
            found.append(None)
            continue
        asks = steps["asking"] == number
        columns = _cycles((steps["job"] == number) & (steps["tile"] >= 0))
        stores = _cycles(asks & (steps["stream"] == STREAMS.index("Z")) & (steps["granted"] != 0))
        left = _cycles(steps["left_job"] == number)
        ends = _cycles(asks)[0], columns[0], columns[-1], left[-1], stores[-1]
        found.append(Milestones(*(begin + int(each) for each in ends)))
    return found


def met(instance: Instance, jobs: Sequence[Job], flight: Flight) -> list[Met | None]:
    """Return of each job what it met; None for the first, and unless it and the one before have columns."""
    every = courses(instance, jobs, flight)
    found: list[Met | None] = [None]
    for before, own, trigger in zip(every, every[1:], flight.triggers[1:], strict=False):
        if before is None or own is None:
            found.append(None)
        else:
            found.append(Met(*(before.stage(cycle) for cycle in (trigger, own.asked, own.entered))))
    return found


def pairs_at(
    instance: Instance, jobs: Sequence[Job], flight: Flight, cycles: Sequence[int]
) -> list[str | None]:
    """Return for each cycle the stages, one of `PAIRS`, of the oldest job in flight and of the one behind it.

    None where they are not two, or one has no columns.
    """
    every, begin = courses(instance, jobs, flight), flight.triggers[0]
    events = _events(instance, _queued(jobs, flight.triggers), flight.waiting - begin)
    found: list[str | None] = []
    for cycle in cycles:
        running = sum(begin + event <= cycle for event in events)
        first, second = (*every[running : running + 2], None, None)[:2]
        there = first is not None and second is not None and flight.triggers[running + 1] < cycle
        name = f"{first.stage(cycle)}_{second.behind(cycle)}" if first and second and there else ""
        found.append(name if name in PAIRS else None)
    return found


def expected(instance: Instance, jobs: Sequence[Job], contexts: int) -> Flight:
    """Return the flight of jobs that are programmed in order, as soon as a context is free; no stalls."""
    triggers: list[int] = []
    for number in range(len(jobs)):
        at = triggers[-1] + BETWEEN if triggers else 0
        if number >= contexts:
            events = _events(instance, _queued(jobs, triggers), NONE)
            at = max(at, events[number - contexts] + BEHIND_EVENT)
        triggers.append(at)
    return Flight(triggers, NONE)


def _queued(jobs: Sequence[Job], triggers: Sequence[int]) -> list[TriggeredJob]:
    """The jobs that were triggered, from cycle 0 on."""
    return [
        TriggeredJob(at - triggers[0], j.op, j.m, j.n, j.k, j.fmt, (j.x_addr, j.w_addr, j.z_addr))
        for j, at in zip(jobs, triggers, strict=False)
    ]


def _events(instance: Instance, queued: Sequence[TriggeredJob], waiting: npt.NDArray[np.int64]) -> list[int]:
    ends = zip(queued, queue(instance, queued, waiting), strict=True)
    return [job.trigger + course.cycles for job, course in ends if course is not None]


def _cycles(happens: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Cycles in which something happens."""
    return np.flatnonzero(happens) + 1
