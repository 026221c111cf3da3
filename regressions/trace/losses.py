# SPDX-License-Identifier: Apache-2.0
"""The longest stretches of a job in which nothing entered the array, and what the port did meanwhile."""

from dataclasses import dataclass

import numpy as np

from models.schedule import CAUSES
from regressions.trace.derived import Derived
from regressions.trace.job import OPERANDS, ObservedJob
from regressions.trace.lanes import runs_of

MEANINGS = {
    "CONTROL": "the job starts or ends, or a tile's descriptor comes late",
    "FILL": "the first operands are on their way",
    "WORKING": "steps of the job",
    "PAD_M": "rows of the array without a row of the matrix",
    "PAD_N": "compute elements without a step in the last chunk",
    "PAD_K": "columns of the tile without a column of the matrix",
    "WAIT_X": "the next column lacks X",
    "WAIT_W": "the next column lacks W",
    "WAIT_Y": "the next column lacks Y",
    "Z_BLOCK": "finished sums cannot leave: the bank of Z that they need is not stored yet",
    "DRAIN": "the last tile has entered: its sums leave and are stored",
}
"""Words on each cause of the schedule."""
_BY_SIZE = ("WORKING", "PAD_M", "PAD_N", "PAD_K")  # sizes alone decide on their slots


@dataclass(frozen=True, slots=True)
class Loss:
    """Cycles in a row with one cause."""

    first: int  # from 1 on
    last: int
    cause: str
    port: str  # uses of the port meanwhile, in words

    @property
    def cycles(self) -> int:
        """Cycles of it."""
        return self.last - self.first + 1

    @property
    def meaning(self) -> str:
        """Words on its cause."""
        return MEANINGS[self.cause]


def losses(seen: ObservedJob, derived: Derived | None, most: int) -> list[Loss]:
    """Return the longest stretches, at most so many, in the order of their cycles."""
    if derived is None:
        return []
    found = [
        Loss(first + 1, first + cycles, CAUSES[cause], _port_words(seen, first, first + cycles))
        for first, cycles, cause in runs_of(derived.steps["cause"])
        if CAUSES[cause] not in _BY_SIZE
    ]
    longest = sorted(found, key=lambda loss: -loss.cycles)[:most]
    return sorted(longest, key=lambda loss: loss.first)


def _port_words(seen: ObservedJob, first: int, end: int) -> str:
    """Beats by operand, and cycles without a grant or a request, in some cycles."""
    part = slice(first, end)
    granted, operands = seen.granted[part], seen.operands[part]
    counts = [
        (int(np.count_nonzero(granted & (operands == 1 << place))), f"of {name}")
        for place, name in enumerate(OPERANDS)
    ]
    counts.append((int(np.count_nonzero(granted)) - sum(count for count, _ in counts), "of several or none"))
    words = [f"{count} {name}" for count, name in counts if count]
    beats = f"beats: {', '.join(words)}" if words else ""
    waits = int(np.count_nonzero(seen.request[part] & ~granted))
    idle = int(np.count_nonzero(~seen.request[part]))
    told = [beats, f"{waits} without a grant" if waits else "", f"{idle} without a request" if idle else ""]
    return "; ".join(filter(None, told))
