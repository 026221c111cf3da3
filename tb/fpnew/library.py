# SPDX-License-Identifier: Apache-2.0
"""The library that the simulator made of `fpnew_step.sv`, called with numpy arrays."""

from __future__ import annotations

import ctypes as ct
import os
import threading
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.ops import Op

VARIABLE = "REDMULE_FPNEW"
"""Environment variable with the library's path; the runner sets it."""

_ONE_AT_A_TIME = threading.Lock()  # the library has one model, and whoever needs a prediction may call
_BITS = np.ctypeslib.ndpointer(np.uint16, flags="C_CONTIGUOUS")


@cache
def _library(path: str) -> ct.CDLL:
    library = ct.CDLL(path)
    library.fpnew_chains.argtypes = [ct.c_int, ct.c_size_t, ct.c_size_t, _BITS, _BITS, _BITS]
    library.fpnew_chains.restype = None
    return library


def chains(
    op: Op, x: NDArray[np.uint16], w: NDArray[np.uint16], start: NDArray[np.uint16]
) -> NDArray[np.uint16]:
    """Accumulators of some outputs, as FPnew computes them.

    Args:
        op: The operation.
        x: FP16 bits of each output's row of X, shape (outputs, N).
        w: FP16 bits of each output's column of W, shape (outputs, N).
        start: FP16 bits of each accumulator before the first step, shape (outputs,).

    Returns:
        FP16 bits after 0 .. N steps, shape (outputs, N + 1).

    Raises:
        KeyError: `REDMULE_FPNEW` is not set: the process was not started by the runner.
        OSError: There is no such library.
    """
    outputs, steps = x.shape
    sums = np.empty((outputs, steps + 1), np.uint16)
    sums[:, 0] = start
    library = _library(os.environ[VARIABLE])
    with _ONE_AT_A_TIME:
        library.fpnew_chains(op, outputs, steps, np.ascontiguousarray(x), np.ascontiguousarray(w), sums)
    return sums
