# SPDX-License-Identifier: Apache-2.0
"""Wrong products of matrices: a fault that explains all of one, or the first step that can be wrong."""

from dataclasses import dataclass

from models.diagnose import first_possible_step, single_faults
from models.formats import Bits, Format
from models.fp16 import Fp16
from models.ops import Op
from models.product_faults import product_fault

_LIMIT_STEPS = 4096  # beyond it the search for the first wrong step would take longer than the simulation


@dataclass(frozen=True, slots=True)
class MatrixProduct:
    """Operands of a product, as FP16 bits, and the format of Z."""

    op: Op
    x: Fp16  # M x N
    w: Fp16  # N x K
    y: Fp16  # M x K; zeros or whatever else lies there where the operation reads none
    fmt: Format = Format.FP16

    def fault(self, actual: Bits) -> str:
        """Tell if a wrong rounding, scale or transposition is all that is wrong; empty if it is not."""
        if not 0 < len(self.w) <= _LIMIT_STEPS:
            return ""
        return product_fault(self.op, self.x, self.w, self.y, actual, self.fmt)

    def first_step(self, row: int, column: int, got: int) -> str:
        """Tell at which step an element can first have gone wrong, and plain faults that lead to it."""
        if not len(self.w):
            return "no step: N is 0"
        if len(self.w) > _LIMIT_STEPS:
            return f"first wrong step not searched, N > {_LIMIT_STEPS}"
        chain = self.op, self.x[row], self.w[:, column], int(self.y[row, column]), got, self.fmt
        try:
            text = _possible(first_possible_step(*chain))
        except ValueError:
            return "the model's own steps, one by one, lead to this output: model and steps disagree"
        hints = single_faults(*chain)
        return f"{text}; it is the result {' or '.join(hints)}" if hints else text


def _possible(step: int) -> str:
    if step == 0:
        return "the start value or any partial sum can have gone wrong"
    return f"the partial sum can first have gone wrong in step n = {step - 1}"
