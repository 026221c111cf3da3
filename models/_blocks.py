# SPDX-License-Identifier: Apache-2.0
"""Blocks of a large matrix, so that numpy works within a core's second-level cache."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

_OUTPUTS = 16384
"""Outputs computed together; six buffers of this size have to fit."""


def blocks(rows: int, cols: int) -> Iterator[tuple[slice, slice]]:
    """Yields slices that cut a `rows` x `cols` matrix into blocks, as wide as possible; neither may be 0."""
    width = min(cols, _OUTPUTS)
    height = max(1, _OUTPUTS // width)
    for row in range(0, rows, height):
        for col in range(0, cols, width):
            yield slice(row, min(row + height, rows)), slice(col, min(col + width, cols))


def outer(op1: np.ufunc, x: NDArray[Any], w: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Applies the first operation to each column of X and the row of W with the same n.

    Small outer products are made several at a time, for a call costs as much as thousands of their elements.
    The arrays yielded share a buffer: each is valid until the next, and may be written.

    Args:
        op1: The operation.
        x: X transposed, n's x rows, at least one.
        w: W, n's x columns.

    Yields:
        For some n at a time: n's x outputs, the outputs in row-major order.
    """
    steps, rows = x.shape
    cols = w.shape[1]
    count = min(steps, max(1, _OUTPUTS // (rows * cols)))
    # Spreading the operands first is faster than letting the operation broadcast them, a slow path of numpy.
    left, right = (np.empty((count, rows, cols), x.dtype) for _ in range(2))
    for n in range(0, steps, count):
        used, other = (buffer[: min(count, steps - n)] for buffer in (left, right))
        np.copyto(used, x[n : n + count, :, None])
        np.copyto(other, w[n : n + count, None, :])
        op1(used, other, out=used)
        yield used.reshape(-1, rows * cols)
