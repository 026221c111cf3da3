# SPDX-License-Identifier: Apache-2.0
"""Cycles of queued jobs from event to event on all instances of the array, by the schedule model.

``python -m tests.models.queued_streams`` prints the table of docs/accelerator.md: queues of equal jobs of
one, two and six tiles, and what a job takes on average in streams of a hundred drawn small jobs that share no
memory.
"""

import random
from collections.abc import Sequence

import numpy as np

from models.formats import Format
from models.ops import Op
from models.schedule import NONE, TriggeredJob, queue
from models.timing import Instance, tile_cycles
from tb.descriptor import available, load

PROGRAMMING = 12
"""Cycles from the event that frees a context to the grant of the next trigger."""
CHANGE = 4
"""Most cycles of a job beyond those of its tiles, as asked for."""
CONTEXTS = (2, 4)
_FIRST = dict(reversed([(device.instance, name) for name in available() if (device := load(name)).schedule]))
ARRAYS: dict[str, Instance] = {name: at for at, name in reversed(_FIRST.items())}
"""The array's instances, by the first device that has each."""
_SETTLED, _LAST = 30, 10  # jobs of a queue until its gaps are the same again and again, and those counted
_DRAWN = 100
_SPACE = 1 << 20

Size = tuple[int, int, int]
Wanted = tuple[Op, Size, Format]


def stream(
    at: Instance, jobs: Sequence[Wanted], waiting: np.ndarray = NONE, shared: int = 0, contexts: int = 2
) -> list[tuple[TriggeredJob, int, dict[str, int]]]:
    """Return jobs that are queued as soon as a context is free, their events and slots.

    All read `shared` as X if it is not 0.
    """
    queued: list[TriggeredJob] = []
    ends: list[int] = []
    for number, (op, size, fmt) in enumerate(jobs):
        free = ends[number - contexts] if number >= contexts else 0
        trigger = max(free, queued[-1].trigger if queued else 0) + PROGRAMMING
        base = number * _SPACE
        place = (shared or base, base + 0x40000, base + 0x80000)
        queued.append(TriggeredJob(trigger, op, *size, fmt, place))
        courses = queue(at, queued, waiting)
        ends = [job.trigger + each.cycles for job, each in zip(queued, courses, strict=True) if each]
    return [(job, end, each.causes) for job, end, each in zip(queued, ends, courses, strict=True) if each]


def equal_jobs(at: Instance, size: Size, contexts: int) -> float:
    """Return the cycles from event to event of equal FP16 GEMMs, on average when the queue has settled."""
    jobs = [(Op.GEMM, size, Format.FP16)] * (_SETTLED + _LAST)
    ends = [end for _, end, _ in stream(at, jobs, contexts=contexts)]
    return (ends[-1] - ends[-1 - _LAST]) / _LAST


def drawn_jobs(at: Instance, tiles: int, contexts: int, seed: int = 1) -> tuple[float, float]:
    """Return the cycles of a drawn small job, and those of its tiles, on average over a hundred queued ones.

    Args:
        at: Instance of the array.
        tiles: Most tiles of a job along M and along K.
        contexts: Jobs that are queued or run at a time.
        seed: Chooses the jobs.
    """
    rng = random.Random(f"{at.h} {at.l} {at.p} {at.dw} {tiles} {seed}")
    jobs = [
        (
            rng.choice(tuple(Op)),
            (rng.randint(1, tiles * at.l), rng.randint(1, 8 * at.h), rng.randint(1, tiles * at.tile_cols)),
            rng.choice(tuple(Format)),
        )
        for _ in range(_DRAWN)
    ]
    ends = [end for _, end, _ in stream(at, jobs, contexts=contexts)]
    own = [tile_cycles(at, op, *size, fmt) for op, size, fmt in jobs[1:]]
    return (ends[-1] - ends[0]) / len(own), sum(own) / len(own)


def sizes(at: Instance) -> list[Size]:
    """Return the sizes of equal jobs: one tile, two, and three by two."""
    return [
        (at.l, 4 * at.h, at.tile_cols),
        (2 * at.l, 4 * at.h, at.tile_cols),
        (3 * at.l, 8 * at.h, 2 * at.tile_cols),
    ]


def row(name: str) -> str:
    """Return the table's row of an instance, in Markdown."""
    at = ARRAYS[name]
    cells = [f"`{name}`"]
    for size in sizes(at):
        asked = tile_cycles(at, Op.GEMM, *size, Format.FP16) + CHANGE
        took = (equal_jobs(at, size, contexts) for contexts in CONTEXTS)
        cells.append(", ".join((f"{asked}", *(f"{each:.1f}".removesuffix(".0") for each in took))))
    for tiles, contexts in zip((2, 1), CONTEXTS, strict=True):
        took, own = drawn_jobs(at, tiles, contexts)
        cells.append(f"{own + CHANGE:.1f}, {took:.1f}")
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table in Markdown."""
    for name in ARRAYS:
        print(row(name))


if __name__ == "__main__":
    main()
