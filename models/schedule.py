# SPDX-License-Identifier: Apache-2.0
"""Exact cycles of the array's jobs and where they go, by its schedule (`schedule.cpp`, docs/accelerator.md).

The contract bounds the cycles of any device (A8.3); this is what ``rtl/redmule`` takes, to the cycle, with
any pattern of waiting cycles, alone and queued. It is compiled when first needed, as the other kernels are.
"""

import ctypes as ct
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.formats import Formats, per_operand
from models.kernel import library
from models.ops import Op
from models.timing import Instance

SOURCE = Path(__file__).with_name("schedule.cpp")
CAUSES = (
    "CONTROL", "FILL", "WORKING", "PAD_M", "PAD_N", "PAD_K", "WAIT_X", "WAIT_W", "WAIT_Y", "Z_BLOCK", "DRAIN",
)  # fmt: skip
"""Causes of the slots of a job, as the array's probe names them (docs/accelerator.md)."""
NONE: NDArray[np.int64] = np.empty(0, np.int64)
"""No waiting cycles."""
FOR_EVER = 1 << 40
"""A cycle that no simulation comes to."""
_REMEMBERED = 4096  # shapes without waiting cycles


STREAMS = ("X", "W", "Y", "Z")
"""Streams of the port, as `STEP` numbers them; further numbers are none."""
STEP = np.dtype(
    [
        *((name, np.int32) for name in ("job", "tile", "chunk", "col", "left_job", "left", "asking")),
        *((name, np.int16) for name in ("rows", "steps")),
        *((name, np.int8) for name in ("stream", "granted", "advances", "cause")),
    ]
)
"""A cycle: the job to which its slots belong; the column that enters the array, with the rows and steps that
the job has in it; the job and tile whose sums leave; the job whose request is on the port, its stream, and
whether it is granted; whether the array advances; the cause of its slots, `CAUSES` by number, where
columns of the matrix are WORKING. Tiles are counted from each job's first; -1 is none."""


class Buffers(NamedTuple):
    """Depth of the array's buffers, as far as it was a choice."""

    w_sets: int = 2  # rows of W for each compute element, the active one included
    ring: int = 8  # tile descriptors between tiler and the last store


OWN = Buffers()
"""Those of ``rtl/redmule``."""


class Course(NamedTuple):
    """Course of a job."""

    cycles: int  # from the grant of the trigger to the event (contract A8.1)
    causes: dict[str, int]  # slots, one for each compute element and cycle, of each of `CAUSES` that has some


class TriggeredJob(NamedTuple):
    """A job and the cycle in which its trigger is granted."""

    trigger: int
    op: Op
    m: int
    n: int
    k: int
    fmt: Formats
    addresses: tuple[int, int, int]  # of X, W and Z
    paired: bool = False  # in fault-tolerant mode


class _Task(ct.Structure):
    _fields_ = [(name, ct.c_int64) for name in (
        "h", "l", "p", "dw", "w_sets", "ring", "rows", "m", "n", "k", "reads_y", "x_bytes", "w_bytes",
        "z_bytes", "x_addr", "w_addr", "z_addr", "trigger",
    )]  # fmt: skip


_ARGUMENTS = (ct.c_void_p, ct.c_size_t, ct.c_void_p, ct.c_size_t, ct.c_int64, ct.c_void_p, ct.c_void_p)


def schedule(
    instance: Instance, op: Op, m: int, n: int, k: int, fmt: Formats, waiting: NDArray[np.int64] = NONE
) -> Course:
    """Returns the course of a job that runs alone.

    Args:
        instance: shape of the array.
        op: operation.
        m: rows of X and Z.
        n: columns of X, rows of W.
        k: columns of W and Z.
        fmt: formats.
        waiting: cycles without a grant, ascending, 1 for the one after the trigger's grant; int64, any
            number. It does not matter whether those without a request are among them.

    Raises:
        OSError: the schedule cannot be compiled.
    """
    if waiting.size:
        return course(instance, op, m, n, k, fmt, waiting)
    return _alone(instance, op, m, n, k, fmt)


def queue(
    instance: Instance, jobs: Sequence[TriggeredJob], waiting: NDArray[np.int64] = NONE, last: int = FOR_EVER
) -> list[Course | None]:
    """Returns the courses of jobs that are triggered one after another, as if the device was idle before.

    A cycle's slots belong to one job: the one whose column enters the array, or else the oldest that has
    not ended, or whose event it is. So the slots of jobs that follow each other without an idle cycle are
    those of all cycles from the first trigger's to the last event's, but a job may have more than fit
    between the event before and its own.

    Args:
        instance: shape of the array.
        jobs: in the order of their triggers, no more of them queued or running than contexts.
        waiting: cycles without a grant, ascending, counted as the triggers are.
        last: cycle up to which it goes.

    Returns:
        The courses; None for a job whose event comes later than `last`.

    Raises:
        OSError: the schedule cannot be compiled.
    """
    tasks = [_triggered(instance, job) for job in jobs]
    return [
        Course(event - job.trigger, causes) if event else None
        for job, event, causes in zip(jobs, *_run(tasks, waiting, last), strict=True)
    ]


