# SPDX-License-Identifier: Apache-2.0
"""The bus rules of both ports once more, over the logs: what `tb/sv/*_rules.sv` asserts, written separately.

The assertions look at wires; these look at what the monitors wrote down of every cycle with a request, those
that wait included. Where the two do not say the same of a scenario, one of the rules, or the log, is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tb.agents.control.rules import DESCRIPTIONS as PERIPH_RULES
from tb.agents.control.rules import PeriphRule
from tb.agents.tcdm.rules import DESCRIPTIONS as TCDM_RULES
from tb.agents.tcdm.rules import TcdmRule
from tb.dpi.bindings import (
    EVENT_RESERVED,
    GRANTED,
    PORT_GRANT,
    PORT_REQUEST,
    PORT_RESPONSE,
    READ,
    RESET_FALL,
    RESET_RISE,
    STRAY_RESPONSE,
    BenchHandle,
)
from tb.exchange.results import Finding
from tb.exchange.status import Status

Edges = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Records = npt.NDArray[np.void]
Ranges = Sequence[tuple[int, int, bool]]
"""Ranges that may be touched: (first byte, bytes, writable) each."""

SHARE = 32  # one scenario in this many is examined, and each in which an assertion fired
_LONGEST = 1 << 14  # beats: of a longer log the beginning is looked at
_WORD = 2**32


@dataclass(frozen=True, slots=True)
class PortLogs:
    """Everything that the rules look at."""

    beats: Records  # cycles of the wide port with a request
    port: Records  # cycles of the register port with a request or a response
    events: Records  # event lines, strays and resets
    since: int  # edge before the first one that is in the logs
    until: int  # last edge that is in the logs

    @staticmethod
    def of(handle: BenchHandle) -> PortLogs:
        """Take the bench's logs; of a long log its beginning."""
        beats, until = handle.beat_log(), int(handle.shared.cycle)
        if beats.size > _LONGEST:
            beats = beats[:_LONGEST]
            until = int(beats["cycle"][-1])
        return PortLogs(beats, handle.port_log(), handle.event_log(), handle.since, until)


class _Reset:
    """State of the reset, edge by edge."""

    def __init__(self, events: Records) -> None:
        changes = events[(events["line"] == RESET_FALL) | (events["line"] == RESET_RISE)]
        self._edges = changes["cycle"].astype(np.int64)
        # A reset that is not in the log was over before it.
        high = bool(changes["line"][0] == RESET_FALL) if changes.size else True
        self._high = np.concatenate(([high], changes["line"] == RESET_RISE))

    def over(self, edges: Edges) -> Mask:
        """Return whether rst_n is high at each edge."""
        over: Mask = self._high[self._edges.searchsorted(edges, side="right")]
        return over

    def step(self, edges: Edges) -> Mask:
        """Return whether it is high at each edge and was so at the one before."""
        return self.over(edges) & self.over(edges - 1)


def broken_rules(logs: PortLogs, ranges: Ranges) -> dict[int, Edges]:
    """Rules that were broken.

    Args:
        logs: Logs of the ports.
        ranges: Memory that the device may touch.

    Returns:
        By number, the edges at which each was seen broken, ascending: where a rule binds a cycle to the one
        before, the later of the two.
    """
    reset = _Reset(logs.events)
    broken = {**_wide_port(logs, ranges, reset), **_lines(logs, reset), **_register_port(logs, reset)}
    inside = {rule: edges[(edges > logs.since) & (edges <= logs.until)] for rule, edges in broken.items()}
    return {rule: edges for rule, edges in inside.items() if edges.size}


def _followed(edges: Edges) -> Mask:
    """Return whether a record is followed by one of the next edge."""
    followed = np.zeros(edges.size, np.bool_)
    followed[:-1] = np.diff(edges) == 1
    return followed


def _wide_port(logs: PortLogs, ranges: Ranges, reset: _Reset) -> dict[int, Edges]:
    beats = logs.beats
    edges, flags, add = beats["cycle"].astype(np.int64), beats["flags"], beats["add"].astype(np.int64)
    read, granted = (flags & READ) != 0, (flags & GRANTED) != 0
    enables = np.unpackbits(np.ascontiguousarray(beats["be"]).view(np.uint8), axis=1, bitorder="little")
    enables = enables[:, : 4 * beats["data"].shape[1]]
    running, next_edge = reset.over(edges), edges + 1
    stepped, followed = reset.step(next_edge), _followed(edges)

    changed = np.zeros(edges.size, np.bool_)
    changed[:-1] = (
        (add[1:] != add[:-1]) | (read[1:] != read[:-1]) | (beats["be"][1:] != beats["be"][:-1]).any(axis=1)
    )
    changed[:-1] |= ~read[1:] & (beats["data"][1:] != beats["data"][:-1]).any(axis=1)
    unanswered = granted & read & (beats["answered"] == 0)
    return {
        TcdmRule.RQ3_STABLE: next_edge[~granted & followed & changed & stepped],
        TcdmRule.RQ4_RETRACTED: next_edge[~granted & ~followed & stepped],
        TcdmRule.ALIGNMENT: edges[running & (add % 4 != 0)],
        TcdmRule.READ_ENABLES: edges[running & read & ~enables.all(axis=1)],
        TcdmRule.OVER_READ: edges[running & granted & read][
            ~_readable(add[running & granted & read], enables.shape[1], ranges)
        ],
        TcdmRule.STRAY_WRITE: edges[running & granted & ~read][
            ~_writable(add[running & granted & ~read], enables[running & granted & ~read], ranges)
        ],
        TcdmRule.RESPONSE_MISSING: next_edge[unanswered & stepped],
        TcdmRule.REQ_IN_RESET: edges[~running],
    }


