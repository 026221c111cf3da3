# SPDX-License-Identifier: Apache-2.0
"""Results of a device that takes read data a cycle early: with each read comes the data of the one before."""

import numpy as np
import numpy.typing as npt

from tb.exchange.job import Job
from tb.exchange.scenario import Window
from tb.exchange.traits import Traits
from tb.stimulus.image import predict

_WORD = 4
_MOST_READS = 512  # more are those of single elements, each of which is read again and again


def read_early(
    job: Job,
    window: Window,
    before: npt.NDArray[np.uint8],
    reads: npt.NDArray[np.int64],
    access: int,
    traits: Traits,
) -> npt.NDArray[np.uint8] | None:
    """Return the memory after a job whose reads each brought the data of the read before it.

    Operands are taken to be read in the order of their addresses; the first read has its own data.

    Args:
        job: A job with steps.
        window: Place of the memory.
        before: Its bytes before the job; uint8, shape (window.size,).
        reads: Addresses of all granted reads in their order.
        access: Bytes of a read.
        traits: Deviations of the device.

    Returns:
        As `before`; None where it cannot be told.
    """
    inside = (reads >= window.base) & (reads + access <= window.end)
    if not 1 < reads.size <= _MOST_READS or not inside.all():
        return None
    spans = [(job.x_range, job.m), (job.w_range, job.n), (job.y_range, job.m)]
    brought = before.copy()
    for previous, address in zip(reads.tolist(), reads[1:].tolist(), strict=False):
        for (first, length), rows in spans if job.op.reads_y else spans[:2]:
            row = length // rows
            next_row = first + max(0, -(-(address - first) // row)) * row
            # A row that begins within the first word is what was asked for, not the end of the one before.
            begin = next_row if next_row < address + _WORD else address
            end = min(address + access, first + length)
            if first - _WORD < address < first + length:
                source = begin - address + previous - window.base
                brought[begin - window.base : end - window.base] = before[source : source + end - begin]
    return predict(brought, (job,), window.base, traits=traits)
