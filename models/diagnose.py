# SPDX-License-Identifier: Apache-2.0
"""Where a wrong output can have gone wrong."""

import numpy as np
from numpy.typing import NDArray

from models.fp16 import Fp16
from models.gemm import partial_sums, step
from models.ops import Op

_ALL = np.arange(0x10000, dtype=np.uint16)


def first_possible_step(op: Op, x_row: Fp16, w_col: Fp16, y0: int, actual: int) -> int:
    """Returns the smallest n such that one wrong partial sum after step n explains a wrong output.

    The reading is that of a single fault: up to step n something went wrong, whatever it was, and all steps
    after it were right. So the accumulators that lead to the actual output are followed backwards, out of all
    65536, until none is left: before that step no partial sum, right or wrong, can have led to the output.
    Faults at any later step are possible as well; the last of several faults is there or later.

    It takes about two milliseconds for each step followed.

    Args:
        op: The operation.
        x_row: FP16 bits, the N elements of X's row.
        w_col: FP16 bits, the N elements of W's column.
        y0: FP16 bits of Y's element; ignored by MATMUL.
        actual: FP16 bits of the wrong output.

    Returns:
        n in 0 .. N. 0: a wrong accumulator before the first step explains the output (Y itself may be wrong).
        N: only the last step's result, or what was done with it afterwards, does.

    Raises:
        TypeError: an array is not of type `np.uint16`.
        ValueError: the output is right, or row and column differ in length.
    """
    expected = int(partial_sums(op, x_row, w_col, y0)[-1])
    if actual == expected:
        raise ValueError(f"the output 0x{actual:04X} is right, there is no wrong step to find")
    leads_to_actual: NDArray[np.bool_] = np.equal(_ALL, actual)
    for n in range(x_row.size, 0, -1):
        leads_to_actual = leads_to_actual[step(op, x_row[n - 1], w_col[n - 1], _ALL)]
        if not leads_to_actual.any():
            return n
    return 0
