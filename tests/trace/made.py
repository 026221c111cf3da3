# SPDX-License-Identifier: Apache-2.0
"""Logs of scenarios as an array leaves them that keeps its schedule, made without a simulator."""

from collections.abc import Sequence

import numpy as np

from models.ops import Op
from models.schedule import CAUSES, STREAMS, queue, queue_steps
from tb.descriptor import load
from tb.dpi.bindings import (
    ACCESS_DTYPE,
    EVENT_DTYPE,
    EVENT_END,
    GRANTED,
    PROBE_DTYPE,
    READ,
    STATE_DTYPE,
    record,
)
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.logs import ScenarioLogs
from tb.exchange.scenario import Scenario, Window
from tb.scoreboard.schedule import triggered

ARRAY = load("redmule")
ONE_TILE = Job(Op.GEMM, 12, 16, 16, 0x1000, 0x2000, 0x3000)
SECOND = Job(Op.ADDMAX, 13, 5, 33, 0x4000, 0x5000, 0x6000)
TRIGGER = 20
BEAT = record("cycle u8", "add u4", "flags u2")


def made(
    jobs: Sequence[Job] = (ONE_TILE,), waiting: Sequence[int] = (), device: Descriptor = ARRAY
) -> ScenarioLogs:
    """Logs of jobs that are triggered one behind the other at edge 20, with edges without a grant."""
    queued = [triggered(job, 2 * number) for number, job in enumerate(jobs)]
    denied = np.array([edge - TRIGGER for edge in waiting if edge > TRIGGER], np.int64)
    courses = [course for course in queue(device.instance, queued, denied) if course is not None]
    beats, accesses, events, probe = [], [], [], []
    for job, each, course in zip(jobs, queued, courses, strict=True):
        event = TRIGGER + each.trigger + course.cycles
        accesses.append((TRIGGER + each.trigger, 0, 0, 0, job.core, 0, 15, 1))
        events.append((event, job.core, EVENT_END))
        probe.append((event + 1, [course.causes.get(name, 0) for name in CAUSES] + [0] * 5))
    last = queued[-1].trigger + courses[-1].cycles
    for place, step in enumerate(queue_steps(device.instance, queued, last, denied)):
        if step["stream"] < len(STREAMS):
            job, name = jobs[step["asking"]], STREAMS[step["stream"]]
            first = dict(zip("XWYZ", (job.x_addr, job.w_addr, job.y_place, job.z_addr), strict=True))
            flags = (GRANTED if step["granted"] else 0) | (READ if name != "Z" else 0)
            beats.append((TRIGGER + place + 1, first[name], flags))
    return ScenarioLogs(
        scenario=Scenario(3, tuple(jobs), Window(0x1000, 0x10000)),
        beats=np.array(beats, BEAT),
        accesses=np.array(accesses, ACCESS_DTYPE),
        events=np.array(events, EVENT_DTYPE),
        probe=np.array(probe, PROBE_DTYPE),
        states=np.zeros(0, STATE_DTYPE),
        complete=True,
    )


def states(device: Descriptor, *changes: tuple[int, set[str]]) -> np.ndarray:
    """A log of internal events: edges, and the events that are high from there on."""
    names = device.cover_events
    rows = [(edge, sum(1 << names.index(name) for name in high)) for edge, high in changes]
    return np.array(rows, STATE_DTYPE)
