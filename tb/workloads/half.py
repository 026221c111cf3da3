# SPDX-License-Identifier: Apache-2.0
"""FP16 numbers as numpy has them, and their bits."""

import numpy as np
from numpy.typing import NDArray

from models.fp16 import Fp16

Half = NDArray[np.float16]


def bits_of(values: Half) -> Fp16:
    """Returns the bits of numbers, row by row, whatever the array is a view of."""
    return np.ascontiguousarray(values).view(np.uint16)
