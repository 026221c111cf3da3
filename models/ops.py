# SPDX-License-Identifier: Apache-2.0
"""The eight operations of the engine (contract A1.3)."""

from enum import IntEnum


class Op(IntEnum):
    """An operation `Z = (X op1 W) op2 Y`; the value is the operation field of register MACFG."""

    MATMUL = 0
    """`fma(x, w, acc)` from +0; Y is not read."""
    GEMM = 1
    """`fma(x, w, acc)`."""
    ADDMAX = 2
    """`max(x + w, acc)`."""
    ADDMIN = 3
    """`min(x + w, acc)`."""
    MULMAX = 4
    """`max(x * w, acc)`."""
    MULMIN = 5
    """`min(x * w, acc)`."""
    MAXMIN = 6
    """`min(max(x, w), acc)`."""
    MINMAX = 7
    """`max(min(x, w), acc)`."""

    @property
    def reads_y(self) -> bool:
        """True if the accumulator starts from Y instead of +0."""
        return self is not Op.MATMUL

    @property
    def is_fma(self) -> bool:
        """True if a step is one fused multiply-add, not an operation followed by a minimum or maximum."""
        return self in (Op.MATMUL, Op.GEMM)
