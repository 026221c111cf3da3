# SPDX-License-Identifier: Apache-2.0
"""Chains of minima and maxima, for the six operations with a comparison.

Rounding is monotonic: the largest rounded value is the largest value, rounded. So steps run in float32 and
only the result is rounded to FP16. float32 has 24 = 2 * 11 + 2 bits, with which a sum or product of FP16
numbers, rounded to float32 first, still rounds right.

numpy's fmax and fmin pass over NaNs as the engine does, but do not order -0 and +0. So zeros are replaced by
numbers of their sign, so small that they round to that zero and vanish beside any other number.
"""

import numpy as np
from numpy.typing import NDArray

from models import fp16
from models._blocks import blocks, outer
from models.carrier import PLAIN
from models.fp16 import Fp16
from models.ops import Op

_UFUNCS: dict[Op, tuple[np.ufunc, np.ufunc]] = {
    Op.ADDMAX: (np.add, np.fmax),
    Op.ADDMIN: (np.add, np.fmin),
    Op.MULMAX: (np.multiply, np.fmax),
    Op.MULMIN: (np.multiply, np.fmin),
    Op.MAXMIN: (np.fmax, np.fmin),
    Op.MINMAX: (np.fmin, np.fmax),
}

# Products with any FP16 number or with each other are normal in float32 and round to zero in FP16.
_ZERO = 2.0**-60


def matrix(op: Op, x: Fp16, w: Fp16, start: Fp16) -> Fp16:
    """Returns the accumulators of all outputs after all steps.

    Args:
        op: An operation with a minimum or maximum.
        x: FP16 bits, M x N, N > 0.
        w: FP16 bits, N x K.
        start: FP16 bits of the accumulators before the first step, M x K, not empty.
    """
    op1, op2 = _UFUNCS[op]
    x_columns, w_rows = _SINGLE[np.ascontiguousarray(x.T)], _SINGLE[w]
    suspects = _zero_times_infinity(x.T, w) if op1 is np.multiply else []
    z = np.empty_like(start)
    for rows, cols in blocks(*start.shape):
        before = _SINGLE[start[rows, cols]]
        acc = before.reshape(-1)
        done = 0
        for candidates in outer(op1, x_columns[:, rows], w_rows[:, cols]):
            for n in suspects:
                if done <= n < done + len(candidates):
                    _restore_nans(candidates[n - done], x[rows, n], w[n, cols])
            acc = op2(acc, op2.reduce(candidates, axis=0))
            done += len(candidates)
        z[rows, cols] = fp16.from_float(acc).reshape(before.shape)
    return z


def chain(op: Op, x_row: Fp16, w_col: Fp16, start: Fp16) -> Fp16:
    """Returns the accumulator of one output after each of its N steps.

    Args:
        op: An operation with a minimum or maximum.
        x_row: FP16 bits, N of them.
        w_col: FP16 bits, N of them.
        start: FP16 bits of the accumulator before the first step, one.
    """
    op1, op2 = _UFUNCS[op]
    candidates = op1(_SINGLE[x_row], _SINGLE[w_col])
    if op1 is np.multiply:
        candidates[np.isnan(PLAIN[x_row] * PLAIN[w_col])] = np.nan
    return fp16.from_float(op2.accumulate(np.concatenate([_SINGLE[start], candidates]))[1:])


def _zero_times_infinity(x_columns: Fp16, w_rows: Fp16) -> list[int]:
    """Returns the steps that may multiply zero and infinity, in ascending order."""
    x_size, w_size = x_columns & 0x7FFF, w_rows & 0x7FFF
    x_zero, w_zero = (x_size == 0).any(axis=1), (w_size == 0).any(axis=1)
    x_infinite, w_infinite = ((size == fp16.INFINITY).any(axis=1) for size in (x_size, w_size))
    steps: list[int] = np.flatnonzero((x_zero & w_infinite) | (x_infinite & w_zero)).tolist()
    return steps


def _restore_nans(products: NDArray[np.float32], x: Fp16, w: Fp16) -> None:
    """Makes the products of zero and infinity NaN: a replaced zero times infinity was infinity."""
    products[np.isnan(np.multiply.outer(PLAIN[x], PLAIN[w]).reshape(-1))] = np.nan


def _single_values() -> NDArray[np.float32]:
    values = PLAIN.astype(np.float32)
    values[0x0000], values[fp16.SIGN] = _ZERO, -_ZERO
    return values


_SINGLE = _single_values()
"""For each FP16 bit pattern its value, or the number that replaces a zero."""
