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


def load(mem: NDArray[np.uint8], offset: int, rows: int, cols: int, fmt: Format, spread: int = 1) -> Bits:
    """Reads a matrix.

    Args:
        mem: The memory, one-dimensional.
        offset: Index in `mem` of the first byte; need not be aligned.
        rows: Rows of the matrix.
        cols: Columns of the matrix.
        fmt: Format of its elements.
        spread: Size of the elements' places, in elements; each is in the first bytes of its place.

    Returns:
        The elements' bits, `rows` x `cols`, in the format itself (`fmt.dtype`); a copy.

    Raises:
        ValueError: the matrix does not lie within `mem`.
    """
    end = _checked_end(mem, offset, nbytes(rows, cols, fmt) * spread)
    if spread > 1:
        places = mem[offset:end].reshape(-1, fmt.itemsize * spread)
        return places[:, : fmt.itemsize].copy().view(_stored(fmt)).astype(fmt.dtype).reshape(rows, cols)
    return mem[offset:end].copy().view(_stored(fmt)).astype(fmt.dtype, copy=False).reshape(rows, cols)


def store(mem: NDArray[np.uint8], offset: int, bits: Bits, fmt: Format, spread: int = 1) -> None:
    """Writes a matrix into `mem`; no other byte changes.

    Args:
        mem: The memory, one-dimensional; changed in place.
        offset: Index in `mem` of the first byte; need not be aligned.
        bits: The elements' bits, in the format itself; any shape, written in row-major order.
        fmt: Format of the elements.
        spread: Size of the elements' places, in elements; each is in the first bytes of its place.

    Raises:
        TypeError: the type of `bits` is not that of the format.
        ValueError: the matrix does not lie within `mem`.
    """
    if bits.dtype != fmt.dtype:
        raise TypeError(f"{fmt.name} elements are stored from {fmt.dtype} bits, not from {bits.dtype}")
    end = _checked_end(mem, offset, bits.size * fmt.itemsize * spread)
    stored = np.ascontiguousarray(bits, dtype=_stored(fmt)).reshape(-1).view(np.uint8)
    if spread > 1:
        mem[offset:end].reshape(-1, fmt.itemsize * spread)[:, : fmt.itemsize] = stored.reshape(
            -1, fmt.itemsize
        )
    else:
        mem[offset:end] = stored


def _stored(fmt: Format) -> np.dtype[np.uint8 | np.uint16]:
    """The element type as it lies in memory, whatever the byte order of the host."""
    return _STORED[fmt]


_STORED = tuple(fmt.dtype.newbyteorder("<") for fmt in Format)


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
