# SPDX-License-Identifier: Apache-2.0
"""The steps of contract A1 in numpy, one after the other: the definition of what compiled kernels have to do.

It serves where there are none (`models.kernel`), and as a second opinion on them.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np

from models import fp16
from models.fp16 import Fp16
from models.ops import Op

NanRule = Literal["number", "nan", "first", "second"]
"""Result of min and max if one operand is a NaN: the other one (contract A2.4), a NaN, or one of the two."""

_Binary = Callable[[Fp16, Fp16], Fp16]

_STEPS: dict[Op, tuple[_Binary, _Binary]] = {
    Op.ADDMAX: (fp16.add, fp16.maximum),
    Op.ADDMIN: (fp16.add, fp16.minimum),
    Op.MULMAX: (fp16.mul, fp16.maximum),
    Op.MULMIN: (fp16.mul, fp16.minimum),
    Op.MAXMIN: (fp16.maximum, fp16.minimum),
    Op.MINMAX: (fp16.minimum, fp16.maximum),
}


def step(op: Op, x: Fp16, w: Fp16, acc: Fp16, nan: NanRule = "number") -> Fp16:
    """Returns accumulators after one step, `op2(op1(x, w), acc)`, element by element.

    All are FP16 bits, and broadcast against each other.
    """
    if op.is_fma:
        return fp16.fma(x, w, acc)
    op1, op2 = _STEPS[op]
    inner = op1(x, w) if op1 in (fp16.add, fp16.mul) else _ruled(op1, x, w, nan)
    return _ruled(op2, inner, acc, nan)


def _ruled(op: _Binary, a: Fp16, b: Fp16, nan: NanRule) -> Fp16:
    """Returns a minimum or maximum by the rule for a NaN."""
    plain = op(a, b)
    if nan == "number":
        return plain
    operand = b if nan == "second" else a
    chosen = np.where(fp16.is_nan(a) | fp16.is_nan(b), operand, plain)
    missing = fp16.is_nan(chosen) if nan != "nan" else fp16.is_nan(a) | fp16.is_nan(b)
    return np.where(missing, fp16.CANONICAL_NAN, chosen).astype(np.uint16)


def matrix(op: Op, x: Fp16, w: Fp16, start: Fp16, nan: NanRule = "number") -> Fp16:
    """Returns the accumulators of all outputs after all steps; FP16 bits.

    `x` is M x N, `w` N x K; `start`, the accumulators before the first step, M x K.
    """
    acc = start.copy()
    for n in range(x.shape[1]):
        acc = step(op, x[:, n, np.newaxis], w[n], acc, nan)
    return acc


def accumulators(op: Op, x: Fp16, w: Fp16, start: Fp16) -> Fp16:
    """Returns the accumulators of unrelated outputs after 0 .. N steps, (N + 1) x outputs; FP16 bits.

    `x` and `w` hold the operands of each step, N x outputs; `start` the accumulators before the first.
    """
    sums = np.empty((len(x) + 1, start.size), np.uint16)
    sums[0] = start
    for n in range(len(x)):
        sums[n + 1] = step(op, x[n], w[n], sums[n])
    return sums
