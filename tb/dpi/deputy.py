# SPDX-License-Identifier: Apache-2.0
"""The deputy of a bench (`deputy.h`), mapped in place with ctypes."""

import ctypes as ct
from collections.abc import Sequence
from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt

from tb.dpi.layout import fields

WORDS = 64
MOST_JOBS = 16
MOST_CONTEXTS = 4
NO_CAUSE = 16
KINDS = (
    *("", "job register", "ACQUIRE", "FINISHED", "STATUS", "RUNNING_JOB"),
    *("TRIGGER", "SOFT_CLEAR", "unknown"),
)
"""Meaning of a word of the register file is (`RegisterKind` in bench.h)."""

JOB_ROW = Struct("<6Q6I")
"""First bytes and lengths of X, W and Z; M, N, K, core, whether Y is read, whether rows work in
pairs: `JudgedJob` up to its task."""
TASK_BYTES = 18 * 8
"""Bytes of the task of the array's schedule, with which a `JudgedJob` ends."""
MeasuredRow = tuple[int, ...]
"""Edges of trigger, event and start; cycles waiting, reads, writes; slots of the causes (`Measured`)."""
MEASURED_ROW = Struct("<22Q")
TRACE_ROW = Struct("<6B2x")


class QueuedJobRow(ct.Structure):
    """A job queued or running (`QueuedJob` in bench.h)."""

    _fields_ = fields("u64 triggered", "u32 id core_id context padding")


class RegisterState(ct.Structure):
    """State of the register file (`RegisterState` in bench.h)."""

    _fields_ = (
        *fields("u64 turn_since"),
        ("queue", QueuedJobRow * MOST_CONTEXTS),
        *fields("u32 queued holder held_id next_id next_context finished shown_before was_read"),
        ("last_reads", ct.c_uint32 * 8),
        ("values", ct.c_uint32 * WORDS),
    )


class DeputyHandle:
    """The deputy of one bench instance.

    Attributes:
        state: Of the register file, before the next scenario.

    Args:
        bench: Pointer to the bench instance.
    """

    def __init__(self, library: Any, bench: ct.c_void_p) -> None:
        for name in ("device", "state", "measured", "traces"):
            getattr(library, f"bench_py_deputy_{name}").restype = ct.c_void_p
        self.state = RegisterState.from_address(library.bench_py_deputy_state(bench))
        self._device = (ct.c_uint32 * (2 * WORDS + 10)).from_address(library.bench_py_deputy_device(bench))
        measured = (ct.c_uint8 * (MEASURED_ROW.size * MOST_JOBS)).from_address(
            library.bench_py_deputy_measured(bench)
        )
        self._measured = memoryview(measured)
        self._traces: Any = library.bench_py_deputy_traces
        self._bench = bench
        quick = ct.PyDLL(None)  # keeps Python's global lock, as `tb.dpi.player`
        self._clean: Any = quick.bench_py_deputy_clean
        self._clean.argtypes = (ct.c_void_p, ct.c_char_p, ct.c_uint32, ct.c_void_p)
        self._schedule: Any = quick.bench_py_deputy_schedule
        self._schedule.argtypes, self._schedule.restype = (ct.c_void_p, ct.c_void_p), None

    def describe(self, words: Sequence[tuple[int, int]], numbers: Sequence[int], schedule: Any) -> None:
        """Tell what the device is.

        Args:
            words: Place in `KINDS` and writable bits of each word of the register file.
            numbers: The rest of `JudgedDevice`.
            schedule: Gives the course of a job, `Schedule` in deputy.h; None for a device that does not
                promise to keep one.
        """
        self._kept = schedule  # as long as it may be called
        self._schedule(self._bench, ct.cast(schedule, ct.c_void_p))
        kinds, writable = zip(*words, strict=True)
        self._device[:] = [*kinds, *writable, *numbers]

    def clean(self, jobs: bytes, count: int, expected: npt.NDArray[np.uint8]) -> list[MeasuredRow] | None:
        """Judge the logs and the memory of a scenario.

        Args:
            jobs: A `JOB_ROW` and a task each.
            count: Their number, `MOST_JOBS` at most.
            expected: The window's bytes after the last job.

        Returns:
            What was measured of each job; None where it is not certain that nothing is wrong.
        """
        memory = ct.byref(ct.c_char.from_buffer(expected.data))
        if not self._clean(self._bench, jobs, count, memory):
            return None
        return list(MEASURED_ROW.iter_unpack(self._measured[: MEASURED_ROW.size * count]))

    def traces(self, count: int) -> list[tuple[int, int, int, int, int, int | None]]:
        """The accesses of the scenario that was judged last (`tb.registers.model.AccessTrace`).

        Args:
            count: Their number.
        """
        content = ct.string_at(self._traces(self._bench), TRACE_ROW.size * count) if count else b""
        return [(*rest, holder or None) for *rest, holder in TRACE_ROW.iter_unpack(content)]
