# SPDX-License-Identifier: Apache-2.0
"""The engine as a Python object: operations on arrays of real numbers, in the engine's arithmetic.

For example, the forward pass of a layer in hybrid FP8, and how long the engine would take for it::

    engine = Engine(formats=(Format.E4M3, Format.E4M3, Format.FP16))
    z = engine.gemm(weights, activations, bias, scales=(6, 2), label="layer 1")
    print(engine.cycles, engine.utilization)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.backends import Backend, Disagreement, model
from models.blocks import Portion, block_sizes
from models.formats import Bits, Format, Formats, per_operand
from models.gemm import check_shapes
from models.ops import Op
from models.schedule import schedule
from models.timing import Instance, utilization
from models.values import Values, to_bits, to_values

ARRAY = Instance(4, 12, 3, 256)
"""The instance of the paper: 48 compute elements, a port of 256 bits."""

Scales = tuple[int, int]
"""Powers of two with which X and W are stored."""


@dataclass(frozen=True, slots=True, eq=False)
class EngineJob:
    """A job that an engine ran: what it was, what it took, and its operands where the engine keeps them."""

    label: str
    op: Op
    m: int
    n: int
    k: int
    fmt: Formats
    cycles: (
        int | None
    )  # from trigger to event, when it runs alone; None where the schedule cannot be compiled
    operands: tuple[Bits, Bits, Bits | None] | None  # bits of X, W and Y in their storage formats
    result: Bits | None  # bits of Z

    @property
    def macs(self) -> int:
        """Steps of the job."""
        return self.m * self.n * self.k


class Engine:
    """An engine that computes with real numbers and keeps account of its jobs.

    Operands are rounded to their storage formats once, scaled by powers of two if asked for; the engine
    computes in FP16, and what it stores is scaled back. An operation that does not fit `memory` becomes
    several jobs with the same bits. What the engine's arithmetic does to a result (rounding at each step,
    overflow to infinity, loss below 2**-24) is in the result.

    Args:
        instance: Shape of the array.
        formats: Storage formats where a call names none: one, or those of X, of W, and of Y and Z.
        backend: Computes the jobs; the reference model by default (`models.backends`).
        memory: Bytes that X, W and Z of one job may take together; None for any number.
        keep: Keeps operands and results of the jobs, so that the RTL can run them again
            (`tb.workloads`).

    Attributes:
        jobs: All jobs so far, in order.
    """

    def __init__(
        self,
        instance: Instance = ARRAY,
        formats: Formats = Format.FP16,
        backend: Backend = model,
        memory: int | None = None,
        keep: bool = False,
    ) -> None:
        self.instance = instance
        self.formats = formats
        self.jobs: list[EngineJob] = []
        self._backend = backend
        self._memory = memory
        self._keep = keep

    def matmul(
        self,
        x: ArrayLike,
        w: ArrayLike,
        *,
        formats: Formats | None = None,
        scales: Scales = (0, 0),
        label: str = "",
    ) -> Values:
        """Returns X W; arguments as of `gemm_op`."""
        return self.gemm_op(Op.MATMUL, x, w, formats=formats, scales=scales, label=label)

    def gemm(
        self,
        x: ArrayLike,
        w: ArrayLike,
        y: ArrayLike,
        *,
        formats: Formats | None = None,
        scales: Scales = (0, 0),
        label: str = "",
    ) -> Values:
        """Returns X W + Y; arguments as of `gemm_op`."""
        return self.gemm_op(Op.GEMM, x, w, y, formats=formats, scales=scales, label=label)

    def gemm_op(
        self,
        op: Op,
        x: ArrayLike,
        w: ArrayLike,
        y: ArrayLike | None = None,
        *,
        formats: Formats | None = None,
        scales: Scales = (0, 0),
        label: str = "",
    ) -> Values:
        """Returns `(X op1 W) op2 Y` (contract A1.3), as the engine computes and stores it.

        Args:
            op: The operation.
            x: Real numbers, M x N.
            w: Real numbers, N x K.
            y: Real numbers, M x K; None for MATMUL.
            formats: Storage formats; those of the engine by default.
            scales: Powers of two with which X and W are stored. Y and Z are stored with their sum where op1
                multiplies; other operations compare and add what is stored, so their scales must be equal.
            label: Name of the jobs in the engine's account.

        Raises:
            ValueError: Shapes that do not fit each other, a missing or superfluous Y, scales that differ
                where they must not, or an operation that no cut makes fit the memory.
        """
        fmt = self.formats if formats is None else formats
        x_fmt, w_fmt, z_fmt = per_operand(fmt)
        scale = _scale(op, scales)
        x_bits = to_bits(x, x_fmt, scales[0])
        w_bits = to_bits(w, w_fmt, scales[1])
        y_bits = None if y is None else to_bits(y, z_fmt, scale)
        check_shapes(op, x_bits, w_bits, y_bits)
        if y is not None and not op.reads_y:
            raise ValueError(f"{op.name} takes no Y; {Op.GEMM.name} adds one")
        return to_values(self._run(op, x_bits, w_bits, y_bits, fmt, label), z_fmt, -scale)

    @property
    def cycles(self) -> int | None:
        """Cycles of all jobs, one alone after the other; None where the schedule cannot be compiled."""
        cycles = [job.cycles for job in self.jobs if job.cycles is not None]
        return sum(cycles) if len(cycles) == len(self.jobs) else None

    @property
    def utilization(self) -> float | None:
        """Share of the array's steps that were useful, in all jobs together; None without cycles."""
        if not self.cycles:
            return None
        return utilization(self.instance, sum(job.macs for job in self.jobs), 1, 1, self.cycles)

    def _run(self, op: Op, x: Bits, w: Bits, y: Bits | None, fmt: Formats, label: str) -> Bits:
        """Runs an operation in blocks; sums of an output go on from what the block before has stored."""
        (m, n), k = x.shape, w.shape[1]
        z = np.empty((m, k), per_operand(fmt)[2].dtype)
        for block in block_sizes(self.instance, op, m, n, k, fmt, self._memory).cover(m, n, k):
            first = block.n.start == 0
            start = None if y is None else y[block.m, block.k]
            part = (op, start) if first else (_continued(op), z[block.m, block.k])
            z[block.m, block.k] = self._job(*part, x, w, block, fmt, label)
        return z

    def _job(
        self, op: Op, y: Bits | None, x: Bits, w: Bits, block: Portion, fmt: Formats, label: str
    ) -> Bits:
        x, w = x[block.m, block.n], w[block.n, block.k]
        (m, n), k = x.shape, w.shape[1]
        try:
            z = self._backend(op, x, w, y, fmt)
        except Disagreement as error:
            name = f"job {len(self.jobs)}, {label}" if label else f"job {len(self.jobs)}"
            raise Disagreement(f"{name}: {op.name} of {m} x {n} x {k}: {error}") from None
        operands = (x.copy(), w.copy(), None if y is None else y.copy()) if self._keep else None
        cycles = self._cycles(op, m, n, k, fmt)
        self.jobs.append(EngineJob(label, op, m, n, k, fmt, cycles, operands, z if self._keep else None))
        return z

    def _cycles(self, op: Op, m: int, n: int, k: int, fmt: Formats) -> int | None:
        try:
            return schedule(self.instance, op, m, n, k, fmt).cycles
        except OSError:
            return None


def _scale(op: Op, scales: Scales) -> int:
    """The power of two with which Y and Z are stored."""
    if op.is_fma or op in (Op.MULMAX, Op.MULMIN):
        return sum(scales)
    if scales[0] != scales[1]:
        raise ValueError(
            f"{op.name} adds or compares X and W as they are stored: their scales must be equal, not {scales}"
        )
    return scales[0]


def _continued(op: Op) -> Op:
    """The operation with which later steps of the same outputs go on."""
    return Op.GEMM if op is Op.MATMUL else op
