# SPDX-License-Identifier: Apache-2.0
"""Tables of the jobs that ran, by operation and size, and of how close they came to the bound."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from models.ops import Op
from regressions.pictures import Cell, HeatMap
from tb.exchange.results import JobResult

# Upper limits of the classes of a job's largest dimension; jobs with an empty dimension have their own class.
_LIMITS = (1, 4, 8, 16, 32, 64, 128)
_SHORT = 10_000  # from here on numbers are in thousands
SIZE_CLASSES = ("a zero", "1", "2-4", "5-8", "9-16", "17-32", "33-64", "65-128", ">128")


_STEPS = (8, 64, 512, 4096, 32768, 262144)


def size_class(job: JobResult) -> str:
    """The class of a job's size: by its largest dimension, or that it has an empty one."""
    return class_of(max(job.m, job.n, job.k) if job.m * job.n * job.k else 0)


def class_of(size: int) -> str:
    """The class of a dimension."""
    place = next((i for i, limit in enumerate(_LIMITS) if size <= limit), len(_LIMITS))
    return SIZE_CLASSES[place + 1] if size else SIZE_CLASSES[0]


def step_class(steps: int) -> str:
    """The class of a number of steps M*N*K that is not zero, a factor of 8 wide."""
    limit = next((limit for limit in _STEPS if steps < limit), None)
    return f"{_count(_STEPS[-1])} and more" if limit is None else f"below {_count(limit)}"


def _count(steps: int) -> str:
    return f"{steps // 1024} K" if steps >= 1024 else str(steps)


STEP_CLASSES = tuple(map(step_class, (*(limit - 1 for limit in _STEPS), _STEPS[-1])))
"""All classes of steps, by size."""


def exercised(jobs: Iterable[JobResult]) -> list[HeatMap]:
    """Numbers of jobs by operation, stalls and size, two of these each; what was not reached stays empty."""
    counts = Counter((job.op, job.stall, size_class(job)) for job in jobs)
    if not counts:
        return []
    ops = [op.name for op in Op] + sorted({op for op, _, _ in counts} - {op.name for op in Op})
    stalls = sorted({stall for _, stall, _ in counts}, key=lambda stall: (stall != "none", stall))
    sizes = [size for size in SIZE_CLASSES if any(key[2] == size for key in counts)]
    size = "largest of M, N, K"
    return [
        _counted("Jobs by operation and size", counts, (2, size, sizes), (0, "operation", ops)),
        _counted("Jobs by stalls and size", counts, (2, size, sizes), (1, "stalls", stalls)),
        _counted("Jobs by stalls and operation", counts, (0, "operation", ops), (1, "stalls", stalls)),
    ]


def _counted(
    title: str,
    counts: Counter[tuple[str, str, str]],
    across: tuple[int, str, Sequence[str]],
    down: tuple[int, str, Sequence[str]],
) -> HeatMap:
    """Counts over two parts of their keys, each with its name and classes."""
    sums: Counter[tuple[str, str]] = Counter()
    for key, count in counts.items():
        sums[key[across[0]], key[down[0]]] += count
    peak = max(sums.values())
    cells = {
        key: Cell(_short(count), (count / peak) ** 0.5, f"{count} jobs" if count >= _SHORT else "")
        for key, count in sums.items()
    }
    holes = len(across[2]) * len(down[2]) - len(cells)
    text = f"{holes} of {len(across[2]) * len(down[2])} cells are empty." if holes else "No cell is empty."
    return HeatMap(title, across[1], down[1], across[2], down[2], cells, text)


def _short(count: int) -> str:
    return str(count) if count < _SHORT else f"{count // 1000}k"


@dataclass(frozen=True, slots=True)
class OperationRow:
    """Speed of one operation."""

    op: str  # operation
    jobs: int  # jobs that passed
    beats: int  # beats on the wide port
    median: float  # median utilization of the jobs without stalls
    best: float  # the best of them
    closest: float  # the largest ratio of cycles to bound
    where: str  # size and stalls of that job


def ratio(job: JobResult) -> float:
    """Cycles of a job relative to its bound; 0 where it has none."""
    return job.cycles / job.bound if job.cycles is not None and job.bound else 0.0


def operations(jobs: Iterable[JobResult]) -> list[OperationRow]:
    """One row for each operation that ran."""
    count, beats = Counter[str](), Counter[str]()
    free: dict[str, array[float]] = {}
    closest: dict[str, JobResult] = {}
    for job in jobs:
        op = job.op
        count[op] += 1
        beats[op] += job.beats_read + job.beats_written
        if job.stall == "none" and job.m * job.n * job.k:
            free.setdefault(op, array("d")).append(job.utilization)
        if op not in closest or ratio(job) > ratio(closest[op]):
            closest[op] = job
    order = [op.name for op in Op]
    names = sorted(count, key=lambda op: order.index(op) if op in order else len(order))
    return [
        OperationRow(
            op=name,
            jobs=count[name],
            beats=beats[name],
            median=float(np.median(free[name])) if name in free else 0.0,
            best=max(free.get(name, ()), default=0.0),
            closest=ratio(job),
            where=f"{job.m}x{job.n}x{job.k}, stalls {job.stall}, "
            f"{job.cycles} of {job.bound} cycles ({job.test}:{job.scenario})",
        )
        for name in names
        for job in [closest[name]]
    ]
