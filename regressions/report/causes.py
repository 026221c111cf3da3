# SPDX-License-Identifier: Apache-2.0
"""Cycles of jobs by cause: shares of the causes that the device's probe tells apart."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from models.ops import Op
from models.published import PublishedCase
from models.timing import utilization
from regressions.report.exercised import STEP_CLASSES, step_class
from tb.exchange.results import JobResult

KNOWN = {
    "WORKING": ("#1f8a8a", "useful steps, M*N*K"),
    "PAD_M": ("#f3dd8a", "rows of a tile outside the matrix"),
    "PAD_N": ("#d9a91f", "steps beyond N in the last chunk of H"),
    "PAD_K": ("#8f6a00", "columns of a tile outside the matrix"),
    "FILL": ("#8cc4f2", "from the first request to the first step; of a copy, to its first store"),
    "WAIT_X": ("#f4b48c", "the array stands, X is missing"),
    "WAIT_W": ("#dd6b20", "the array stands, W is missing"),
    "WAIT_Y": ("#8c3a07", "the array stands, Y is missing"),
    "Z_BLOCK": ("#b58be0", "the array stands, earlier results are not stored yet"),
    "DRAIN": ("#2459a8", "the last tile leaves and is stored; the rest of a copy"),
    "CONTROL": ("#8d949c", "before the first request; no tile descriptor; the event"),
}
"""Colour and meaning of the causes of our own probe, in the order in which they are drawn."""

_OTHERS = ("#4f9aa8", "#c77fb0", "#8f9f4a", "#b0b6bd", "#7b6bd0")
_MOST_BARS = 12


@dataclass(frozen=True, slots=True)
class Group:
    """Jobs of one kind, all their cycles together."""

    label: str  # their common property
    jobs: int  # their number
    shares: dict[str, float]  # share of each cause in their slots; the shares of a group sum to 1


def colour(name: str, names: Sequence[str]) -> str:
    """The colour of a cause among all that are drawn."""
    if name in KNOWN:
        return KNOWN[name][0]
    others = [other for other in names if other not in KNOWN]
    return _OTHERS[others.index(name) % len(_OTHERS)]


def cause_names(groups: Iterable[Group]) -> list[str]:
    """All causes that occur: the known ones in their order, then others as they come."""
    found = dict.fromkeys(name for group in groups for name in group.shares)
    return [name for name in KNOWN if name in found] + [name for name in found if name not in KNOWN]


def by_operation(jobs: Iterable[JobResult]) -> list[Group]:
    """A group for each operation, of the jobs without stalls."""
    return grouped(_free(jobs), lambda job: job.op, [op.name for op in Op])


def by_stalls(jobs: Iterable[JobResult]) -> list[Group]:
    """A group for each kind of stalls."""
    return grouped(jobs, lambda job: job.stall, ["none"])


def by_size(jobs: Iterable[JobResult]) -> list[Group]:
    """A group for each class of M*N*K, a factor of 8 wide, of the jobs without stalls."""
    return grouped(_free(jobs), _steps, ["no steps", *STEP_CLASSES])


def _steps(job: JobResult) -> str:
    steps = job.m * job.n * job.k
    return step_class(steps) if steps else "no steps"


def at_published(jobs: Iterable[JobResult], cases: Sequence[PublishedCase]) -> list[Group]:
    """A group for each published size that the run has a job of, by size; the largest if there are many."""
    found = [(_size(case), at_case(jobs, case)) for case in sorted(cases, key=lambda c: c.m * c.n * c.k)]
    groups = [Group(size, 1, _shares(job.causes.items())) for size, job in found if job and job.causes]
    return groups[-_MOST_BARS:]


def at_case(jobs: Iterable[JobResult], case: PublishedCase) -> JobResult | None:
    """The job of a published size: alone, without stalls."""
    wanted = (case.op.name, case.fmt.name, case.m, case.n, case.k)
    return next((job for job in jobs if _alone(job) and _kind(job) == wanted), None)


def first_at_cases(jobs: Iterable[JobResult], cases: Iterable[PublishedCase]) -> list[JobResult]:
    """The jobs that `at_case` finds at some published sizes, in one pass over all."""
    wanted = {(case.op.name, case.fmt.name, case.m, case.n, case.k) for case in cases}
    found: dict[tuple[str, str, int, int, int], JobResult] = {}
    for job in jobs:
        if (kind := _kind(job)) in wanted and _alone(job):
            found.setdefault(kind, job)
    return list(found.values())


def _kind(job: JobResult) -> tuple[str, str, int, int, int]:
    return job.op, job.format, job.m, job.n, job.k


def _alone(job: JobResult) -> bool:
    return job.stall == "none" and not job.queued


def published_share(case: PublishedCase) -> float | None:
    """The published utilization; None if no cycles were published."""
    return utilization(case.instance, case.m, case.n, case.k, case.published) if case.published else None


def published_sums(
    jobs: Iterable[JobResult], cases: Sequence[PublishedCase]
) -> list[tuple[str, int, int, int]]:
    """For each source: how many of its sizes the run has a job of, their published cycles, and those here."""
    sums: dict[str, tuple[int, int, int]] = {}
    for case in cases:
        job = at_case(jobs, case)
        if case.published and job is not None and job.cycles:
            count, there, here = sums.get(case.source, (0, 0, 0))
            sums[case.source] = count + 1, there + case.published, here + job.cycles
    return [(source, *numbers) for source, numbers in sums.items() if numbers[0] > 1]


def _size(case: PublishedCase) -> str:
    return f"{case.m}x{case.n}x{case.k}"


def _free(jobs: Iterable[JobResult]) -> Iterator[JobResult]:
    return (job for job in jobs if job.stall == "none")


def grouped(
    jobs: Iterable[JobResult], label: Callable[[JobResult], str], order: Sequence[str]
) -> list[Group]:
    """Sums up the jobs of each label; labels of `order` come first, in its order."""
    sums: dict[str, Counter[str]] = {}
    counts: Counter[str] = Counter()
    for job in jobs:
        if job.causes is not None:
            name = label(job)
            counts[name] += 1
            total = sums.setdefault(name, Counter())
            for cause, slots in job.causes.items():
                total[cause] += slots
    names = [name for name in order if name in sums] + sorted(set(sums) - set(order))
    return [Group(name, counts[name], _shares(sums[name].items())) for name in names]


def _shares(slots: Iterable[tuple[str, int]]) -> dict[str, float]:
    table = dict(slots)
    total = sum(table.values())
    return {cause: number / total for cause, number in table.items()}
