# SPDX-License-Identifier: Apache-2.0
"""When each job of a scenario ran, from the logs of register port and event lines."""

import numpy as np
import numpy.typing as npt

from tb.agents.tcdm.monitor import BeatCount
from tb.dpi.bindings import access_rows
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.registers.generate import register_map
from tb.registers.map import DECODED_ADDRESS_BITS, RegisterMap, merge_bytes
from tb.scoreboard.finding import Observation, Span


def trigger_edges(accesses: npt.NDArray[np.void], registers: RegisterMap) -> list[int]:
    """Edges at which a job was triggered; bytes not enabled are no part of the value."""
    offset, value = registers["TRIGGER"].offset, registers.rules.trigger_value
    return [
        cycle
        for cycle, add, data, _, _, wen, be, _ in access_rows(accesses)
        if add & DECODED_ADDRESS_BITS == offset and not wen and be & 1 and merge_bytes(0, data, be) == value
    ]


def spans(
    scenario: Scenario, seen: Observation, registers: RegisterMap | None = None
) -> tuple[list[Span], list[Finding]]:
    """Match triggers with events, in order (contract A7.3: jobs run in the order of their triggers).

    Returns:
        The spans of the jobs that ended, and what is wrong with number, order or addressee of the events.
    """
    triggers = trigger_edges(seen.accesses, registers or register_map())
    ends = seen.events.ends
    findings: list[Finding] = []
    planned = len(scenario.jobs)
    # Behind a hang, the jobs that find no free context are never triggered.
    if len(triggers) != planned and not (seen.watchdog and len(ends) < len(triggers) < planned):
        findings.append(
            Finding(Status.PROTOCOL, "triggers", f"{len(triggers)} of {planned} triggers reached the device")
        )
    if len(ends) > planned:
        edge = ends[planned][0]
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
    for position, (trigger, (event, core), job) in enumerate(
        zip(triggers, ends, scenario.jobs, strict=False)
    ):
        if core != job.core:
            text = f"event at edge {event} went to core {core}; the job was triggered by core {job.core}"
            findings.append(Finding(Status.PROTOCOL, "event_core", text, position))
        if event <= trigger:
            text = f"event at edge {event}, not after its trigger at edge {trigger}"
            findings.append(Finding(Status.PROTOCOL, "events", text, position))
            break
        if event <= previous:
            text = (
                f"event at edge {event}, the same as that of the job before: one pulse a job (contract A4.2)"
            )
            findings.append(Finding(Status.PROTOCOL, "events", text, position))
            break
        result.append(Span(trigger, event, max(trigger, previous)))
        previous = event
    return result, findings


def port_cycles(span: Span, seen: Observation) -> BeatCount:
    """Use of the wide port by a job; `waiting` is the S of contract A8.4."""
    return seen.beats.count(span.start, span.event)