def _readable(add: Edges, access: int, ranges: Ranges) -> Mask:
    """Return whether a whole access from each address lies in one readable range."""
    inside = np.zeros(add.size, np.bool_)
    for first, length, writable in ranges:
        if not writable:
            inside |= (add - first) % _WORD + access <= length
    return inside


def _writable(add: Edges, enables: npt.NDArray[np.uint8], ranges: Ranges) -> Mask:
    """Return whether each enabled byte lies in some writable range."""
    allowed: Mask = (enables == 0).all(axis=1)
    first = enables.argmax(axis=1)
    last = enables.shape[1] - 1 - enables[:, ::-1].argmax(axis=1)
    for start, length, writable in ranges:
        if writable:
            allowed |= (add + first - start) % _WORD + (last - first) < length
    # Not within one range from the first byte to the last: byte by byte.
    for place in np.flatnonzero(~allowed):
        bytes_ = (int(add[place]) + np.flatnonzero(enables[place])) % _WORD
        own = np.zeros(bytes_.size, np.bool_)
        for start, length, writable in ranges:
            if writable:
                own |= (bytes_ - start) % _WORD < length
        allowed[place] = own.all()
    return allowed


def _lines(logs: PortLogs, reset: _Reset) -> dict[int, Edges]:
    """Rules of the event lines, and of responses that belong to no beat."""
    edges, lines = logs.events["cycle"].astype(np.int64), logs.events["line"]
    reserved, stray = np.unique(edges[lines == EVENT_RESERVED]), edges[lines == STRAY_RESPONSE]
    return {
        TcdmRule.EVENT_LINE: reserved[reset.over(reserved)],
        TcdmRule.RESPONSE_STRAY: stray[reset.step(stray)],
    }


def _register_port(logs: PortLogs, reset: _Reset) -> dict[int, Edges]:
    port = logs.port
    edges, flags, read = port["cycle"].astype(np.int64), port["flags"], port["wen"] != 0
    requested, granted = (flags & PORT_REQUEST) != 0, (flags & PORT_GRANT) != 0
    answered = (flags & PORT_RESPONSE) != 0
    waiting = requested & ~granted
    next_edge, followed = edges + 1, _followed(edges)
    stepped = reset.step(next_edge)

    after = np.minimum(np.arange(1, edges.size + 1), max(edges.size - 1, 0))  # the record behind each
    held = followed & requested[after]
    changed = np.zeros(edges.size, np.bool_)
    for field in ("add", "wen", "be", "id"):
        changed |= port[field] != port[field][after]
    changed |= ~read[after] & (port["data"] != port["data"][after])
    answer = followed & answered[after]
    preceded = np.zeros(edges.size, np.bool_)
    preceded[1:] = followed[:-1] & granted[:-1]
    # Grants before the log's first edge are not known.
    stray = answered & ~preceded & reset.over(edges) & (edges > logs.since + 1)
    return {
        PeriphRule.PERIPH_RESPONSE: next_edge[granted & ~answer & stepped],
        PeriphRule.PERIPH_STRAY: edges[stray],
        PeriphRule.PERIPH_ID: next_edge[granted & answer & stepped & (port["r_id"][after] != port["id"])],
        PeriphRule.PERIPH_STABLE: next_edge[waiting & held & changed & stepped],
        PeriphRule.PERIPH_RETRACTED: next_edge[waiting & ~held & stepped],
    }


def check_protocol(
    logs: PortLogs, ranges: Ranges, fired: Mapping[int, tuple[int, int]], waived: Sequence[str] = ()
) -> list[Finding]:
    """Compare the rules over the logs with the assertions; where both fired the assertion alone is reported.

    Args:
        logs: Logs of a scenario.
        ranges: Memory that the device may touch in it.
        fired: Assertions that fired: number -> (count, first edge).
        waived: Names of rules of the wide port that do not hold for the device.

    Returns:
        A finding for each rule of which the two do not say the same.
    """
    broken = broken_rules(logs, ranges)
    findings: list[Finding] = []
    for rule in sorted({*TcdmRule, *PeriphRule} - {TcdmRule[name] for name in waived}):
        _, asserted = fired.get(rule, (0, None))
        if asserted is not None and not logs.since < asserted <= logs.until:
            continue  # fired where there is no log
        seen = int(broken[rule][0]) if rule in broken else None
        if seen != asserted:
            findings.append(Finding(Status.PROTOCOL, f"log rule {rule:d}", _difference(rule, seen, asserted)))
    return findings


def _difference(rule: int, seen: int | None, asserted: int | None) -> str:
    what = TCDM_RULES.get(rule) or PERIPH_RULES[rule]
    log = "the log shows nothing" if seen is None else f"by the log first at edge {seen}"
    assertion = (
        "the assertion is silent" if asserted is None else f"by the assertion first at edge {asserted}"
    )
    return f"{what}: {log}, {assertion}; the rule is wrong in tb/sv or in tb/scoreboard/protocol.py"
