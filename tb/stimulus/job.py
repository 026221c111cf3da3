# SPDX-License-Identifier: Apache-2.0
"""Directed jobs from arrays, and the other names that authors of tests import."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.formats import Bits, Format, Formats, narrow, per_operand
from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.scenario import NO_STALL, Scenario, StallSpec, Window
from tb.stimulus.placement import DEFAULT_BASE, lay_out

__all__ = ["GemmJob", "Job", "Scenario", "Window"]


@dataclass(frozen=True, eq=False)
class GemmJob:
    """A directed job from arrays: shapes give M, N and K, contents the bytes in memory.

    Arrays are matrices (or nested lists) of floats, rounded to nearest even into FP16 and then narrowed as
    the device does, or of their format's bits: uint16, or uint8 for FP8.

    Raises:
        ValueError: shapes that do not fit each other, contents that are no such matrix, or a missing Y.
    """

    x: ArrayLike  # M x N
    w: ArrayLike  # N x K
    # M x K; needed by every operation but MATMUL, which leaves it unread in place of Z.
    y: ArrayLike | None = None
    op: Op = Op.GEMM
    fmt: Formats = Format.FP16  # element format, or those of X, of W, and of Y and Z
    stall: StallSpec = NO_STALL  # behaviour of the memory
    core: int = 0  # who programs the job
    misalign: tuple[int, int, int] = (0, 0, 0)  # bytes added to the 4-byte aligned addresses of X, W and Z
    base: int = DEFAULT_BASE  # address of the window

    def __post_init__(self) -> None:
        if self.y is None and self.op.reads_y:
            raise ValueError(f"{self.op.name} reads Y: pass y=, or op=Op.MATMUL for a product without it")
        self.scenario()  # whatever does not fit fails where the job is written, not where it is run

    def bits(self) -> tuple[Bits, Bits, Bits | None]:
        """X, W and Y as bits of their formats."""
        x_fmt, w_fmt, z_fmt = per_operand(self.fmt)
        x = to_bits(self.x, "x", x_fmt)
        w = to_bits(self.w, "w", w_fmt)
        y = None if self.y is None else to_bits(self.y, "y", z_fmt)
        if x.shape[1] != w.shape[0]:
            raise ValueError(f"x has {x.shape[1]} columns but w has {w.shape[0]} rows; both are N")
        if y is not None and y.shape != (x.shape[0], w.shape[1]):
            raise ValueError(
                f"y is {y.shape[0]} x {y.shape[1]}, but x and w make Z {x.shape[0]} x {w.shape[1]}"
            )
        return x, w, y

    def scenario(self, index: int = 0) -> Scenario:
        """Lays X, W and Z out in a window and returns the scenario of this one job, with explicit data."""
        x, w, y = self.bits()
        z_bytes = x.shape[0] * w.shape[1] * per_operand(self.fmt)[2].itemsize
        window, (x_addr, w_addr, z_addr) = lay_out((x.nbytes, w.nbytes, z_bytes), self.misalign, self.base)
        contents = (stored_bytes(x), stored_bytes(w), None if y is None else stored_bytes(y))
        job = Job(
            op=self.op,
            m=x.shape[0],
            n=x.shape[1],
            k=w.shape[1],
            x_addr=x_addr,
            w_addr=w_addr,
            z_addr=z_addr,
            fmt=self.fmt,
            core=self.core,
            data=contents,
        )
        return Scenario(index, (job,), window, self.stall, index)


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
