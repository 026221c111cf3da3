# SPDX-License-Identifier: Apache-2.0
"""The matrix operations `Z = (X op1 W) op2 Y` on FP16 bits (section 1 of the contract)."""

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import carrier, fp16
from models.carrier import PLAIN, SCALED
from models.fp16 import Fp16
from models.ops import Op

# Outputs computed together, and products made in one call: the buffers stay in a core's second-level cache,
# and for small matrices a call's overhead is shared by several steps.
_BLOCK = 8192
_PRODUCTS = 16384

_FLOAT32_ZERO = 2.0**-60

_UFUNCS: dict[Op, tuple[np.ufunc, np.ufunc]] = {
    Op.ADDMAX: (np.add, np.fmax),
    Op.ADDMIN: (np.add, np.fmin),
    Op.MULMAX: (np.multiply, np.fmax),
    Op.MULMIN: (np.multiply, np.fmin),
    Op.MAXMIN: (np.fmax, np.fmin),
    Op.MINMAX: (np.fmin, np.fmax),
}
_STEPS: dict[Op, tuple[Callable[[Fp16, Fp16], Fp16], Callable[[Fp16, Fp16], Fp16]]] = {
    Op.ADDMAX: (fp16.add, fp16.maximum),
    Op.ADDMIN: (fp16.add, fp16.minimum),
    Op.MULMAX: (fp16.mul, fp16.maximum),
    Op.MULMIN: (fp16.mul, fp16.minimum),
    Op.MAXMIN: (fp16.maximum, fp16.minimum),
    Op.MINMAX: (fp16.minimum, fp16.maximum),
}


