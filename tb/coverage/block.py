# SPDX-License-Identifier: Apache-2.0
"""Blocks of operands: the part of a job whose steps are examined."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.formats import Bits, Formats
from models.layout import load
from models.ops import Op
from tb.exchange.job import Job, overlap

_STEPS = 2048  # of a job that are looked into, all of N for as many outputs as fit


@dataclass(frozen=True, slots=True)
class StepBlock:
    """Operands of some outputs, all of their steps."""

    op: Op
    fmt: Formats
    x: Bits  # bits of X, rows x N
    w: Bits  # bits of W, N x columns
    y: Bits | None  # bits of Y, rows x columns; None where the operation reads none


def block_of(job: Job, image: NDArray[np.uint8], base: int) -> StepBlock | None:
    """The operands of a scenario's first job, as far as it is looked into; None where Z is undefined.

    `image` is the window, from `base` on, before its trigger. Undefined: contract A6.9.
    """
    if overlap(job.z_range, job.x_range) or overlap(job.z_range, job.w_range):
        return None
    if job.y_addr is not None and overlap(job.z_range, job.y_range):
        return None
    x = load(image, job.x_addr - base, job.m, job.n, job.x_fmt)
    w = load(image, job.w_addr - base, job.n, job.k, job.w_fmt)
    y = load(image, job.y_place - base, job.m, job.k, job.z_fmt) if job.op.reads_y else None
    outputs = _STEPS // job.n
    if not outputs:
        return None
    # Rows and columns from some place on, so that long operands have their turn everywhere.
    cols = min(job.k, outputs)
    rows = min(job.m, outputs // cols)
    col, row = job.data_seed % (job.k - cols + 1), job.data_seed % (job.m - rows + 1)
    part = slice(row, row + rows), slice(col, col + cols)
    return StepBlock(job.op, job.fmt, x[part[0]], w[:, part[1]], None if y is None else y[part])
