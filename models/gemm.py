# SPDX-License-Identifier: Apache-2.0
"""The matrix operations `Z = (X op1 W) op2 Y` on FP16 bits (contract A1)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import chains
from models.chains import NanRule
from models.fp16 import Fp16
from models.kernel import kernel
from models.ops import Op


def gemm_op(op: Op, x: Fp16, w: Fp16, y: Fp16 | None = None, nan: NanRule = "number") -> Fp16:
    """Computes Z as the engine does, bit for bit.

    Args:
        op: The operation.
        x: FP16 bits, M x N.
        w: FP16 bits, N x K.
        y: FP16 bits, M x K; ignored by MATMUL, whose accumulators start at +0.
        nan: Value of min and max with a NaN; the contract's is a number (A2.4).

    Returns:
        FP16 bits, M x K; with N = 0 a copy of Y, bits unchanged.

    Raises:
        TypeError: an array is not of type `np.uint16`.
        ValueError: the shapes do not fit each other, or Y is missing.
    """
    start = _checked_start(op, x, w, y)
    if nan != "number" and not op.is_fma:
        return chains.matrix(op, x, w, start, nan)
    return (kernel() or chains).matrix(op, x, w, start)


def partial_sums(op: Op, x_row: Fp16, w_col: Fp16, y0: int) -> Fp16:
    """Returns the accumulator of one output after 0, 1, .. N steps.

    Args:
        op: The operation.
        x_row: FP16 bits, the N elements of X's row.
        w_col: FP16 bits, the N elements of W's column.
        y0: FP16 bits of Y's element; ignored by MATMUL.

    Returns:
        FP16 bits, N + 1 of them; the last is the output.

    Raises:
        TypeError: an array is not of type `np.uint16`.
        ValueError: row and column differ in length or dimensions.
    """
    x, w = x_row[:, np.newaxis], w_col[:, np.newaxis]
    start = _checked_start(op, x.T, w, np.full((1, 1), y0, np.uint16))
    return accumulators(op, x, w, start[0])[:, 0]


def accumulators(op: Op, x: Fp16, w: Fp16, start: Fp16) -> Fp16:
    """Returns the accumulators of unrelated outputs after 0 .. N steps, as `models.chains.accumulators`."""
    return (kernel() or chains).accumulators(op, x, w, start)


def _checked_start(op: Op, x: Fp16, w: Fp16, y: Fp16 | None) -> Fp16:
    """Returns the accumulators before the first step, once the operands fit each other."""
    check_shapes(op, x, w, y)
    for name, bits in (("X", x), ("W", w), ("Y", y)):
        if bits is not None and bits.dtype != np.uint16:
            raise TypeError(
                f"{name} has to hold FP16 bits as uint16, not {bits.dtype}; widen other formats first"
            )
    if y is None or not op.reads_y:
        return np.zeros((x.shape[0], w.shape[1]), np.uint16)
    return y


def check_shapes(op: Op, x: NDArray[Any], w: NDArray[Any], y: NDArray[Any] | None) -> None:
    """Checks that operands fit each other.

    Raises:
        ValueError: The shapes do not fit, or Y is missing.
    """
    if x.ndim != 2 or w.ndim != 2 or x.shape[1] != w.shape[0]:
        raise ValueError(f"X is M x N and W is N x K; got X {x.shape} and W {w.shape}")
    shape = (x.shape[0], w.shape[1])
    if not op.reads_y:
        return
    if y is None:
        raise ValueError(f"{op.name} needs Y, of shape {shape}")
    if y.shape != shape:
        raise ValueError(f"Y is M x K, here {shape}; got {y.shape}")
