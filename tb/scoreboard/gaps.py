# SPDX-License-Identifier: Apache-2.0
"""Check of the gap between a job and the queued one behind it (contract A8.7)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tb.dpi.bindings import READ
from tb.exchange.job import Job
from tb.exchange.names import ADDRESS_SPACE
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.exchange.traits import CONTRACT, Traits
from tb.scoreboard.finding import Observation, Span
from tb.scoreboard.requests import serves

MAX_GAP = 20
"""Most cycles from the grant of a job's last write to the first request of the job queued behind it."""


def check_gaps(
    scenario: Scenario, jobs: Sequence[Span], seen: Observation, traits: Traits = CONTRACT
) -> list[Finding]:
    """The first request of each queued job comes soon after the last write of the job before.

    It may come earlier: an access before that write is a load ahead of time if it serves the job and no
    earlier one could have asked for it, or if it read what the job needs and does not read behind that write.
    A job queued behind that write has its time from its trigger on. Jobs without any access, and those behind
    a job without a write, are left to the bound.

    Args:
        scenario: Scenario that ran.
        jobs: The jobs that ended.
        seen: The logs.
        traits: Deviations of the device.
    """
    beats = seen.beats
    findings: list[Finding] = []
    for position in range(1, len(jobs)):
        before, span = jobs[position - 1], jobs[position]
        if not span.queued or scenario.jobs[position].empty:
            continue
        first, last = beats.until(before.start), beats.until(before.event)
        writes = beats.writes[first:last].nonzero()[0]
        if not writes.size:
            continue
        since = max(int(beats.edges[first + writes[-1]]), span.trigger)
        following = beats.until(since)
        request = int(beats.edges[following]) if following < beats.edges.size else span.event
        if request - since <= MAX_GAP:
            continue
        ahead = beats.records[beats.until(span.trigger) : following]
        own = serves(ahead, scenario.jobs[position : position + 1], traits)
        # Jobs that had ended before its trigger ask for nothing any more.
        running = [
            job
            for job, other in zip(scenario.jobs[:position], jobs, strict=False)
            if other.event > span.trigger
        ]
        if (own & ~serves(ahead, running, traits)).any():
            continue
        behind = beats.records[following : beats.until(span.event)]
        needed = _operand_bytes(ahead[own], scenario.jobs[position], traits)
        if np.setdiff1d(needed, _bytes_read(behind)).size:
            continue
        text = (
            f"first request at edge {request}, {request - since} cycles after the last write of the job "
            f"before; {MAX_GAP} are allowed"
        )
        findings.append(Finding(Status.TIMEOUT, "queue_gap", text, position))
    return findings


def _operand_bytes(beats: npt.NDArray[np.void], job: Job, traits: Traits) -> npt.NDArray[np.int64]:
    """Addresses of the bytes of a job's operands that the reads among beats ask for; shape (bytes,)."""
    asked = _bytes_read(beats)
    needed = np.zeros(asked.size, np.bool_)
    for first, length in traits.reads(job):
        needed |= (asked - first) % ADDRESS_SPACE < length
    return asked[needed]


def _bytes_read(beats: npt.NDArray[np.void]) -> npt.NDArray[np.int64]:
    """Addresses of the bytes that the reads among beats ask for; shape (bytes,)."""
    starts = beats["add"][(beats["flags"] & READ) != 0].astype(np.int64)
    places = starts[:, None] + np.arange(4 * beats["data"].shape[1])
    asked: npt.NDArray[np.int64] = places.ravel() % ADDRESS_SPACE
    return asked
