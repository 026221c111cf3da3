# SPDX-License-Identifier: Apache-2.0
"""Tables of the jobs that ran, by operation and size, and of how close they came to the bound."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from models.ops import Op
from tb.exchange.results import JobResult

# Upper limits of the classes of a job's largest dimension; jobs with an empty dimension have their own class.
_LIMITS = (1, 4, 8, 16, 32, 64, 128)
SIZE_CLASSES = ("a zero", "1", "2-4", "5-8", "9-16", "17-32", "33-64", "65-128", ">128")


def size_class(job: JobResult) -> str:
    """The class of a job's size: by its largest dimension, or that it has an empty one."""
    if 0 in (job.m, job.n, job.k):
        return SIZE_CLASSES[0]
    largest = max(job.m, job.n, job.k)
    place = next((i for i, limit in enumerate(_LIMITS) if largest <= limit), len(_LIMITS))
    return SIZE_CLASSES[place + 1]


@dataclass(frozen=True, slots=True)
class Grid:
    """Number of jobs by operation and size, for one kind of stalls."""

    stall: str  # the kind
    sizes: tuple[str, ...]  # columns
    rows: tuple[tuple[str, tuple[int, ...], int], ...]  # operation, count for each column, and their sum
    peak: int  # the largest count, for shading


def grids(jobs: Sequence[JobResult]) -> list[Grid]:
    """One grid for each stall kind seen, all with the same columns, so that holes show."""
    counts = Counter((job.stall, job.op, size_class(job)) for job in jobs)
    sizes = tuple(size for size in SIZE_CLASSES if any(key[2] == size for key in counts))
    stalls = sorted({job.stall for job in jobs}, key=lambda stall: (stall != "none", stall))
    names = [op.name for op in Op] + sorted({job.op for job in jobs} - {op.name for op in Op})
    result: list[Grid] = []
    for stall in stalls:
        rows = []
        for name in names:
            cells = tuple(counts[stall, name, size] for size in sizes)
            rows.append((name, cells, sum(cells)))
        result.append(Grid(stall, sizes, tuple(rows), max(max(row[1], default=0) for row in rows)))
    return result


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


def operations(jobs: Sequence[JobResult]) -> list[OperationRow]:
    """One row for each operation that ran."""
    rows: list[OperationRow] = []
    order = [op.name for op in Op]
    names = {job.op for job in jobs}
    for name in sorted(names, key=lambda op: order.index(op) if op in order else len(order)):
        mine = [job for job in jobs if job.op == name]
        free = [job.utilization for job in mine if job.stall == "none" and job.m * job.n * job.k]
        closest = max(mine, key=ratio)
        rows.append(
            OperationRow(
                op=name,
                jobs=len(mine),
                beats=sum(job.beats_read + job.beats_written for job in mine),
                median=statistics.median(free) if free else 0.0,
                best=max(free, default=0.0),
                closest=ratio(closest),
                where=f"{closest.m}x{closest.n}x{closest.k}, stalls {closest.stall}, "
                f"{closest.cycles} of {closest.bound} cycles ({closest.test}:{closest.scenario})",
            )
        )
    return rows
