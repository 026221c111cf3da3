# SPDX-License-Identifier: Apache-2.0
"""Jobs that were cut short by soft clears and resets, and the one behind them (contract A7.7 to A7.12)."""

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from tb.agents.tcdm.memory import job_ranges
from tb.agents.tcdm.monitor import BeatLog
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.exchange.traits import CONTRACT, Traits
from tb.registers.generate import register_map
from tb.registers.map import DECODED_ADDRESS_BITS, RegisterMap
from tb.scoreboard.finding import Observation, Span
from tb.scoreboard.leeway import open_bytes
from tb.scoreboard.order import check_writes, first_with
from tb.scoreboard.spans import trigger_edges
from tb.stimulus.image import predict

CHECKER = "abort"
RAISED_LATE = 4
"""Cycles after a clear in which a cleared job may still raise a request (contract A7.10)."""
_WORD = 2**32


def clear_edges(accesses: npt.NDArray[np.void], registers: RegisterMap | None = None) -> list[int]:
    """Edges at which writes of SOFT_CLEAR were granted, but for those between jobs."""
    registers = registers or register_map()
    offset = registers["SOFT_CLEAR"].offset
    hits = accesses[(accesses["wen"] == 0) & (accesses["add"] & DECODED_ADDRESS_BITS == offset)]["cycle"]
    if registers.rules.clear_between:
        hits = hits[hits > next(iter(trigger_edges(accesses, registers)), 0)]
    return [int(edge) for edge in hits]


def check_aborted(
    scenario: Scenario,
    before: npt.NDArray[np.uint8],
    seen: Observation,
    edge: int,
    traits: Traits = CONTRACT,
    registers: RegisterMap | None = None,
) -> tuple[list[Span | None], list[Finding]]:
    """Judge a scenario whose jobs were cut short, all but the last.

    Args:
        scenario: Jobs, the last of which shares no memory with the others.
        before: The window's bytes before the first trigger.
        seen: The logs of all jobs, and the window's bytes after the last job's event.
        edge: The first cut: grant of the soft clear, or the edge before reset was seen low.
        traits: Deviations of the device.
        registers: Of the device; the contract's by default.

    Returns:
        The spans of the jobs, None for those that did not end, and what is wrong; fewer spans if the last did
        not end.
    """
    last = len(scenario.jobs) - 1
    ends = seen.events.ends
    early = [end for end in ends if end[0] <= edge]
    late = [end for end in ends if end[0] > edge]
    # The jobs that end before the cut are the first ones.
    ended = [*enumerate(early[:last]), *((last, end) for end in late[:1])]
    findings = [
        _finding(text, position)
        for wrong, text, position in (
            (len(early) > last, f"{len(early)} events before the cut at edge {edge}", 0),
            (len(late) > 1, f"{len(late)} events after the cut at edge {edge}, for one job", last),
            (len(late) == 0, f"no event after the cut at edge {edge}", last),
        )
        if wrong
    ]
    findings += [
        _finding("the event went to another core", position)
        for position, (_, core) in ended
        if core != scenario.jobs[position].core
    ]
    triggers = trigger_edges(seen.accesses, registers or register_map())
    if len(triggers) != last + 1:
        return [], [*findings, _finding(f"{len(triggers)} of {last + 1} triggers reached the device", None)]
    ran: list[Span | None] = [None] * last
    previous = 0
    for position, (event, _) in ended:
        start = max(triggers[position], previous)
        if event <= start:
            text = f"event at edge {event}, not after its trigger at edge {triggers[position]}"
            if start == previous:
                text = f"event at edge {event}, the same as that of the job before"
            findings.append(_finding(text, position))
            continue
        previous = event
        ran[position : position + 1] = [Span(triggers[position], event, start)]
    findings += _requests(scenario, seen, edge, triggers[last], traits)
    if scenario.abort is not None and scenario.abort.kind == "clear":
        findings += _busy(seen, edge, triggers[last])
    if behind := [span for span in ran[last:] if span is not None]:
        findings += check_writes(replace(scenario, jobs=scenario.jobs[-1:], abort=None), behind, seen, traits)
    if late:
        # An event that comes before the last write says nothing of that write.
        done = sum(event + traits.event_lead <= edge for event, _ in early[:last])
        findings += _memory(scenario, before, seen.memory, traits, done)
    return ran, findings


