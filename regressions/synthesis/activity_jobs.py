# SPDX-License-Identifier: Apache-2.0
"""Jobs whose switching activity is measured: operations, formats, data, rows with and without work."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.formats import Format
from models.ops import Op
from tb.exchange.device import Descriptor
from tb.exchange.scenario import Scenario
from tb.stimulus.job import GemmJob

RANDOM, NETWORK = "random", "network"
"""Data: normal numbers; or activations behind a ReLU, half of them 0, and small weights."""

_SEED = 1
_STEPS = 64
_SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class ActivityJob:
    """A job, alone."""

    op: Op  # operation
    fmt: Format  # format of all operands
    data: str  # kind of data
    m: int  # rows of X
    n: int  # columns of X
    k: int  # columns of W

    @property
    def steps(self) -> int:
        """Useful steps."""
        return self.m * self.n * self.k

    @property
    def title(self) -> str:
        """Words on it."""
        return f"{self.op.name} {self.fmt.name}, {self.data} data, {self.m}x{self.n}x{self.k}"

    def scenario(self) -> Scenario:
        """The job with its data; X is M x N, W N x K, Y M x K."""
        rng = np.random.default_rng(_SEED)
        x, w = rng.standard_normal((self.m, self.n)), rng.standard_normal((self.n, self.k))
        y = rng.standard_normal((self.m, self.k))
        if self.data == NETWORK:
            x, w, y = _behind_relu(x), w * _SPREAD, y * _SPREAD
        return GemmJob(x=x, w=w, y=y, op=self.op, fmt=self.fmt).scenario()


def _behind_relu(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(x, 0.0)


def activity_jobs(device: Descriptor) -> Iterator[ActivityJob]:
    """Jobs of a device: two tiles with all rows at work, then one with a single row."""
    shape = device.instance
    rows, columns = shape.tile_rows, 2 * shape.tile_cols
    for op in (Op.GEMM, Op.ADDMAX, Op.MULMIN, Op.MINMAX):
        for fmt in device.formats:
            yield ActivityJob(op, fmt, RANDOM, rows, _STEPS, columns)
    for fmt in device.formats:
        yield ActivityJob(Op.GEMM, fmt, NETWORK, rows, _STEPS, columns)
    for op in (Op.GEMM, Op.ADDMAX):
        yield ActivityJob(op, Format.FP16, RANDOM, 1, _STEPS, columns)
