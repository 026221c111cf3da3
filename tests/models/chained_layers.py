# SPDX-License-Identifier: Apache-2.0
"""Gain of a finer comparison of ranges for layers of which each reads what the one before writes.

``python -m tests.models.chained_layers`` prints the cycles of the ten layers of the AutoEncoder, forward and
queued one behind the other, by the schedule model: as ``redmule_follow`` compares, whole matrix against whole
matrix; by rows of tiles; by tiles; and without any dependence. Finer comparisons are taken for better than
they can be: where the first tile of a layer needs nothing of the last row of tiles (the last tile) before it,
the layer does not wait at all.
"""

from itertools import pairwise

from models.formats import Format
from models.ops import Op
from models.schedule import TriggeredJob, queue
from models.timing import Instance
from tb.workloads.autoencoder import SIZES

AT = Instance(4, 12, 3, 256)
CONTEXTS, PROGRAMMING = 2, 12
"""Jobs at a time, and cycles from the event that frees a context to the next trigger."""
COMPARED = ("whole", "rows", "tiles", "nothing")
_ROOM = 1 << 18


def spared(compared: str, operand: str, m: int, k: int) -> bool:
    """Return whether the first tile can do without the last part of the layer before, whose Z is m x k."""
    if compared in ("whole", "nothing"):
        return compared == "nothing"
    if operand == "x":  # it needs the first rows, whole
        return m > AT.tile_rows
    # It needs the first columns of all rows.
    return compared == "tiles" and m <= AT.tile_rows and k > AT.tile_cols


def chain(compared: str, operand: str, batch: int) -> int:
    """Return the cycles of layers that read those before as X (batch x features) or W (features x batch)."""
    jobs: list[TriggeredJob] = []
    ends: list[int] = []
    for number, (inputs, outputs) in enumerate(pairwise(SIZES)):
        size = (batch, inputs, outputs) if operand == "x" else (outputs, inputs, batch)
        places = [(3 * number + place) * _ROOM for place in range(3)]
        if jobs and not spared(compared, operand, jobs[-1].m, jobs[-1].k):
            places["xw".index(operand)] = jobs[-1].addresses[2]
        free = ends[number - CONTEXTS] if number >= CONTEXTS else 0
        trigger = max(free, jobs[-1].trigger if jobs else 0) + PROGRAMMING
        x, w, z = places
        jobs.append(TriggeredJob(trigger, Op.MATMUL, *size, Format.FP16, (x, w, z)))
        courses = queue(AT, jobs)
        ends = [job.trigger + each.cycles for job, each in zip(jobs, courses, strict=True) if each]
    return ends[-1] - jobs[0].trigger


def main() -> None:
    """Print a table in Markdown."""
    print("| the layer before is | batch |", " | ".join(COMPARED), "|")
    print("|---|---|" + "---|" * len(COMPARED))
    for operand in "wx":
        for batch in (1, 16, 64):
            cycles = [chain(compared, operand, batch) for compared in COMPARED]
            print(f"| {operand.upper()} | {batch} |", " | ".join(f"{each:,}" for each in cycles), "|")


if __name__ == "__main__":
    main()
