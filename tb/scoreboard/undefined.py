# SPDX-License-Identifier: Apache-2.0
"""Which bytes of memory the contract leaves undefined after a scenario (section 6)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tb.stimulus.job import Range, Scenario


def _overlap(one: Range, other: Range) -> bool:
    """Whether two ranges (address, bytes) share a byte; operands never wrap, they lie in a window."""
    return one[1] > 0 and other[1] > 0 and one[0] < other[0] + other[1] and other[0] < one[0] + one[1]


def undefined_bytes(scenario: Scenario) -> npt.NDArray[np.bool_] | None:
    """Bytes whose value is undefined at the end.

    A job whose Z overlaps its X or W leaves Z undefined; what later jobs compute from such bytes is undefined
    too, until a job writes defined values over them.

    Returns:
        Array of shape (window.size,), or None when every byte is defined.
    """
    if not any(
        _overlap(job.z_range, operand) for job in scenario.jobs for operand in (job.x_range, job.w_range)
    ):
        return None
    base = scenario.window.base
    mask = np.zeros(scenario.window.size, dtype=np.bool_)
    for job in scenario.jobs:
        first, length = job.z_range
        reads = [job.x_range, job.w_range, *([job.z_range] if job.op.reads_y else [])]
        tainted = any(mask[start - base : start - base + size].any() for start, size in reads if size)
        overlapping = _overlap(job.z_range, job.x_range) or _overlap(job.z_range, job.w_range)
        if length:
            mask[first - base : first - base + length] = tainted or overlapping
    return mask
