# SPDX-License-Identifier: Apache-2.0
"""Smaller and simpler operands of jobs that are small already: rows and columns cut out, elements 0 or 1.

Generated data depends on a job's size, so a failure that needs certain values is lost when the size changes.
Here the bytes are kept as they are, and only what is cut out goes.
"""

from functools import partial
from typing import Any

import numpy as np

from models.formats import Bits, narrow
from tb.stimulus.job import stored_bytes
from tb.stimulus.operands import operands
from tb.stimulus.reductions import History, Pass, job_places, offer, size_of, with_job

MAX_ELEMENTS = 8192
"""Operands of a job with more elements are left as they are."""

MAX_RUNS = 256
"""Runs of elements that are tried in an operand: those of larger ones are not tried one by one."""

_ONE = 0x3C00  # 1.0 in FP16
_DIMENSIONS = ("n", "m", "k")
# Which axis of X, W and Y a dimension is; None where it is none.
_AXES: dict[str, tuple[int | None, int | None, int | None]] = {
    "m": (0, None, 0),
    "n": (1, 0, None),
    "k": (None, 1, 1),
}


def cuts(history: History) -> Pass:
    """Without runs of rows and columns, the other elements keeping their values."""
    for place, number in job_places(history):
        if size_of(history[place].jobs[number]) > MAX_ELEMENTS:
            continue
        for dimension in _DIMENSIONS:
            run = max(1, getattr(history[place].jobs[number], dimension) // 2)
            while run:
                start = 0
                while start + run <= getattr(history[place].jobs[number], dimension):
                    smaller = yield from offer(history, partial(_cut, place, number, dimension, start, run))
                    if smaller is history:
                        start += run
                    history = smaller
                run //= 2
    return history


def _cut(place: int, number: int, dimension: str, start: int, run: int, history: History) -> History:
    """Without `run` rows or columns from `start` on."""
    job = history[place].jobs[number]
    kept = [
        bits if bits is None or axis is None else np.delete(bits, slice(start, start + run), axis)
        for bits, axis in zip(operands(job), _AXES[dimension], strict=True)
    ]
    size: dict[str, Any] = {dimension: getattr(job, dimension) - run}
    return with_job(history, place, number, data=_stored(kept), **size)


def values(history: History) -> Pass:
    """With operands of zeros, or of ones, or with as many of their elements zero, else one, as go."""
    for place, number in job_places(history):
        job = history[place].jobs[number]
        if job.empty or size_of(job) > MAX_ELEMENTS:
            continue
        for operand in range(3):
            one = int(narrow(np.array([_ONE], dtype=np.uint16), job.formats[operand])[0])
            for value in (0, one):
                history = yield from _filled(history, place, number, operand, value)
    return history


def _filled(history: History, place: int, number: int, operand: int, value: int) -> Pass:
    """With elements of an operand equal to a value, all of them or ever shorter runs; zeros stay."""
    bits = operands(history[place].jobs[number])[operand]
    size = 0 if bits is None else bits.size
    run, shortest = size, -(-size // MAX_RUNS)
    while run >= max(1, shortest):
        for start in range(0, size, run):
            history = yield from offer(history, partial(_fill, place, number, operand, start, run, value))
        run //= 2
    return history


def _fill(
    place: int, number: int, operand: int, start: int, run: int, value: int, history: History
) -> History:
    job = history[place].jobs[number]
    contents = list(operands(job))
    bits = contents[operand]
    assert bits is not None
    elements = bits.reshape(-1).copy()
    part = elements[start : start + run]
    if np.isin(part, (0, value)).all():
        return history
    part[part != 0] = value
    contents[operand] = elements.reshape(bits.shape)
    return with_job(history, place, number, data=_stored(contents))


def _stored(contents: list[Bits | None]) -> tuple[bytes | None, ...]:
    return tuple(None if bits is None else stored_bytes(bits) for bits in contents)
