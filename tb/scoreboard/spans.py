# SPDX-License-Identifier: Apache-2.0
"""When each job of a scenario ran, from the logs of register port and event lines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tb.registers.generate import register_map
from tb.registers.map import DECODED_ADDRESS_BITS
from tb.scoreboard.finding import Finding, Observation, Span
from tb.status import Status
from tb.stimulus.job import Scenario


def trigger_edges(accesses: npt.NDArray[np.void]) -> npt.NDArray[np.uint64]:
    """Edges at which a write of 0 to TRIGGER was granted."""
    offsets = accesses["add"] & DECODED_ADDRESS_BITS
    hits = (accesses["wen"] == 0) & (offsets == register_map()["TRIGGER"].offset)
    hits &= (accesses["data"] == 0) & ((accesses["be"] & 1) == 1)
    edges: npt.NDArray[np.uint64] = accesses["cycle"][hits]
    return edges


def spans(scenario: Scenario, seen: Observation) -> tuple[list[Span], list[Finding]]:
    """Match triggers with events, in order (section 7: jobs run in the order of their triggers).

    Returns:
        The spans of the jobs that ended, and what is wrong with number, order or addressee of the events.
    """
    triggers = [int(edge) for edge in trigger_edges(seen.accesses)]
    ends = seen.events.ends
    findings: list[Finding] = []
    planned = len(scenario.jobs)
    if len(triggers) != planned:
        findings.append(
            Finding(Status.PROTOCOL, "triggers", f"{len(triggers)} of {planned} triggers reached the device")
        )
    if len(ends) > planned:
        edge = int(ends["cycle"][planned])
        findings.append(
            Finding(
                Status.PROTOCOL,
                "events",
                f"{len(ends)} events for {planned} jobs, the first extra at edge {edge}",
            )
        )
    elif len(ends) < planned and not seen.watchdog:
        findings.append(Finding(Status.PROTOCOL, "events", f"{len(ends)} events for {planned} jobs"))
    result: list[Span] = []
    previous = 0
    for position, (trigger, end, job) in enumerate(zip(triggers, ends, scenario.jobs, strict=False)):
        event, core = int(end["cycle"]), int(end["core"])
        if core != job.core:
            text = f"event at edge {event} went to core {core}; the job was triggered by core {job.core}"
            findings.append(Finding(Status.PROTOCOL, "event_core", text, position))
        if event <= trigger:
            text = f"event at edge {event}, not after its trigger at edge {trigger}"
            findings.append(Finding(Status.PROTOCOL, "events", text, position))
            break
        if event <= previous:
            text = f"event at edge {event}, the same as that of the job before: one pulse a job (section 4)"
            findings.append(Finding(Status.PROTOCOL, "events", text, position))
            break
        result.append(Span(trigger, event, max(trigger, previous)))
        previous = event
    return result, findings


def waiting_cycles(span: Span, seen: Observation) -> int:
    """Cycles of a job with the request high and the grant low (the S of section 8)."""
    cycles = seen.beats.records["cycle"]
    first, last = np.searchsorted(cycles, [span.start, span.event], side="right")
    return int(np.count_nonzero(seen.beats.waiting[first:last]))
