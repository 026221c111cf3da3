# SPDX-License-Identifier: Apache-2.0
"""Check that each request of the wide port serves a job that is triggered and not ended (contract A7.2)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tb.agents.tcdm.memory import job_ranges
from tb.dpi.bindings import READ
from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.exchange.traits import CONTRACT, Traits
from tb.scoreboard.finding import Observation, Span

_WORD = 2**32


def check_requests(
    scenario: Scenario, jobs: Sequence[Span], seen: Observation, traits: Traits = CONTRACT
) -> list[Finding]:
    """No request for a job before its trigger, no read after the last event.

    The rules OVER_READ and STRAY_WRITE know the jobs of a scenario, not when each was triggered.
    A write after its job's event is for `tb.scoreboard.order.check_writes`.

    Args:
        scenario: Scenario that ran.
        jobs: The jobs that ended.
        seen: The logs.
        traits: Deviations of the device.
    """
    beats = seen.beats
    findings: list[Finding] = []
    for position, span in enumerate(jobs):
        earlier = beats.until(jobs[position - 1].trigger) if position else 0
        before = beats.records[earlier : beats.until(span.trigger)]
        if position and before.size:
            # A request that serves no job of the scenario at all breaks another rule.
            allowed = serves(before, scenario.jobs[:position], traits)
            before = before[~allowed & serves(before, scenario.jobs, traits)]
        if before.size:
            text = f"request at {_place(before[0])}, before the trigger at edge {span.trigger}"
            findings.append(Finding(Status.PROTOCOL, "early_request", text, position))
        last = position + 1 == len(jobs)
        if last and len(jobs) < len(scenario.jobs):
            continue
        end = beats.records.size if last else beats.until(jobs[position + 1].trigger - 1)
        after = slice(beats.until(span.event), end)
        if after.start >= end:
            continue
        late = beats.records[after][(beats.flags[after] & READ) != 0]
        if late.size:
            text = f"read at {_place(late[0])}, after the event at edge {span.event} and with no job queued"
            findings.append(Finding(Status.PROTOCOL, "late_request", text, position))
    return findings


def _place(beat: npt.NDArray[np.void]) -> str:
    return f"edge {int(beat['cycle'])} of {int(beat['add']):#010x}"


def serves(
    beats: npt.NDArray[np.void], jobs: Sequence[Job], traits: Traits = CONTRACT
) -> npt.NDArray[np.bool_]:
    """Mark the requests that stay within the memory of `jobs` on a device with traits; shape (beats,)."""
    access = 4 * beats["data"].shape[1]
    starts = beats["add"].astype(np.int64)
    enables = np.unpackbits(np.ascontiguousarray(beats["be"]).view(np.uint8), axis=1, bitorder="little")
    places = starts[:, None] + np.arange(access)
    read = np.zeros(beats.size, np.bool_)
    written = enables[:, :access] == 0
    for first, length, writable in (span for job in jobs for span in job_ranges(job, access, traits)):
        if writable:
            written |= (places - first) % _WORD < length
        else:
            read |= (starts - first) % _WORD + access <= length
    serves: npt.NDArray[np.bool_] = np.where((beats["flags"] & READ) != 0, read, written.all(axis=1))
    return serves
