# SPDX-License-Identifier: Apache-2.0
"""Chains of fused multiply-adds, for MATMUL and GEMM: a step is seven passes of numpy over the outputs."""

from itertools import accumulate

import numpy as np

from models import carrier
from models._blocks import blocks, outer
from models.carrier import PLAIN, SCALED
from models.fp16 import Fp16


def matrix(x: Fp16, w: Fp16, start: Fp16) -> Fp16:
    """Returns the accumulators of all outputs after all steps.

    Args:
        x: FP16 bits, M x N, N > 0.
        w: FP16 bits, N x K.
        start: FP16 bits of the accumulators before the first step, M x K, not empty.
    """
    overflow = _may_overflow(x, w, start)
    zero_sign = _needs_zero_sign(x, w)
    x_columns, w_rows = SCALED[np.ascontiguousarray(x.T)], PLAIN[w]
    z = np.empty_like(start)
    for rows, cols in blocks(*start.shape):
        before = SCALED[start[rows, cols]]
        acc = carrier.Accumulator(before)
        n = 0
        for products in outer(np.multiply, x_columns[:, rows], w_rows[:, cols]):
            for product in products:
                acc.add(product, overflow=overflow[n], zero_sign=zero_sign[n])
                n += 1
        z[rows, cols] = carrier.to_bits(acc.value).reshape(before.shape)
    return z


def chain(x_row: Fp16, w_col: Fp16, start: Fp16) -> Fp16:
    """Returns the accumulator of one output after each of its N steps.

    Args:
        x_row: FP16 bits, N of them.
        w_col: FP16 bits, N of them.
        start: FP16 bits of the accumulator before the first step, one.
    """
    products = (SCALED[x_row] * PLAIN[w_col]).reshape(-1, 1)
    acc = carrier.Accumulator(SCALED[start])
    sums = np.empty(products.size)
    for n, product in enumerate(products):
        acc.add(product)
        sums[n] = acc.value[0]
    return carrier.to_bits(sums)


def _may_overflow(x: Fp16, w: Fp16, start: Fp16) -> list[bool]:
    """Returns for each step whether a sum can reach infinity, or meet an operand that is infinite or NaN.

    The bound adds up the largest magnitudes; a rounding adds at most half an ulp to them.
    """
    largest = PLAIN[(x & 0x7FFF).max(axis=0)] * PLAIN[(w & 0x7FFF).max(axis=1)]
    bounds = accumulate(
        largest.tolist(),
        lambda bound, product: (bound + product) * (1 + 2.0**-10) + 2.0**-24,
        initial=float(PLAIN[(start & 0x7FFF).max()]),
    )
    next(bounds)
    return [not bound < 65504 for bound in bounds]  # so that a NaN counts


def _needs_zero_sign(x: Fp16, w: Fp16) -> list[bool]:
    """Returns for each step whether the sign of a zero accumulator can show in a later bit.

    It shows in the result, and in the next step if that may add a zero product: for every other product p,
    p + 0 and p - 0 are the same.
    """
    zero_product = ((x & 0x7FFF).min(axis=0) == 0) | ((w & 0x7FFF).min(axis=1) == 0)
    return [*zero_product[1:].tolist(), True]