def step(op: Op, x: Fp16, w: Fp16, acc: Fp16) -> Fp16:
    """Returns the accumulator after one step, element by element: `op2(op1(x, w), acc)`."""
    if op.is_fma:
        return fp16.fma(x, w, acc)
    op1, op2 = _STEPS[op]
    return op2(op1(x, w), acc)


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
        return _fma_matrix(x, w, start) if op.is_fma else _select_matrix(op, x, w, start)


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
        ValueError: row and column differ in length.
    """
    y = np.full((1, 1), y0, np.uint16)
    start = _checked_start(op, x_row.reshape(1, -1), w_col.reshape(-1, 1), y)
    with np.errstate(all="ignore"):
        after = _fma_chain(x_row, w_col, start) if op.is_fma else _select_chain(op, x_row, w_col, start)
    return np.concatenate([start[0], after])


def _checked_start(op: Op, x: Fp16, w: Fp16, y: Fp16 | None) -> Fp16:
    """Returns the accumulators before the first step, a new array, once the operands fit each other."""
    for name, matrix in (("X", x), ("W", w), ("Y", y)):
        if matrix is not None and matrix.dtype != np.uint16:
            raise TypeError(
                f"{name} has to hold FP16 bits as uint16, not {matrix.dtype}; widen other formats first"
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


def _blocks(rows: int, cols: int) -> Iterator[tuple[slice, slice]]:
    """Yields slices that cut a matrix into blocks of at most `_BLOCK` elements, as wide as possible."""
    width = min(cols, _BLOCK)
    height = min(rows, max(1, _BLOCK // width))
    for row in range(0, rows, height):
        for col in range(0, cols, width):
            yield slice(row, min(row + height, rows)), slice(col, min(col + width, cols))


def _fma_matrix(x: Fp16, w: Fp16, start: Fp16) -> Fp16:
    x_scaled, w_plain = (
        SCALED[x.T],
        PLAIN[w],
    )  # X by columns: a step takes one of X's columns and one of W's rows
    overflow = _may_overflow(x, w, start)
    zero_sign = _needs_zero_sign(x, w)
    z = np.empty_like(start)
    for rows, cols in _blocks(*start.shape):
        acc = SCALED[start[rows, cols]].reshape(-1)
        total = np.empty_like(acc)
        rounder = carrier.Rounder(acc.size)
        n = 0
        for products in _outer(np.multiply, x_scaled[:, rows], w_plain[:, cols]):
            for product in products:
                np.add(product, acc, out=total)
                rounder.round(total, acc, overflow=overflow[n], zero_sign=zero_sign[n])
                n += 1
        z[rows, cols] = carrier.to_bits(acc).reshape(z[rows, cols].shape)
    return z


def _fma_chain(x_row: Fp16, w_col: Fp16, start: Fp16) -> Fp16:
    products = (SCALED[x_row] * PLAIN[w_col]).reshape(-1, 1)
    sums = np.empty((products.size + 1, 1))
    sums[0] = SCALED[start[0]]
    rounder = carrier.Rounder(1)
    for n, product in enumerate(products):
        rounder.round(product + sums[n], sums[n + 1])
    return carrier.to_bits(sums[1:, 0])


def _may_overflow(x: Fp16, w: Fp16, start: Fp16) -> list[bool]:
    """Returns for each step whether a sum can reach infinity, or a NaN or infinity can be among its operands.

    The bound follows the largest magnitudes; each rounding adds at most half an ulp to them.
    """
    largest = np.max(np.abs(PLAIN[x]), axis=0) * np.max(np.abs(PLAIN[w]), axis=1)
    bounds = accumulate(
        largest.tolist(),
        lambda bound, product: (bound + product) * (1 + 2.0**-10) + 2.0**-24,
        initial=float(np.max(np.abs(PLAIN[start]))),
    )
    next(bounds)
    return [not bound < 65504 for bound in bounds]  # a NaN bound may overflow


def _needs_zero_sign(x: Fp16, w: Fp16) -> list[bool]:
    """Returns for each step whether the sign of a zero accumulator can show in a later bit.

    It can show in the result, and in the next step if that may add a zero product: for all other products p,
    p + 0 and p - 0 are the same.
    """
    zero_product = ((x & 0x7FFF) == 0).any(axis=0) | ((w & 0x7FFF) == 0).any(axis=1)
    return [*zero_product[1:].tolist(), True]


def _outer(op1: np.ufunc, x: NDArray[Any], w: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yields `op1` of each of X's columns (rows of `x`) with W's row of the same n, several n at a time.

    The arrays are n's x outputs, in a buffer used again.
    """
    steps, size = x.shape[0], x.shape[1] * w.shape[1]
    count = max(1, min(steps, _PRODUCTS // size))
    buffer = np.empty((count, x.shape[1], w.shape[1]), x.dtype)
    for n in range(0, steps, count):
        used = buffer[: min(count, steps - n)]
        op1(x[n : n + count, :, None], w[n : n + count, None, :], out=used)
        yield used.reshape(-1, size)


# Minimum and maximum. Rounding is monotonic: the largest rounded value is the largest value, rounded. So all
# steps run in float32 and only the result is rounded. float32 has the 24 = 2 * 11 + 2 bits from which an FP16
# sum or product, rounded to float32 first, still rounds right. numpy's fmax and fmin pass over NaNs as the
# engine does, but do not order -0 and +0; so zeros are replaced by numbers of their sign that are too small
# to matter otherwise.


def _select_matrix(op: Op, x: Fp16, w: Fp16, start: Fp16) -> Fp16:
    op1, op2 = _UFUNCS[op]
    x_columns, w_single = _SINGLE[x.T], _SINGLE[w]
    z = np.empty_like(start)
    for rows, cols in _blocks(*start.shape):
        acc = _SINGLE[start[rows, cols]].reshape(-1)
        n = 0
        for candidates in _outer(op1, x_columns[:, rows], w_single[:, cols]):
            count = len(candidates)
            if op1 is np.multiply:
                _restore_nans(candidates, x.T[n : n + count, rows], w[n : n + count, cols])
            op2(acc, op2.reduce(candidates, axis=0), out=acc)
            n += count
        z[rows, cols] = fp16.from_float(acc).reshape(z[rows, cols].shape)
    return z


def _select_chain(op: Op, x_row: Fp16, w_col: Fp16, start: Fp16) -> Fp16:
    op1, op2 = _UFUNCS[op]
    candidates = op1(_SINGLE[x_row], _SINGLE[w_col])
    if op1 is np.multiply:
        _restore_nans(candidates.reshape(-1, 1), x_row.reshape(-1, 1), w_col.reshape(-1, 1))
    chain = op2.accumulate(np.concatenate([_SINGLE[start[0]], candidates]))
    return fp16.from_float(chain[1:])


def _restore_nans(products: NDArray[np.float32], x: Fp16, w: Fp16) -> None:
    """Makes the products of zero and infinity NaN again: a replaced zero times infinity is infinity."""
    x_special, w_special = _is_zero_or_infinity(x), _is_zero_or_infinity(w)
    for n in np.flatnonzero(x_special.any(axis=1) & w_special.any(axis=1)):
        with_zeros = np.multiply.outer(PLAIN[x[n]], PLAIN[w[n]]).reshape(-1)
        products[n, np.isnan(with_zeros)] = np.nan


def _is_zero_or_infinity(bits: Fp16) -> NDArray[np.bool_]:
    magnitude = bits & 0x7FFF
    return np.isin(magnitude, (0, fp16.INFINITY))


def _single_values() -> NDArray[np.float32]:
    values = PLAIN.astype(np.float32)
    values[0x0000], values[fp16.SIGN] = _FLOAT32_ZERO, -_FLOAT32_ZERO
    return values


_SINGLE = _single_values()
