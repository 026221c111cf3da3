# SPDX-License-Identifier: Apache-2.0
"""Where a wrong output can have gone wrong."""

import numpy as np
from numpy.typing import NDArray

from models.chains import step
from models.formats import Format, narrow
from models.fp16 import Fp16
from models.gemm import partial_sums
from models.ops import Op

_ALL = np.arange(0x10000, dtype=np.uint16)
# A fault that any of many steps could explain explains nothing.
_FEW = 3


def first_possible_step(
    op: Op, x_row: Fp16, w_col: Fp16, y0: int, actual: int, fmt: Format = Format.FP16
) -> int:
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
        actual: Bits of the wrong output, in the format of Z.
        fmt: The format of Z: all accumulators that narrow to the output lead to it.

    Returns:
        n in 0 .. N. 0: a wrong accumulator before the first step explains the output (Y itself may be wrong).
        N: only the last step's result, or what was done with it afterwards, does.

    Raises:
        TypeError: an array is not of type `np.uint16`.
        ValueError: the output is right, or row and column differ in length.
    """
    expected = int(narrow(partial_sums(op, x_row, w_col, y0)[-1:], fmt)[0])
    if actual == expected:
        digits = 2 * fmt.itemsize
        raise ValueError(f"the output 0x{actual:0{digits}X} is right, there is no wrong step to find")
    leads_to_actual: NDArray[np.bool_] = np.equal(narrow(_ALL, fmt), actual)
    for n in range(x_row.size, 0, -1):
        leads_to_actual = leads_to_actual[step(op, x_row[n - 1], w_col[n - 1], _ALL)]
        if not leads_to_actual.any():
            return n
    return 0


def single_faults(
    op: Op, x_row: Fp16, w_col: Fp16, y0: int, actual: int, fmt: Format = Format.FP16
) -> list[str]:
    """Returns which plain faults of an engine reproduce a wrong output, in words.

    Tried are, for each n: step n left out, step n done twice, the partial sum lost (+0) before step n; and a
    start from +0 instead of Y or from Y instead of +0. A hit is a hint where to look, not a proof. Arguments
    are those of `first_possible_step`.
    """
    count = x_row.size
    start = np.uint16(y0 if op.reads_y else 0)
    skipped, twice, lost = (np.full(count + 1, start, dtype=np.uint16) for _ in range(3))
    # Lane n carries the fault in step n; the last lane of `lost` starts from the other start value instead.
    lost[count] = 0 if op.reads_y else y0
    for n in range(count):
        x, w = x_row[n : n + 1], w_col[n : n + 1]
        kept = skipped[n]
        skipped = step(op, x, w, skipped)
        skipped[n] = kept
        twice = step(op, x, w, twice)
        twice[n : n + 1] = step(op, x, w, twice[n : n + 1])
        lost[n] = 0
        lost = step(op, x, w, lost)
    hints = []
    for text, results in (("without step", skipped), ("with step twice:", twice), ("from +0 at step", lost)):
        hits = np.flatnonzero(narrow(results[:count], fmt) == actual)
        if 0 < hits.size <= _FEW:
            hints.append(f"{text} {', '.join(map(str, hits))}")
    if narrow(lost[count:], fmt)[0] == actual:
        hints.append("from +0 instead of Y" if op.reads_y else "from Y instead of +0")
    return hints
