# SPDX-License-Identifier: Apache-2.0
"""The library of second opinions, which the simulator's compilers made: FPnew alone, and exact integers."""

import ctypes as ct
import os
import threading
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.ops import Op

VARIABLE = "REDMULE_OPINIONS"
"""Environment variable with the library's path; the runner sets it."""

_ONE_AT_A_TIME = threading.Lock()  # FPnew is one model, and whoever needs a prediction may call


@cache
def _function(path: str, name: str) -> Callable[..., None]:
    function: Any = getattr(ct.CDLL(path), name)
    function.argtypes = [ct.c_int, ct.c_size_t, ct.c_size_t, ct.c_char_p, ct.c_char_p, ct.c_void_p]
    function.restype = None
    made: Callable[..., None] = function
    return made


def _chains(
    name: str, op: Op, x: NDArray[np.uint16], w: NDArray[np.uint16], start: NDArray[np.uint16]
) -> NDArray[np.uint16]:
    """Accumulators of some outputs.

    Args:
        name: Function of the library.
        op: The operation.
        x: FP16 bits of each output's row of X, shape (outputs, N).
        w: FP16 bits of each output's column of W, shape (outputs, N).
        start: FP16 bits of each accumulator before the first step, shape (outputs,).

    Returns:
        FP16 bits after 0 .. N steps, shape (outputs, N + 1).

    Raises:
        KeyError: `REDMULE_OPINIONS` is not set: the process was not started by the runner.
        OSError: There is no such library.
    """
    function = _function(os.environ[VARIABLE], name)
    outputs, steps = x.shape
    sums = np.empty((outputs, steps + 1), np.uint16)
    sums[:, 0] = start
    with _ONE_AT_A_TIME:
        # Bytes are dense, whatever the arrays are.
        function(int(op), outputs, steps, x.tobytes(), w.tobytes(), sums.ctypes.data)
    return sums


fpnew_chains = partial(_chains, "fpnew_chains")
"""As FPnew computes them."""

exact_chains = partial(_chains, "exact_chains")
"""In exact integers, each step rounded once."""
