# SPDX-License-Identifier: Apache-2.0
"""Second opinions on the reference model: outputs of each job, recomputed step by step by others.

The scoreboard compares the device with the model, bit for bit. Here the model itself is compared with an
oracle in exact integers, and with FPnew alone; neither shares code with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.gemm import partial_sums
from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.status import Status
from tb.opinions import library
from tb.stimulus.rng import derive, stream

Fp16 = NDArray[np.uint16]
Chains = Callable[[Op, Fp16, Fp16, Fp16], Fp16]
"""Accumulators after 0 .. N steps: from rows of X and columns of W, (outputs, N), and the start."""

OUTPUTS = 16
_WHOLE_STEPS = 1 << 16  # of a job that is recomputed whole: some 20 ms


SOURCES: Mapping[str, Chains] = {"oracle": library.exact_chains, "FPnew": library.fpnew_chains}
"""Sources of second opinions, by name."""


@dataclass(frozen=True, slots=True)
class SecondOpinions:
    """Asks for second opinions on jobs.

    Attributes:
        outputs: Elements of Z of each job, chosen by its seed, of which all N steps are recomputed.
        share: One job in this many has all outputs recomputed, if it is not too long; 0 for none.
        sources: Names of the sources that are asked.
    """

    outputs: int = OUTPUTS
    share: int = 0
    sources: tuple[str, ...] = tuple(SOURCES)

    def on(self, position: int, job: Job, x: Fp16, w: Fp16, y: Fp16 | None, z: Fp16) -> list[Finding]:
        """Compare the model's result of a job with the other ones.

        Args:
            position: Of the job in its scenario.
            job: Job that was computed.
            x: FP16 bits of X, (M, N).
            w: FP16 bits of W, (N, K).
            y: FP16 bits of Y, (M, K); None for an operation that reads none.
            z: FP16 bits of the model's result, (M, K), before it is narrowed to the format of Z.

        Returns:
            A finding for each source that disagrees, with the first step at which it does.
        """
        chosen = self._chosen(job)
        rows, cols = np.divmod(np.array(chosen, np.intp), max(job.k, 1))
        start = np.zeros(rows.size, np.uint16) if y is None else y[rows, cols]
        x_rows, w_cols, results = x[rows], w[:, cols].T, z[rows, cols]
        findings: list[Finding] = []
        for name in self.sources:
            sums = SOURCES[name](job.op, x_rows, w_cols, start)
            wrong = np.flatnonzero(sums[:, -1] != results)
            if wrong.size:
                row, col = int(rows[wrong[0]]), int(cols[wrong[0]])
                text = _first_difference(job.op, x[row], w[:, col], int(start[wrong[0]]), sums[wrong[0]])
                detail = f"{name} on Z[{row}][{col}]: {text} ({wrong.size} of {rows.size} outputs differ)"
                findings.append(Finding(Status.MISMATCH, "second_opinion", detail, position))
        return findings

    def _chosen(self, job: Job) -> range | list[int]:
        size = job.m * job.k
        complete = (
            self.share and job.macs <= _WHOLE_STEPS and derive(job.data_seed, "whole") % self.share == 0
        )
        if complete or size <= self.outputs:
            return range(size)
        return stream(job.data_seed, "second opinion").sample(range(size), self.outputs)


def _first_difference(op: Op, x_row: Fp16, w_col: Fp16, start: int, other: Fp16) -> str:
    """Where the other's accumulators leave those of the model."""
    model = partial_sums(op, x_row, w_col, start)
    differs = np.flatnonzero(model != other)
    if not differs.size:
        return "all steps agree with the model's steps, but its matrix result does not"
    n = int(differs[0])
    if n == 0:
        return f"starts at {int(other[0]):#06x}, the model at {int(model[0]):#06x}"
    return (
        f"step {n} of {x_row.size}, x {int(x_row[n - 1]):#06x}, w {int(w_col[n - 1]):#06x}, "
        f"acc {int(model[n - 1]):#06x}: {int(other[n]):#06x}, the model {int(model[n]):#06x}"
    )
