# SPDX-License-Identifier: Apache-2.0
"""Hand-made jobs and logs of a bench, for tests of the scoreboard's checks without a simulator."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from models.ops import Op
from tb.agents.tcdm.monitor import BeatLog, EventLog, ProbeLog
from tb.dpi.bindings import (
    ACCESS_DTYPE,
    BUSY_FALL,
    BUSY_RISE,
    EVENT_DTYPE,
    EVENT_END,
    GRANTED,
    PROBE_DTYPE,
    READ,
    beat_dtype,
)
from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario, Window
from tb.scoreboard.finding import Observation

BASE = 0x2000
X, W, Z = BASE + 0x101, BASE + 0x200, BASE + 0x302
JOB = Job(Op.GEMM, 2, 3, 4, X, W, Z, core=2)
OTHER = Job(Op.MATMUL, 2, 2, 2, BASE + 0x800, BASE + 0x900, BASE + 0xA00, core=5)
EMPTY = replace(OTHER, m=0)


def scenario(*jobs: Job) -> Scenario:
    """A scenario of these jobs."""
    return Scenario(0, jobs, Window(BASE, 0x1000))


def names(findings: list[Finding]) -> list[str]:
    """The checkers that fired."""
    return [finding.checker for finding in findings]


LANES = 9
WORDS = 16
ACCESS = 4 * LANES

Beat = tuple[int, int, str, int]
"""Edge, address, kind ("r" read, "w" write, upper case while it waits), byte enables."""


def beats(records: Iterable[Beat]) -> BeatLog:
    """A beat log."""
    rows = list(records)
    log = np.zeros(len(rows), beat_dtype(LANES, WORDS))
    for row, (edge, address, kind, enables) in zip(log, rows, strict=True):
        row["cycle"], row["add"] = edge, address
        row["flags"] = (GRANTED if kind.islower() else 0) | (READ if kind.lower() == "r" else 0)
        row["be"] = [enables & 0xFFFFFFFF, enables >> 32]
    return BeatLog(log)


def read(edge: int, address: int, *, waits: bool = False) -> Beat:
    """A read of the whole port."""
    return edge, address, "R" if waits else "r", (1 << ACCESS) - 1


def write(edge: int, address: int, enables: int = 0b11) -> Beat:
    """A granted write."""
    return edge, address, "w", enables


def events(ends: Iterable[tuple[int, int]] = (), busy: Sequence[int] = ()) -> EventLog:
    """An event log from (edge, core) of each end of a job, and edges of changes of busy_o, a rise first."""
    rows = [(edge, core, EVENT_END) for edge, core in ends]
    rows += [(edge, 0, BUSY_FALL if i % 2 else BUSY_RISE) for i, edge in enumerate(busy)]
    return EventLog(np.array(sorted(rows), dtype=EVENT_DTYPE))


def probe(counted: Iterable[tuple[int, Sequence[int]]] = ()) -> ProbeLog:
    """A log of the probe from (edge, slots of the first causes)."""
    rows = list(counted)
    log = np.zeros(len(rows), PROBE_DTYPE)
    for row, (edge, slots) in zip(log, rows, strict=True):
        row["cycle"] = edge
        row["slots"][: len(slots)] = slots
    return ProbeLog(log)


def accesses(records: Iterable[tuple[int, int, int | None]]) -> npt.NDArray[np.void]:
    """An access log from (edge, address, value written, None for a read)."""
    log = [(edge, at, value or 0, 0, 1, value is None, 0xF, 1) for edge, at, value in records]
    return np.array(log, dtype=ACCESS_DTYPE)


def seen(
    *,
    triggers: Iterable[int] = (),
    requests: Iterable[Beat] = (),
    ends: Iterable[tuple[int, int]] = (),
    busy: Sequence[int] = (),
    counted: Iterable[tuple[int, Sequence[int]]] = (),
    watchdog: bool = False,
) -> Observation:
    """Observation as the monitors would have made it."""
    return Observation(
        beats(requests),
        events(ends, busy),
        probe(counted),
        accesses((edge, 0, 0) for edge in triggers),
        np.zeros(0, np.uint8),
        watchdog,
    )
