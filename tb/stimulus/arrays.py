# SPDX-License-Identifier: Apache-2.0
"""Matrices that people write, as the bits that lie in memory."""

import numpy as np
from numpy.typing import ArrayLike

from models.formats import Bits, Format, narrow


def to_bits(matrix: ArrayLike, name: str, fmt: Format) -> Bits:
    """Converts a matrix to bits of a format.

    Args:
        matrix: two-dimensional array or nested lists: floats, rounded to nearest even into FP16 and from
            there narrowed as the device does; or the bits, of type uint16 (uint8 for FP8).
        name: of the matrix, for messages.
        fmt: the format.

    Returns:
        A new array of type `fmt.dtype` and the same shape.

    Raises:
        ValueError: it is no matrix of numbers, or of another integer type.
    """
    try:
        array = np.asarray(matrix)
    except ValueError as error:
        raise ValueError(f"{name} is no matrix: {error}") from None
    if array.ndim != 2:
        raise ValueError(f"{name} has shape {array.shape}; a matrix needs two dimensions, (rows, columns)")
    if array.dtype == fmt.dtype:
        return array.astype(np.uint8) if fmt.itemsize == 1 else array.astype(np.uint16)
    if array.dtype.kind != "f":
        raise ValueError(
            f"{name} has elements of type {array.dtype}; pass floats, or {fmt.name} bits as {fmt.dtype}"
        )
    with np.errstate(over="ignore"):  # overflow to infinity is the rounding that was asked for
        return narrow(array.astype(np.float16).view(np.uint16), fmt)


def stored_bytes(bits: Bits) -> bytes:
    """The bytes of a matrix in memory: row-major, little endian."""
    return bits.astype(bits.dtype.newbyteorder("<"), copy=False).tobytes()
