# SPDX-License-Identifier: Apache-2.0
"""Coverpoints of clusters, and their samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tb.cluster.memory_map import CONSTANTS
from tb.coverage.coverpoint import FORMATS, OPERATIONS, coverpoint
from tb.coverage.points import CORES
from tb.registers.map import CONTEXTS
from tb.registers.state import AccessTrace

if TYPE_CHECKING:  # the runner reads the bins, and needs no scoreboard for that
    from tb.cluster.task import Arbitration
    from tb.exchange.results import JobResult

SIDES = ("accelerator", "others")
ALIGNMENTS = ("8 bytes", "4 bytes", "less")
FROM_L2, TO_L2, ROWS = 256, 128, 64  # bits of a transfer, as in `dma_access` of monitor.h
_FIELDS = {"DMA": "DMA transfer", "DMA_IDLE": "DMA idle", "ACCELERATOR": "accelerator", "BARRIER": "barrier"}
LINES = {CONSTANTS[f"EVENT_UNIT_CORE_BUFFER_{field}_LSB"]: name for field, name in _FIELDS.items()}
"""Event lines of a core; those below are the software events."""


class Conflict(NamedTuple):
    """A cycle in which the accelerator and others want the same bank."""

    wide_won: bool  # the accelerator has it
    arbitration: Arbitration  # settings of the host


class LongestWait(NamedTuple):
    """The longest wait for a bank in a program."""

    waiter: str
    cycles: int  # length of the wait
    bound: int | None  # most cycles that it may take (docs/cluster.md); None for no bound


class CoreEvent(NamedTuple):
    """An event of a core."""

    line: int
    woke: bool  # the core slept, and the event woke it
    core: int


@coverpoint("conflict", SIDES)
def winner(sample: Conflict) -> str:
    """Side that has the banks in a cycle in which the accelerator and others want the same one."""
    return SIDES[not sample.wide_won]


@coverpoint("conflict", SIDES)
def first(sample: Conflict) -> str:
    """Side that has priority."""
    return SIDES[not sample.arbitration.wide_first]


@coverpoint("conflict", ("off", "below half", "half", "above half"))
def ratio(sample: Conflict) -> str:
    """Share of conflicts that the side with priority has, numerator by denominator; off: all."""
    numerator, denominator = sample.arbitration.numerator, sample.arbitration.denominator
    if not 0 < numerator < denominator:
        return "off"
    if 2 * numerator == denominator:
        return "half"
    return "below half" if 2 * numerator < denominator else "above half"


@coverpoint("rivals", ("2", "3", "4 and more"))
def rivals(sample: int) -> str:
    """Cores and DMA ports that want one bank in a cycle."""
    return "4 and more" if sample >= 4 else str(sample)


@coverpoint("wait", ("core", "DMA", "accelerator"))
def waiter(sample: LongestWait) -> str:
    """Requester that waits for a bank."""
    return sample.waiter


@coverpoint("wait", ("none", "below half", "below bound", "bound", "no bound"))
def wait(sample: LongestWait) -> str:
    """Longest wait in a program, by the bound of docs/cluster.md."""
    if sample.cycles == 0:
        return "none"
    if sample.bound is None:
        return "no bound"
    if sample.cycles >= sample.bound:
        return "bound"
    return "below half" if 2 * sample.cycles < sample.bound else "below bound"


@coverpoint("event", ("software", *LINES.values()))
def event(sample: CoreEvent) -> str:
    """Event of a core."""
    return LINES.get(sample.line, "software")


@coverpoint("event", ("came", "woke"))
def effect(sample: CoreEvent) -> str:
    """Effect of the event: it woke a core that slept, or came to one that did not."""
    return "woke" if sample.woke else "came"


@coverpoint("event", CORES, needs="core")
def event_core(sample: CoreEvent) -> str:
    """Core of the event."""
    return str(sample.core)


@coverpoint("transfer", ("L2 to TCDM", "TCDM to L2"))
def direction(sample: int) -> str:
    """Memories between which the DMA moves bytes."""
    return "L2 to TCDM" if sample & FROM_L2 else "TCDM to L2"


@coverpoint("transfer", ("row", "rows"))
def shape(sample: int) -> str:
    """One row, or several with strides."""
    return "rows" if sample & ROWS else "row"


def _alignment(lowest: int) -> str:
    return {0: "8 bytes", 4: "4 bytes"}.get(lowest, "less")


@coverpoint("transfer", ALIGNMENTS)
def source(sample: int) -> str:
    """Alignment of the first byte that is read."""
    return _alignment(sample >> 3 & 7)


@coverpoint("transfer", ALIGNMENTS)
def destination(sample: int) -> str:
    """Alignment of the first byte that is written."""
    return _alignment(sample & 7)


@coverpoint("cluster_job", OPERATIONS)
def job_op(sample: JobResult) -> str:
    """Operation of a job that a program gave to the accelerator."""
    return sample.op


@coverpoint("cluster_job", FORMATS)
def job_format(sample: JobResult) -> str:
    """Format of the job."""
    return sample.format


@coverpoint("cluster_job", CORES, needs="core")
def job_core(sample: JobResult) -> str:
    """Core that triggered the job."""
    return str(sample.core)


@coverpoint("cluster_job", ("alone", "queued"))
def job_queued(sample: JobResult) -> str:
    """Start: at once, or queued behind an earlier job."""
    return "queued" if sample.queued else "alone"


@coverpoint("acquire", ("free", "locked by another", "own lock", "both contexts busy"))
def acquire(sample: AccessTrace) -> str:
    """State of the accelerator that a core meets which asks for it."""
    *_, core_id, queued, holder = sample
    if holder is None:
        return "both contexts busy" if queued >= CONTEXTS else "free"
    return "own lock" if holder == core_id else "locked by another"


@coverpoint("acquire", tuple(str(queued) for queued in range(CONTEXTS + 1)))
def contexts(sample: AccessTrace) -> str:
    """Jobs queued or running then."""
    return str(sample[4])
