# SPDX-License-Identifier: Apache-2.0
"""The matrix operations `Z = (X op1 W) op2 Y` on FP16 bits (contract A1)."""

from collections.abc import Callable

import numpy as np

from models import _fma, _select, fp16
from models.fp16 import Fp16
from models.ops import Op

_Binary = Callable[[Fp16, Fp16], Fp16]

_STEPS: dict[Op, tuple[_Binary, _Binary]] = {
    Op.ADDMAX: (fp16.add, fp16.maximum),
    Op.ADDMIN: (fp16.add, fp16.minimum),
    Op.MULMAX: (fp16.mul, fp16.maximum),
    Op.MULMIN: (fp16.mul, fp16.minimum),
    Op.MAXMIN: (fp16.maximum, fp16.minimum),
    Op.MINMAX: (fp16.minimum, fp16.maximum),
}


def gemm_op(op: Op, x: Fp16, w: Fp16, y: Fp16 | None = None) -> Fp16:
    """Computes Z as the engine does, bit for bit.

    Args:
        op: The operation.
        x: FP16 bits, M x N.
        w: FP16 bits, N x K.
        y: FP16 bits, M x K; ignored by MATMUL, whose accumulators start at +0.

    Returns:
        FP16 bits, M x K; with N = 0 a copy of Y, bits unchanged.

    Raises:
        TypeError: an array is not of type `np.uint16`.
        ValueError: the shapes do not fit each other, or Y is missing.
    """
    start = _checked_start(op, x, w, y)
    if x.shape[1] == 0 or start.size == 0:
        return start
    with np.errstate(all="ignore"):
        return _fma.matrix(x, w, start) if op.is_fma else _select.matrix(op, x, w, start)


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
    start: Fp16 = _checked_start(op, x_row[np.newaxis], w_col[:, np.newaxis], np.full((1, 1), y0, np.uint16))[
        0
    ]
    if x_row.size == 0:
        return start
    with np.errstate(all="ignore"):
        after = _fma.chain(x_row, w_col, start) if op.is_fma else _select.chain(op, x_row, w_col, start)
    sums: Fp16 = np.concatenate([start, after])
    return sums


def step(op: Op, x: Fp16, w: Fp16, acc: Fp16) -> Fp16:
    """Returns accumulators after one step, `op2(op1(x, w), acc)`, element by element.

    Args:
        op: The operation.
        x: FP16 bits of X's elements, broadcast against the others.
        w: FP16 bits of W's elements.
        acc: FP16 bits of the accumulators before the step.
    """
    if op.is_fma:
        return fp16.fma(x, w, acc)
    op1, op2 = _STEPS[op]
    return op2(op1(x, w), acc)


def _checked_start(op: Op, x: Fp16, w: Fp16, y: Fp16 | None) -> Fp16:
    """Returns the accumulators before the first step, a new array, once the operands fit each other."""
    for name, bits in (("X", x), ("W", w), ("Y", y)):
        if bits is not None and bits.dtype != np.uint16:
            raise TypeError(
                f"{name} has to hold FP16 bits as uint16, not {bits.dtype}; widen other formats first"
            )
    if x.ndim != 2 or w.ndim != 2 or x.shape[1] != w.shape[0]:
        raise ValueError(f"X is M x N and W is N x K; got X {x.shape} and W {w.shape}")
    shape = (x.shape[0], w.shape[1])
    if not op.reads_y:
        return np.zeros(shape, np.uint16)
    if y is None:
        raise ValueError(f"{op.name} needs Y, of shape {shape}")
    if y.shape != shape:
        raise ValueError(f"Y is M x K, here {shape}; got {y.shape}")
    return y.copy()
