# SPDX-License-Identifier: Apache-2.0
"""Order of writes, events and busy_o (contract A4.3, A7.1), from the logs alone."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tb.dpi.bindings import GRANTED
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.scoreboard.finding import Observation, Span

_BUSY_RISE = 2  # cycles after the grant of a trigger in which busy_o may still be low
_WORD = 2**32
_FOR_EVER = 2**63


def check_writes(scenario: Scenario, jobs: Sequence[Span], seen: Observation) -> list[Finding]:
    """No write of a job's Z at or after its event."""
    findings: list[Finding] = []
    beats = seen.beats
    for position, (job, span) in enumerate(zip(scenario.jobs, jobs, strict=False)):
        first, length = job.z_range
        after = slice(beats.until(span.event - 1), None)
        if after.start == beats.records.size:
            continue
        writes = beats.records[after][beats.flags[after] == GRANTED]
        if not length or not writes.size:
            continue
        access = 4 * beats.records["data"].shape[1]
        offset = (writes["add"].astype(np.int64) - first) % _WORD
        touching = (offset < length) | (offset > _WORD - access)
        later_jobs = [other.z_range for other in scenario.jobs[position + 1 :]]
        for write in writes[touching]:
            if _writes_into(write, (first, length), later_jobs):
                text = (
                    f"event at edge {span.event}, but a write to Z at {int(write['add']):#010x} was "
                    f"granted at edge {int(write['cycle'])}: the event follows the last write (contract A7.1)"
                )
                findings.append(Finding(Status.PROTOCOL, "event_after_write", text, position))
                break
    return findings


def _writes_into(write: npt.NDArray[np.void], own: tuple[int, int], later: list[tuple[int, int]]) -> bool:
    """Return whether a write has an enabled byte in `own` that belongs to none of `later`."""
    enables = np.unpackbits(np.ascontiguousarray(write["be"]).view(np.uint8), bitorder="little")
    addresses = (int(write["add"]) + np.flatnonzero(enables)) % _WORD
    mine = (addresses - own[0]) % _WORD < own[1]
    for first, length in later:
        mine &= ~((addresses - first) % _WORD < length)
    return bool(mine.any())


def check_busy(jobs: Sequence[Span], seen: Observation, *, complete: bool) -> list[Finding]:
    """busy_o is high from two cycles after a trigger to the event, and low after the last event.

    Args:
        jobs: The jobs that ended.
        seen: The logs.
        complete: True if these are all jobs; if not, another one may have run after the last of them.
    """
    changes = seen.events.busy_changes
    findings: list[Finding] = []

    def report(text: str, position: int) -> None:
        findings.append(Finding(Status.PROTOCOL, "busy", text, position))

    if jobs and (high := first_with(True, changes, 0, jobs[0].trigger - 1)) is not None:
        report(f"busy_o is high at edge {high}, before the first trigger at edge {jobs[0].trigger}", 0)
    for position, span in enumerate(jobs):
        low = first_with(False, changes, span.trigger + _BUSY_RISE, span.event)
        if low is not None:
            report(
                f"busy_o is low at edge {low}; the job ran from edge {span.trigger} to {span.event}", position
            )
        last = position + 1 == len(jobs)
        if last and not complete:
            continue
        idle_end = _FOR_EVER if last else jobs[position + 1].trigger - 1
        high = first_with(True, changes, span.event + 1, idle_end)
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
