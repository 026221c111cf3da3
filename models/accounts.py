# SPDX-License-Identifier: Apache-2.0
"""Accounts of engines compared: the place where two programs part."""

from collections.abc import Sequence

import numpy as np

from models.engine import EngineJob
from models.formats import per_operand
from models.product_faults import matrix_fault


def first_difference(right: Sequence[EngineJob], other: Sequence[EngineJob]) -> str:
    """Returns the first difference between the jobs of two programs, in words; empty if there is none.

    A program that does the same as another in another way, cut otherwise or written for another machine, is
    judged by the one that is known to be right: by operation, size, formats and the bits of all operands.

    Args:
        right: Jobs of the program that is right, of an engine that keeps them.
        other: Those of the other one.

    Raises:
        ValueError: An engine did not keep its jobs.
    """
    for number, (job, theirs) in enumerate(zip(right, other, strict=False)):
        place = f"job {number}, {job.label}" if job.label else f"job {number}"
        if _kind(job) != _kind(theirs):
            return f"{place}: {_kind(theirs)} instead of {_kind(job)}"
        if job.operands is None or theirs.operands is None:
            raise ValueError("operands are compared: make both engines with keep=True")
        matrices = zip("XWY", per_operand(job.fmt), job.operands, theirs.operands, strict=True)
        for name, fmt, ours, own in matrices:
            if ours is not None and own is not None and not np.array_equal(ours, own):
                count = f"{np.count_nonzero(ours != own)} of {ours.size} elements of {name} differ"
                fault = matrix_fault(ours, own, fmt)
                return f"{place}: {count}; {fault}" if fault else f"{place}: {count}"
    return "" if len(right) == len(other) else f"{len(other)} jobs instead of {len(right)}"


def _kind(job: EngineJob) -> str:
    formats = "/".join(fmt.name for fmt in per_operand(job.fmt))
    return f"{job.op.name} of {job.m} x {job.n} x {job.k} in {formats}"
