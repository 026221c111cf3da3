# SPDX-License-Identifier: Apache-2.0
"""Backends of an engine: the reference model, exact integers, and two that are compared job by job."""

from typing import Protocol

import numpy as np

from models import oracle
from models.formats import Bits, Format, Formats, narrow, per_operand, widen
from models.fp16 import Fp16
from models.gemm import gemm_op
from models.ops import Op
from models.product_faults import product_fault


class Backend(Protocol):
    """Computes Z of one job from bits in the storage formats, as `model` does."""

    def __call__(self, op: Op, x: Bits, w: Bits, y: Bits | None, fmt: Formats) -> Bits:
        """Returns Z, M x K, of Z's format."""


class Disagreement(Exception):
    """Two backends have different results of a job."""


def model(op: Op, x: Bits, w: Bits, y: Bits | None, fmt: Formats) -> Bits:
    """Computes Z by the bit-exact reference model.

    Args:
        op: The operation.
        x: Bits of X, M x N, in its storage format.
        w: Bits of W, N x K.
        y: Bits of Y, M x K; None for MATMUL.
        fmt: Storage formats.
    """
    return narrow(gemm_op(op, *_widened(x, w, y, fmt)), per_operand(fmt)[2])


def exact(op: Op, x: Bits, w: Bits, y: Bits | None, fmt: Formats) -> Bits:
    """Computes Z by plain integers, which share nothing with `model`; about a million steps a second.

    Arguments are those of `model`.
    """
    x_fmt, w_fmt, z_fmt = per_operand(fmt)
    (m, n), k = x.shape, w.shape[1]
    factors = _converted(x, x_fmt, Format.FP16), _converted(w, w_fmt, Format.FP16)
    start = [[0] * k] * m if y is None else _converted(y, z_fmt, Format.FP16)
    sums = np.array(oracle.gemm_op(op, *factors, start, n, k), np.uint16).reshape(m, k)
    return np.array(_converted(sums, Format.FP16, z_fmt), z_fmt.dtype).reshape(m, k)


def compared(first: Backend, second: Backend) -> Backend:
    """Returns a backend that has each job computed by both, and gives the first one's result.

    It raises `Disagreement` at the first job whose results differ: with the first element that does, and with
    the reason if a wrong rounding, scale or transposition is all that is wrong with the second one.
    """

    def both(op: Op, x: Bits, w: Bits, y: Bits | None, fmt: Formats) -> Bits:
        ours, theirs = first(op, x, w, y, fmt), second(op, x, w, y, fmt)
        if theirs.shape != ours.shape or theirs.dtype != ours.dtype:
            raise Disagreement(f"Z is {theirs.dtype} of {theirs.shape}, not {ours.dtype} of {ours.shape}")
        differs = ours != theirs
        if not differs.any():
            return ours
        z_fmt = per_operand(fmt)[2]
        row, column = np.argwhere(differs)[0]
        digits = 2 * z_fmt.itemsize
        got, want = int(theirs[row, column]), int(ours[row, column])
        text = (
            f"Z[{row},{column}] is 0x{got:0{digits}x} instead of 0x{want:0{digits}x} "
            f"({np.count_nonzero(differs)} of {differs.size} elements differ)"
        )
        fault = product_fault(op, *_widened(x, w, y, fmt), theirs, z_fmt)
        raise Disagreement(f"{text}; {fault}" if fault else text)

    return both


def _widened(x: Bits, w: Bits, y: Bits | None, fmt: Formats) -> tuple[Fp16, Fp16, Fp16 | None]:
    x_fmt, w_fmt, z_fmt = per_operand(fmt)
    return widen(x, x_fmt), widen(w, w_fmt), None if y is None else widen(y, z_fmt)


def _converted(bits: Bits, source: Format, target: Format) -> list[list[int]]:
    """Codes in another format, row by row; FP16 passes as it is."""
    rows: list[list[int]] = bits.tolist()
    if source is target:
        return rows
    layouts = getattr(oracle, source.name), getattr(oracle, target.name)
    return [[oracle.convert(code, *layouts) for code in row] for row in rows]
