# SPDX-License-Identifier: Apache-2.0
"""A map of faults that no device made."""

import numpy as np

from regressions.faults.injection import FaultMap, RegisterVariable
from regressions.faults.outcomes import FAULT, FaultFlag, FaultOutcome
from regressions.faults.store import FaultSetting

SETTING = FaultSetting("redmule", "gemm", "upset", "abc")


def made_map() -> FaultMap:
    """Two elements of one bit, and a counter of two, in 16 cycles."""
    variables = [
        RegisterVariable("i_array.gen_row[0].gen_ce[0].i_ce", "some_ce", "acc_q", 1, 1),
        RegisterVariable("i_array.gen_row[0].gen_ce[1].i_ce", "some_ce", "acc_q", 1, 1),
        RegisterVariable("i_counter", "some_counter", "count_q", 1, 2),
    ]
    bits = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [2, 0, 1]], dtype=np.int32)
    table = np.zeros((16, 4), dtype=FAULT)
    table[:8, 0] = (FaultOutcome.WRONG_RESULT, 0, 3, 5, 0, 0.5)
    table[:, 2] = (FaultOutcome.HANG, FaultFlag.CLEARED, 0, 0, 0, 0)
    table[0, 3] = (FaultOutcome.HANG, FaultFlag.RESET, 0, 0, 0, 0)
    return FaultMap(variables, bits, np.arange(4, dtype=np.int32), table, 1, 15, 2.0, 3.0, 640, 7)