def raised_edges(beats: BeatLog) -> npt.NDArray[np.int64]:
    """Edge at which the request of each record was raised; shape (records,)."""
    edges: npt.NDArray[np.int64] = beats.edges
    # A request is raised where the cycle before had none, or one that was granted.
    new = np.ones(edges.size, dtype=np.bool_)
    new[1:] = ~beats.waiting[:-1] | (np.diff(edges) != 1)
    places = np.maximum.accumulate(np.where(new, np.arange(edges.size), 0))
    return edges[places]


def _requests(
    scenario: Scenario, seen: Observation, edge: int, trigger: int, traits: Traits
) -> list[Finding]:
    """Check that requests later than four cycles after the cut serve the last job, after its trigger."""
    records = seen.beats.records
    if not records.size:
        return []
    raised = raised_edges(seen.beats)
    strange = raised > edge + RAISED_LATE
    access = 4 * records["data"].shape[1]
    starts = records["add"].astype(np.int64)
    own = np.zeros(records.size, dtype=np.bool_)
    for first, length, _ in job_ranges(scenario.jobs[-1], access, traits):
        own |= ((starts - first) % _WORD < length) | ((first - starts) % _WORD < access)
    strange &= ~(own & (raised > trigger))
    if not strange.any():
        return []
    at = int(np.argmax(strange))
    text = (
        f"request of {int(starts[at]):#010x} raised at edge {int(raised[at])}, more than {RAISED_LATE} "
        f"cycles after the cut at edge {edge}, serves no job"
    )
    return [_finding(text, None)]


def _busy(seen: Observation, edge: int, trigger: int) -> list[Finding]:
    """busy_o stays high while a request that was out at the clear waits for its grant."""
    beats = seen.beats
    held = beats.edges[beats.until(edge) : beats.until(trigger - 1)]
    waiting = beats.waiting[beats.until(edge) : beats.until(trigger - 1)]
    if not waiting.any():
        return []
    low = first_with(False, seen.events.busy_changes, edge + 1, int(held[waiting][-1]))
    if low is None:
        return []
    text = f"busy_o is low at edge {low}, while a request from before the clear at edge {edge} waits"
    return [Finding(Status.PROTOCOL, "busy", text, 0)]


def _memory(
    scenario: Scenario,
    before: npt.NDArray[np.uint8],
    memory: npt.NDArray[np.uint8],
    traits: Traits,
    done: int,
) -> list[Finding]:
    """Each byte is as the last job leaves it behind the `done` jobs that had ended, or behind some more."""
    base, (*cut, last) = scenario.window.base, scenario.jobs
    final = predict(before, scenario.jobs, base, traits=traits)
    wrong = memory != final
    if traits != CONTRACT and (free := open_bytes(scenario, memory, traits)) is not None:
        wrong &= ~free
    for ended in range(done, len(cut)):
        if wrong.any():
            wrong &= memory != predict(before, (*cut[:ended], last), base, traits=traits)
    if not wrong.any():
        return []
    at = int(np.argmax(wrong))
    text = (
        f"{int(np.count_nonzero(wrong))} bytes wrong after a cut job, the first at {base + at:#010x}: "
        f"{int(memory[at]):#04x}, was {int(before[at]):#04x}, is to become {int(final[at]):#04x}"
    )
    return [Finding(Status.MISMATCH, CHECKER, text)]


def _finding(text: str, position: int | None) -> Finding:
    return Finding(Status.PROTOCOL, CHECKER, text, position)
