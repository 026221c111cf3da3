# SPDX-License-Identifier: Apache-2.0
"""Second opinions on the reference model: outputs of each job, recomputed step by step by others.

The scoreboard compares the device with the model, bit for bit. Here the model itself is compared with an
oracle in exact integers, and with FPnew alone; neither shares code with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.gemm import partial_sums
from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.status import Status
from tb.opinions.library import EXACT, FPNEW, Fp16, Source
from tb.stimulus.rng import derive, raw_words

OUTPUTS = 16
_WHOLE_STEPS = 1 << 16  # of a job that is recomputed whole: some 20 ms


SOURCES: Mapping[str, Source] = {"oracle": EXACT, "FPnew": FPNEW}
"""Sources of second opinions, by name."""


@dataclass(frozen=True, slots=True)
class SecondOpinions:
    """Asks for second opinions on jobs."""

    # Elements of Z of each job, chosen by its seed, of which all N steps are recomputed.
    outputs: int = OUTPUTS
    share: int = 0  # one job in this many has all outputs recomputed, if it is not too long; 0 for none
    sources: tuple[str, ...] = tuple(SOURCES)  # names of the sources that are asked

    def on(self, position: int, job: Job, x: Fp16, w: Fp16, y: Fp16 | None, z: Fp16) -> list[Finding]:
        """Compare the model's result of a job, at a position in its scenario, with the other ones.

        Operands are FP16 bits of shapes (M, N), (N, K) and (M, K); `z` is the result before it is narrowed.

        Returns:
            A finding for each source that disagrees, with the first step at which it does.
        """
        places = self._chosen(job)
        findings: list[Finding] = []
        for name in self.sources:
            if SOURCES[name].differing(job.op, places, x, w, y, z):
                detail = f"{name} on {_difference(SOURCES[name], job.op, places, x, w, y, z)}"
                findings.append(Finding(Status.MISMATCH, "second_opinion", detail, position))
        return findings

    def _chosen(self, job: Job) -> NDArray[np.uint32]:
        """Choose outputs, as indices into the flat Z: all, or one of each of as many equal parts."""
        size = job.m * job.k
        complete = (
            self.share and job.macs <= _WHOLE_STEPS and derive(job.data_seed, "whole") % self.share == 0
        )
        if complete or size <= self.outputs:
            return np.arange(size, dtype=np.uint32)
        words = raw_words(self.outputs, job.data_seed, "second opinion").tolist()
        ends = [part * size // self.outputs for part in range(self.outputs + 1)]
        parts = zip(ends, ends[1:], words, strict=False)
        return np.array([first + (word * (end - first) >> 16) for first, end, word in parts], np.uint32)


def _difference(
    source: Source, op: Op, places: NDArray[np.uint32], x: Fp16, w: Fp16, y: Fp16 | None, z: Fp16
) -> str:
    """Name the first output that differs, and its first step that does."""
    rows, cols = np.divmod(places, z.shape[1])
    start = np.zeros(rows.size, np.uint16) if y is None else y[rows, cols]
    sums = source.chains(op, x[rows], w[:, cols].T, start)
    wrong = np.flatnonzero(sums[:, -1] != z[rows, cols])
    first, row, col = int(wrong[0]), int(rows[wrong[0]]), int(cols[wrong[0]])
    text = _first_difference(op, x[row], w[:, col], int(start[first]), sums[first])
    return f"Z[{row}][{col}]: {text} ({wrong.size} of {rows.size} outputs differ)"


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
