# SPDX-License-Identifier: Apache-2.0
"""Order of writes, events and busy_o (contract A4.3, A7.1), from the logs alone."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tb.dpi.bindings import GRANTED
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.exchange.traits import CONTRACT, Traits
from tb.scoreboard.finding import Observation, Span

_BUSY_RISE = 2  # cycles after the grant of a trigger in which busy_o may still be low
_WORD = 2**32
_FOR_EVER = 2**63


def check_writes(
    scenario: Scenario, jobs: Sequence[Span], seen: Observation, traits: Traits = CONTRACT
) -> list[Finding]:
    """No write of a job's Z at or after its event, or so many cycles after it as the device may write."""
    findings: list[Finding] = []
    beats = seen.beats
    for position, (job, span) in enumerate(zip(scenario.jobs, jobs, strict=False)):
        first, length = job.z_addr, traits.written(job)
        after = slice(beats.until(_last_write(span, seen, traits)), None)
        if after.start == beats.records.size:
            continue
        writes = beats.records[after][beats.flags[after] == GRANTED]
        if not length or not writes.size:
            continue
        access = 4 * beats.records["data"].shape[1]
        offset = (writes["add"].astype(np.int64) - first) % _WORD
        touching = (offset < length) | (offset > _WORD - access)
        later_jobs = [(other.z_addr, traits.written(other)) for other in scenario.jobs[position + 1 :]]
        for write in writes[touching]:
            if _writes_into(write, (first, length), later_jobs):
                text = (
                    f"event at edge {span.event}, but a write to Z at {int(write['add']):#010x} was "
                    f"granted at edge {int(write['cycle'])}: the event follows the last write (contract A7.1)"
                )
                findings.append(Finding(Status.PROTOCOL, "event_after_write", text, position))
                break
    return findings


def _last_write(span: Span, seen: Observation, traits: Traits) -> int:
    """The last edge at which a job may write."""
    lead = traits.event_lead
    return after_event(span.event, lead, seen) if lead else span.event - 1


def after_event(edge: int, cycles: int, seen: Observation) -> int:
    """The edge some cycles after another one, those in which a request waits not counted."""
    if not cycles:
        return edge
    waits = seen.beats.edges[seen.beats.waiting]
    for wait in waits[waits > edge].tolist():
        if wait > edge + cycles:
            break
        edge += 1
    return edge + cycles


def _writes_into(write: npt.NDArray[np.void], own: tuple[int, int], later: list[tuple[int, int]]) -> bool:
    """Return whether a write has an enabled byte in `own` that belongs to none of `later`."""
    enables = np.unpackbits(np.ascontiguousarray(write["be"]).view(np.uint8), bitorder="little")
    addresses = (int(write["add"]) + np.flatnonzero(enables)) % _WORD
    mine = (addresses - own[0]) % _WORD < own[1]
    for first, length in later:
        mine &= ~((addresses - first) % _WORD < length)
    return bool(mine.any())


def check_busy(
    jobs: Sequence[Span], seen: Observation, *, complete: bool, traits: Traits = CONTRACT
) -> list[Finding]:
    """busy_o is high from two cycles after a trigger to the event, and low after the last event.

    Args:
        jobs: The jobs that ended.
        seen: The logs.
        complete: True if these are all jobs; if not, another one may have run after the last of them.
        traits: Deviations of the device, the freedom of busy_o among them.
    """
    changes, free = seen.events.busy_changes, traits.busy
    findings: list[Finding] = []

    def report(text: str, position: int) -> None:
        findings.append(Finding(Status.PROTOCOL, "busy", text, position))

    first = jobs[0].trigger - 1 - free.rise_early if jobs else -1
    if jobs and (high := first_with(True, changes, 0, first)) is not None:
        report(f"busy_o is high at edge {high}, before the first trigger at edge {jobs[0].trigger}", 0)
    for position, span in enumerate(jobs):
        risen = span.trigger + _BUSY_RISE + free.rise_late
        low = first_with(False, changes, risen, span.event - free.fall_early)
        if low is not None:
            report(
                f"busy_o is low at edge {low}; the job ran from edge {span.trigger} to {span.event}", position
            )
        last = position + 1 == len(jobs)
        if last and not complete:
            continue
        idle_end = _FOR_EVER if last else jobs[position + 1].trigger - 1 - free.rise_early
        fallen = after_event(span.event, free.fall_late, seen) + 1
        high = first_with(True, changes, fallen, idle_end)
        if high is not None:
            report(f"busy_o is high at edge {high}, the last job ended at edge {span.event}", position)
    return findings


def first_with(value: bool, changes: list[tuple[int, bool]], first: int, last: int) -> int | None:
    """The first edge in first..last at which busy_o had a value; `changes` are (edge, new value)."""
    if first > last:
        return None
    # Before the first change it had the other value; without any it never rose.
    now = not changes[0][1] if changes else False
    for at, new in changes:
        if at > first:
            break
        now = new
    if now is value:
        return first
    return next((at for at, new in changes if first < at <= last and new is value), None)
