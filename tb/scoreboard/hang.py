# SPDX-License-Identifier: Apache-2.0
"""Account of how a device stopped when a job did not end."""

from collections.abc import Sequence

import numpy as np

from tb.exchange.results import HANG, Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.registers.map import RegisterMap
from tb.scoreboard.finding import Observation, Span
from tb.scoreboard.spans import trigger_edges

_REPEATS = 8  # granted requests of one address in a row: more than any two passes over a matrix


def hang(
    scenario: Scenario, ran: Sequence[Span | None], seen: Observation, registers: RegisterMap, *, silent: bool
) -> Finding:
    """Make the finding of a scenario that was given up.

    What stands before the semicolon is the same for all hangs of a kind.

    Args:
        scenario: Scenario that ran.
        ran: Spans of the jobs that ended.
        seen: The logs.
        registers: Of the device.
        silent: The device did nothing any more; else it went on with requests, or with events.
    """
    done, jobs = len(ran), len(scenario.jobs)
    if done == jobs:
        text = f"all {jobs} jobs ended, and the scenario did not"
        return Finding(Status.TIMEOUT, HANG, text)
    changes = seen.events.busy_changes
    busy = "high" if changes and changes[-1][1] else "low"
    how = _silent(scenario, ran, seen, registers) if silent else _requests(seen)
    return Finding(
        Status.TIMEOUT,
        HANG,
        f"{how}, busy_o {busy}; no event of job {done}, {done} of {jobs} ended",
        done,
    )


def _silent(scenario: Scenario, ran: Sequence[Span | None], seen: Observation, registers: RegisterMap) -> str:
    """Place in the job behind which there is nothing."""
    done, triggers = len(ran), trigger_edges(seen.accesses, registers)
    if len(triggers) <= done:
        return "silent before the trigger"
    last = next((span.event for span in reversed(ran) if span is not None), 0)
    beats, job = seen.beats, scenario.jobs[done]
    own = beats.until(max(triggers[done], last))
    if own == beats.edges.size and not job.empty:
        return "silent before the first request"
    writes = beats.records[own:][beats.writes[own:]]
    if int(np.bitwise_count(writes["be"]).sum()) >= job.z_range[1]:
        return "silent after the last write"
    return "silent in the middle of the job"


def _requests(seen: Observation) -> str:
    """Kind of requests that never end."""
    beats = seen.beats
    granted = beats.records[~beats.waiting][-_REPEATS:]
    if granted.size == _REPEATS and (granted["add"] == granted["add"][0]).all():
        return "raises a request again that was granted"
    return "requests without end"
