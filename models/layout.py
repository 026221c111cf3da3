# SPDX-License-Identifier: Apache-2.0
"""Matrices in memory (contract A6.1, A6.2): dense row-major, little endian, at any byte address."""

import numpy as np
from numpy.typing import NDArray

from models.formats import Bits, Format


def nbytes(rows: int, cols: int, fmt: Format) -> int:
    """Returns the bytes a `rows` x `cols` matrix occupies.

    Raises:
        ValueError: a dimension is negative.
    """
    if rows < 0 or cols < 0:
        raise ValueError(f"dimensions cannot be negative: {rows} x {cols}")
    return rows * cols * fmt.itemsize


def load(mem: NDArray[np.uint8], offset: int, rows: int, cols: int, fmt: Format) -> Bits:
    """Reads a matrix.

    Args:
        mem: The memory, one-dimensional.
        offset: Index in `mem` of the first byte; need not be aligned.
        rows: Rows of the matrix.
        cols: Columns of the matrix.
        fmt: Format of its elements.

    Returns:
        The elements' bits, `rows` x `cols`, in the format itself (`fmt.dtype`); a copy.

    Raises:
        ValueError: the matrix does not lie within `mem`.
    """
    end = _checked_end(mem, offset, nbytes(rows, cols, fmt))
    return mem[offset:end].copy().view(_stored(fmt)).astype(fmt.dtype, copy=False).reshape(rows, cols)


def store(mem: NDArray[np.uint8], offset: int, bits: Bits, fmt: Format) -> None:
    """Writes a matrix into `mem`; no other byte changes.

    Args:
        mem: The memory, one-dimensional; changed in place.
        offset: Index in `mem` of the first byte; need not be aligned.
        bits: The elements' bits, in the format itself; any shape, written in row-major order.
        fmt: Format of the elements.

    Raises:
        TypeError: the type of `bits` is not that of the format.
        ValueError: the matrix does not lie within `mem`.
    """
    if bits.dtype != fmt.dtype:
        raise TypeError(f"{fmt.name} elements are stored from {fmt.dtype} bits, not from {bits.dtype}")
    end = _checked_end(mem, offset, bits.size * fmt.itemsize)
    mem[offset:end] = np.ascontiguousarray(bits, dtype=_stored(fmt)).reshape(-1).view(np.uint8)


def _stored(fmt: Format) -> np.dtype[np.uint8 | np.uint16]:
    """The element type as it lies in memory, whatever the byte order of the host."""
    return fmt.dtype.newbyteorder("<")


def _checked_end(mem: NDArray[np.uint8], offset: int, size: int) -> int:
    if mem.dtype != np.uint8 or mem.ndim != 1:
        raise TypeError(
            f"a memory is a one-dimensional array of uint8, not {mem.ndim}-dimensional of {mem.dtype}"
        )
    if offset < 0 or offset + size > mem.size:
        raise ValueError(
            f"bytes {offset} to {offset + size} are outside of the memory's {mem.size} bytes; "
            "check the matrix's address and the window"
        )
    return offset + size