def course(
    instance: Instance,
    op: Op,
    m: int,
    n: int,
    k: int,
    fmt: Formats,
    waiting: NDArray[np.int64] = NONE,
    buffers: Buffers = OWN,
) -> Course:
    """Computes `schedule`, for an array with other buffers too."""
    events, causes = _run([task(instance, op, m, n, k, fmt, buffers)], waiting)
    return Course(events[0], causes[0])


_alone = lru_cache(_REMEMBERED)(course)


def steps(
    instance: Instance, op: Op, m: int, n: int, k: int, fmt: Formats, waiting: NDArray[np.int64] = NONE
) -> NDArray[np.void]:
    """Returns what happens in each cycle of a job, as `STEP`; the first is cycle 1, the last the event's.

    Arguments and errors are those of `schedule`.
    """
    alone = TriggeredJob(0, op, m, n, k, fmt, (0, 0, 0), instance.paired)
    return queue_steps(instance, [alone], schedule(instance, op, m, n, k, fmt, waiting).cycles, waiting)


def queue_steps(
    instance: Instance, jobs: Sequence[TriggeredJob], cycles: int, waiting: NDArray[np.int64] = NONE
) -> NDArray[np.void]:
    """Returns what happens in each of the first cycles of `queue`, as `STEP`; the first is cycle 1."""
    taken = nothing(cycles)
    _run([_triggered(instance, job) for job in jobs], waiting, cycles, taken)
    return taken


def task(
    instance: Instance,
    op: Op,
    m: int,
    n: int,
    k: int,
    fmt: Formats,
    buffers: Buffers = OWN,
    addresses: tuple[int, int, int] = (0, 0, 0),
    trigger: int = 0,
) -> _Task:
    """Returns a job as `compiled_schedule` takes it: numbers of 64 bits, the last of them `trigger`."""
    sizes = [each.itemsize for each in per_operand(fmt)]
    shape = (instance.h, instance.l, instance.p, instance.dw)
    return _Task(*shape, *buffers, instance.tile_rows, m, n, k, op.reads_y, *sizes, *addresses, trigger)


def nothing(cycles: int) -> NDArray[np.void]:
    """Returns so many cycles in which nothing happens, as `STEP`; their cause is CONTROL."""
    taken = np.zeros(cycles, STEP)
    for name in ("job", "tile", "chunk", "col", "left_job", "left", "asking"):
        taken[name] = -1
    taken["stream"] = len(STREAMS)
    return taken


def _triggered(instance: Instance, job: TriggeredJob) -> _Task:
    mode = instance.in_mode(paired=job.paired)
    return task(mode, *job[1:6], addresses=job.addresses, trigger=job.trigger)


def _run(
    tasks: Sequence[_Task],
    waiting: NDArray[np.int64],
    last: int = FOR_EVER,
    taken: NDArray[np.void] | None = None,
) -> tuple[list[int], list[dict[str, int]]]:
    """Cycle of the event of each job, and its slots by cause; what happens up to `last` goes to `taken`."""
    count = len(tasks)
    denied = np.ascontiguousarray(waiting, np.int64)
    events, slots = np.zeros(count, np.int64), np.zeros((count, len(CAUSES)), np.int64)
    given = (_Task * count)(*tasks), count, denied.ctypes.data, denied.size, last
    counted = events.ctypes.data, slots.ctypes.data
    if taken is None:
        compiled_schedule()(*given, *counted)
    else:
        _library().schedule_trace(*given, *counted, taken.ctypes.data)
    causes = [{name: n for name, n in zip(CAUSES, row, strict=True) if n} for row in slots.tolist()]
    return events.tolist(), causes


@cache
def compiled_schedule() -> "ct._NamedFuncPointer":
    """Returns the compiled function, `schedule_run`.

    Raises:
        OSError: it cannot be compiled.
    """
    run = _library().schedule_run
    run.argtypes = _ARGUMENTS
    run.restype = None
    return run


@cache
def _library() -> ct.CDLL:
    compiled = ct.CDLL(str(library("plain", source=SOURCE)))
    compiled.schedule_trace.argtypes = (*_ARGUMENTS, ct.c_void_p)
    compiled.schedule_trace.restype = None
    return compiled
