# SPDX-License-Identifier: Apache-2.0
"""Exact cycles of the array's jobs and where they go, by its schedule (`schedule.cpp`, docs/accelerator.md).

The contract bounds the cycles of any device (A8.3); this is what ``rtl/redmule`` takes, to the cycle, with
any pattern of waiting cycles. It is compiled when first needed, as the other kernels are.
"""

import ctypes as ct
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
_REMEMBERED = 4096  # shapes without waiting cycles


STREAMS = ("X", "W", "Y", "Z")
"""Streams of the port, as `STEP` numbers them; further numbers are none."""
STEP = np.dtype(
    [
        *((name, np.int32) for name in ("tile", "chunk", "col", "left")),
        *((name, np.int16) for name in ("rows", "steps")),
        *((name, np.int8) for name in ("stream", "granted", "advances", "cause")),
    ]
)
"""A cycle: the column that enters the array, with the rows and steps that the job has in it; the tile whose
sums leave; the stream whose request is on the port, and whether it is granted; whether the array advances;
the cause of its slots, `CAUSES` by number, where columns of the matrix are WORKING. -1 is none."""


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


class _Task(ct.Structure):
    _fields_ = [(name, ct.c_int64) for name in (
        "h", "l", "p", "dw", "w_sets", "ring", "m", "n", "k", "reads_y", "x_bytes", "w_bytes", "z_bytes",
    )]  # fmt: skip


def schedule(
    instance: Instance, op: Op, m: int, n: int, k: int, fmt: Formats, waiting: NDArray[np.int64] = NONE
) -> Course:
    """Returns the course of a job that runs alone.

    A job that is queued behind another begins with the grant of the other's last write, and takes the same
    cycles from there; counted from the other's event, which is one later, it takes one less.

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
    slots = (ct.c_int64 * len(CAUSES))()
    denied = np.ascontiguousarray(waiting, np.int64)
    job = task(instance, op, m, n, k, fmt, buffers)
    cycles = compiled_schedule()(ct.byref(job), denied.ctypes.data, denied.size, slots)
    return Course(cycles, {name: count for name, count in zip(CAUSES, slots, strict=True) if count})


_alone = lru_cache(_REMEMBERED)(course)


def steps(
    instance: Instance, op: Op, m: int, n: int, k: int, fmt: Formats, waiting: NDArray[np.int64] = NONE
) -> NDArray[np.void]:
    """Returns what happens in each cycle of a job, as `STEP`; the first is cycle 1, the last the event's.

    Arguments and errors are those of `schedule`.
    """
    cycles = schedule(instance, op, m, n, k, fmt, waiting).cycles
    slots, denied = (ct.c_int64 * len(CAUSES))(), np.ascontiguousarray(waiting, np.int64)
    taken = nothing(cycles)
    job = task(instance, op, m, n, k, fmt)
    trace = _library().schedule_trace
    trace.argtypes = (ct.POINTER(_Task), ct.c_void_p, ct.c_size_t, ct.c_void_p, ct.c_void_p, ct.c_int64)
    trace.restype = ct.c_int64
    trace(ct.byref(job), denied.ctypes.data, denied.size, slots, taken.ctypes.data, cycles)
    return taken


def task(
    instance: Instance, op: Op, m: int, n: int, k: int, fmt: Formats, buffers: Buffers = OWN
) -> ct.Structure:
    """Returns a job as `compiled_schedule` takes it: thirteen numbers of 64 bits."""
    sizes = [each.itemsize for each in per_operand(fmt)]
    shape = (instance.h, instance.l, instance.p, instance.dw)
    return _Task(*shape, *buffers, m, n, k, op.reads_y, *sizes)


def nothing(cycles: int) -> NDArray[np.void]:
    """Returns so many cycles in which nothing happens, as `STEP`; their cause is CONTROL."""
    taken = np.zeros(cycles, STEP)
    for name in ("tile", "chunk", "col", "left"):
        taken[name] = -1
    taken["stream"] = len(STREAMS)
    return taken


@cache
def compiled_schedule() -> "ct._NamedFuncPointer":
    """Returns the compiled function, `schedule_run`.

    Raises:
        OSError: it cannot be compiled.
    """
    run = _library().schedule_run
    run.argtypes = (ct.POINTER(_Task), ct.c_void_p, ct.c_size_t, ct.c_void_p)
    run.restype = ct.c_int64
    return run


@cache
def _library() -> ct.CDLL:
    return ct.CDLL(str(library("plain", source=SOURCE)))
