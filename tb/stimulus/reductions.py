# SPDX-License-Identifier: Apache-2.0
"""Reductions of a failing history of scenarios, one at a time.

A pass is a generator with feedback: it yields a candidate, is told whether that still fails, and goes on from
the smallest history that does. A candidate that cannot be built, such as one with an operand outside of its
window, is not offered.
"""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from functools import partial
from typing import Any

from msgspec.structs import replace

from models.formats import Format
from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.scenario import NO_STALL, Scenario
from tb.stimulus.placement import DEFAULT_BASE, lay_out

History = tuple[Scenario, ...]
"""Scenarios that run one after the other on a device that was just reset; the last one fails."""

Pass = Generator[History, bool, History]
"""Yields candidates, is sent whether each still fails, and returns the smallest that does."""

_ALIGNMENTS = (64, 4)  # bytes: as directed jobs have it, and a word
_LOWEST_RATE = 0.02
_SMALL = 8  # sizes up to this one are all tried


def offer(history: History, change: Callable[[History], History]) -> Pass:
    """Offers one change of a history."""
    try:
        candidate = change(history)
    except ValueError:
        return history
    if candidate != history and (yield candidate):
        return candidate
    return history


def lowered(history: History, value: int, low: int, put: Callable[[int, History], History]) -> Pass:
    """Offers smaller numbers: the lowest, then as far down as goes, by halves at first and by one at last.

    `put` makes a history with another number.
    """
    if value <= low:
        return history
    lowest = yield from offer(history, partial(put, low))
    if lowest is not history:
        return lowest
    step = max(1, value // 2)
    while step:
        smaller = history
        if value - step > low:
            smaller = yield from offer(history, partial(put, value - step))
        if smaller is history:
            step //= 2
        else:
            history, value = smaller, value - step
    return history


def with_scenario(history: History, place: int, **changes: Any) -> History:
    """The history with fields of one scenario changed."""
    changed = replace(history[place], **changes)
    return (*history[:place], changed, *history[place + 1 :])


def with_job(history: History, place: int, number: int, **changes: Any) -> History:
    """The history with fields of one job changed."""
    jobs = history[place].jobs
    changed = replace(jobs[number], **changes)
    return with_scenario(history, place, jobs=(*jobs[:number], changed, *jobs[number + 1 :]))


def places(history: History) -> Iterator[int]:
    """The scenarios, the failing one first, then back to the first."""
    return iter(reversed(range(len(history))))


def job_places(history: History) -> Iterator[tuple[int, int]]:
    """All jobs by scenario and position, those of the failing scenario first."""
    return ((place, number) for place in places(history) for number in range(len(history[place].jobs)))


def size_of(job: Job) -> int:
    """Elements of X, W and Y."""
    return sum(rows * columns for rows, columns in job.shapes)


def scenarios_before(history: History) -> Pass:
    """Without scenarios that ran before the failing one: without all, then without ever shorter runs."""
    history = yield from offer(history, lambda h: h[-1:])
    run = (len(history) - 1) // 2
    while run:
        start = 0
        while start + run < len(history):
            shorter = yield from offer(history, partial(_without_scenarios, start, run))
            if shorter is history:
                start += run
            history = shorter
        run //= 2
    return history


def _without_scenarios(start: int, run: int, history: History) -> History:
    return history[:start] + history[start + run :]


def jobs(history: History) -> Pass:
    """Without jobs of a scenario; with jobs that are cut short running to their ends, or cut less often."""
    for place in places(history):
        history = yield from offer(history, partial(with_scenario, place=place, abort=None))
        abort = history[place].abort
        for number in reversed(range(len(abort.again) if abort is not None else 0)):
            history = yield from offer(history, partial(_without_cut, place, number))
        for number in reversed(range(len(history[place].jobs))):
            if history[place].abort is not None:
                history = yield from offer(history, partial(_without_job, place, number))
        for number in reversed(range(len(history[place].jobs))):
            history = yield from offer(history, partial(_without_job, place, number, abort=None))
    return history


def _without_cut(place: int, number: int, history: History) -> History:
    abort = history[place].abort
    assert abort is not None
    again = abort.again[:number] + abort.again[number + 1 :]
    return with_scenario(history, place, abort=replace(abort, again=again))


def _without_job(place: int, number: int, history: History, **changes: Any) -> History:
    rest = history[place].jobs
    return with_scenario(history, place, jobs=rest[:number] + rest[number + 1 :], **changes)


def stalls(history: History) -> Pass:
    """With fewer stalls, or none, and a plainer memory; with a job cut nearer to its trigger, by core 0."""
    for place in places(history):
        history = yield from offer(history, partial(with_scenario, place=place, stall=NO_STALL))
        for field, plain in (("write_r_valid", "never"), ("gnt_without_req", False), ("seed", 0)):
            history = yield from offer(history, partial(_with_stall, place, field, plain))
        history = yield from _rarer(history, place)
        history = yield from lowered(
            history, history[place].stall.burst, 1, partial(_with_stall, place, "burst")
        )
        for field in ("after", "value", "core"):
            present = getattr(history[place].abort, field, 0)
            history = yield from lowered(history, present, 0, partial(_with_abort, place, field))
    return history


def _rarer(history: History, place: int) -> Pass:
    """With half the rate of stalls, as often as goes."""
    while (rate := round(history[place].stall.rate / 2, 4)) >= _LOWEST_RATE:
        fewer = yield from offer(history, partial(_with_stall, place, "rate", rate))
        if fewer is history:
            break
        history = fewer
    return history


def _with_stall(place: int, field: str, value: Any, history: History) -> History:
    return with_scenario(history, place, stall=replace(history[place].stall, **{field: value}))


def _with_abort(place: int, field: str, value: int, history: History) -> History:
    abort = history[place].abort
    assert abort is not None
    change: dict[str, Any] = {field: value}
    return with_scenario(history, place, abort=replace(abort, **change))


def sizes(history: History, divisors: Collection[int] = ()) -> Pass:
    """With smaller N, M and K of jobs whose data is generated; explicit data is cut by another pass.

    A defect may ask for a remainder: the smallest sizes, and those of the same remainders, come first.
    """
    for place, number in job_places(history):
        for field in ("n", "m", "k"):
            if history[place].jobs[number].data is None:
                put = partial(_with_field, place, number, field)
                size = getattr(history[place].jobs[number], field)
                history = yield from _first(history, _like(size, divisors), put)
                history = yield from lowered(history, getattr(history[place].jobs[number], field), 0, put)
    return history


def _like(size: int, divisors: Collection[int]) -> list[int]:
    """Smaller sizes that may be enough: small ones, and those with a remainder of this one."""
    remainders = (size % divisor + more for divisor in divisors for more in (0, divisor))
    return sorted({each for each in (*range(_SMALL + 1), *remainders) if each < size})


def _first(history: History, values: Iterable[int], put: Callable[[int, History], History]) -> Pass:
    """Offers numbers in turn, until one still fails."""
    for value in values:
        smaller = yield from offer(history, partial(put, value))
        if smaller is not history:
            return smaller
    return history


def _with_field(place: int, number: int, field: str, value: Any, history: History) -> History:
    return with_job(history, place, number, **{field: value})


def settings(history: History) -> Pass:
    """With plainer jobs: operation, formats, operand classes, core, seeds."""
    for place, number in job_places(history):
        for field, plain in _plainer(history[place].jobs[number]):
            history = yield from offer(history, partial(_with_field, place, number, field, plain))
    for place in places(history):
        history = yield from offer(history, partial(with_scenario, place=place, poison_seed=0))
    return history


def _plainer(job: Job) -> Iterator[tuple[str, Any]]:
    """Fields of a job and what is plainer there; what decides the length of explicit data stays."""
    yield from (("op", op) for op in (Op.MATMUL, Op.GEMM) if op < job.op)
    yield from (("core", 0), ("data_seed", 0), ("y_addr", None))
    if job.data is None:
        yield from (("fmt", Format.FP16), ("classes", ("normal", "normal", "normal")))
        for operand in range(3):
            yield "classes", (*job.classes[:operand], "normal", *job.classes[operand + 1 :])


def addresses(history: History) -> Pass:
    """With aligned pointers; with the operands of a lone job one after the other in a small window."""
    for place, number in job_places(history):
        if history[place].abort is not None:
            continue  # its jobs share no memory, which a pointer that moves could change
        for field in _pointers(history[place].jobs[number]):
            for alignment in _ALIGNMENTS:
                aligned = getattr(history[place].jobs[number], field) // alignment * alignment
                history = yield from offer(history, partial(_with_field, place, number, field, aligned))
    for place in places(history):
        if len(history[place].jobs) == 1:
            history = yield from offer(history, partial(_close_together, place))
    return history


def _pointers(job: Job) -> tuple[str, ...]:
    """Fields that are addresses of operands."""
    return ("x_addr", "w_addr", "z_addr") if job.y_addr is None else ("x_addr", "w_addr", "z_addr", "y_addr")


def _close_together(place: int, history: History) -> History:
    """The operands of a scenario's only job one after the other, as misaligned as they were."""
    (job,) = history[place].jobs
    fields = _pointers(job)
    lengths = [getattr(job, field.replace("addr", "range"))[1] for field in fields]
    misaligned = [getattr(job, field) % _ALIGNMENTS[-1] for field in fields]
    window, placed = lay_out(lengths, misaligned, DEFAULT_BASE)
    pointers: dict[str, Any] = dict(zip(fields, placed, strict=True))
    return with_scenario(history, place, jobs=(replace(job, **pointers),), window=window)
