# SPDX-License-Identifier: Apache-2.0
"""Directed test of the sizes whose cycles are published or limited one by one (contract A8.6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.formats import Format
from models.ops import Op
from models.published import cases_of
from tb.sequences.directed import DirectedTest
from tb.stimulus.job import GemmJob
from tb.stimulus.rng import np_stream

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv
    from tb.exchange.device import Descriptor


class SpeedTable(DirectedTest):
    """Runs each job of the table alone and without stalls; one slower than its row fails, like any slow job.

    An instance without rows of its own runs a job of nine tiles, which the general bound limits.
    """

    @classmethod
    def planned(cls, device: Descriptor) -> int:
        """Count the jobs, one of each size."""
        return sum(1 for _ in sizes(device))

    async def run(self, env: RedmuleEnv) -> None:
        """Run one job of each size."""
        random = np_stream(self.seed, self.name, self.index)
        for number, (op, fmt, m, n, k) in enumerate(sizes(env.descriptor)):

            def matrix(rows: int, cols: int) -> npt.NDArray[np.float64]:
                return random.normal(size=(rows, cols))

            job = GemmJob(matrix(m, n), matrix(n, k), matrix(m, k), op=op, fmt=fmt)
            await env.run_scenario(job.scenario(number))


def sizes(device: Descriptor) -> Iterator[tuple[Op, Format, int, int, int]]:
    """Operation, format, M, N and K of each job of the table that a device can run."""
    cases = [
        case
        for case in cases_of(device.instance)
        if case.op in device.operations and case.fmt in device.formats
    ]
    for case in cases:
        yield case.op, case.fmt, case.m, case.n, case.k
    if not cases:
        at = device.instance
        yield Op.GEMM, device.formats[0], 3 * at.tile_rows, 4 * at.h, 3 * at.tile_cols
