# SPDX-License-Identifier: Apache-2.0
"""The trace of a scenario for Perfetto, in the Trace Event Format (JSON); a cycle is a microsecond."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from models.schedule import CAUSES
from regressions.trace.job import OPERANDS, ObservedJob
from regressions.trace.lanes import runs_of
from regressions.trace.pages import JobPage

JOBS, PORT, EVENTS, ARRAY = range(1, 5)
"""Processes of the trace."""
_PROCESSES = {
    JOBS: "jobs (observed)",
    PORT: "port (observed)",
    EVENTS: "inside the device (observed)",
    ARRAY: "array (derived by the schedule model)",
}
_THREADS = {
    (JOBS, 0): "jobs",
    **{(PORT, number): name for number, name in enumerate((*OPERANDS, "several or none"))},
    (ARRAY, 0): "tile that enters",
    (ARRAY, 1): "chunk",
    (ARRAY, 2): "tile that leaves",
    (ARRAY, 3): "cause",
}
Event = dict[str, Any]


def perfetto(jobs: Sequence[JobPage], heading: str) -> dict[str, Any]:
    """Return the trace of the jobs of a scenario; times are edges of the clock."""
    events = [_meta("process_name", process, 0, name) for process, name in _PROCESSES.items()]
    events += [_meta("thread_name", process, thread, name) for (process, thread), name in _THREADS.items()]
    names = list(dict.fromkeys(name for each in jobs for name in each.seen.events))
    events += [_meta("thread_name", EVENTS, number, name) for number, name in enumerate(names)]
    for each in jobs:
        seen = each.seen
        events.append(_slice(JOBS, 0, each.title, seen.start + 1, seen.cycles, _job_arguments(each)))
        events += [*_beats(seen), *_internal(seen, names), *_derived(each)]
    return {
        "traceEvents": events,
        "displayTimeUnit": "ns",
        "otherData": {"title": heading, "unit": "1 us is a clock cycle; times are values of tb_top.cycle_q"},
    }


def _meta(kind: str, process: int, thread: int, name: str) -> Event:
    return {"ph": "M", "name": kind, "pid": process, "tid": thread, "args": {"name": name}}


def _slice(process: int, thread: int, name: str, edge: int, cycles: int, args: Event | None = None) -> Event:
    found = {"ph": "X", "name": name, "pid": process, "tid": thread, "ts": edge, "dur": cycles}
    return found | {"args": args} if args else found


def _job_arguments(each: JobPage) -> Event:
    slots = each.seen.slots
    return {"observed": each.observed, "derived": each.verdict} | (
        {"probe": slots} if slots is not None else {}
    )


def _beats(seen: ObservedJob) -> Iterator[Event]:
    """A slice for each beat, from the request's first cycle to that of its grant."""
    asked = None
    for at in np.flatnonzero(seen.request).tolist():
        asked = at if asked is None else asked
        if not seen.granted[at] and at + 1 < seen.cycles and seen.request[at + 1]:
            continue
        bits = int(seen.operands[at])
        names = [name for place, name in enumerate(OPERANDS) if bits >> place & 1]
        thread = OPERANDS.index(names[0]) if len(names) == 1 else len(OPERANDS)
        args = {"address": f"{int(seen.address[at]):#010x}", "waited": at - asked}
        if not seen.granted[at]:
            args["granted"] = "no"
        name = f"{'write' if names == ['Z'] else 'read'} {' or '.join(names) or 'of no operand'}"
        yield _slice(PORT, thread, name, seen.start + 1 + asked, at + 1 - asked, args)
        asked = None


def _internal(seen: ObservedJob, names: Sequence[str]) -> Iterator[Event]:
    """Counters of levels, slices of other internal events."""
    for name, level in seen.levels.items():
        for first, _, value in runs_of(level[: seen.known]):
            counter = {"ph": "C", "name": name.lower(), "pid": EVENTS, "tid": 0}
            yield counter | {"ts": seen.start + 1 + first, "args": {"value": max(value, 0)}}
    for name, high in seen.events.items():
        for first, cycles, value in runs_of(high[: seen.known].astype(np.int8)):
            if value:
                yield _slice(EVENTS, names.index(name), name, seen.start + 1 + first, cycles)


def _derived(each: JobPage) -> Iterator[Event]:
    if each.derived is None:
        return
    course, begin = each.derived.steps, each.seen.start + 1
    for thread, name, job in ((0, "tile", "job"), (2, "left", "left_job")):
        tiles = np.where(course[name] < 0, -1, course[job].astype(np.int64) << 32 | course[name])
        for first, cycles, key in runs_of(tiles):
            if key >= 0:
                owner = "" if key >> 32 == each.derived.place else " of another job"
                yield _slice(ARRAY, thread, f"tile {key & 0xFFFFFFFF}{owner}", begin + first, cycles)
    both = np.where(course["tile"] < 0, -1, course["tile"].astype(np.int64) << 32 | course["chunk"])
    for first, cycles, key in runs_of(both):
        if key >= 0:
            step = course[first]
            args = {"tile": int(step["tile"]), "rows": int(step["rows"]), "steps": int(step["steps"])}
            yield _slice(ARRAY, 1, f"chunk {int(step['chunk'])}", begin + first, cycles, args)
    for first, cycles, cause in runs_of(course["cause"]):
        yield _slice(ARRAY, 3, CAUSES[cause], begin + first, cycles)
