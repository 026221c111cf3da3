# SPDX-License-Identifier: Apache-2.0
"""The library of second opinions, which the simulator's compilers made: FPnew alone, and exact integers."""

import ctypes as ct
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.ops import Op

VARIABLE = "REDMULE_OPINIONS"
"""Environment variable with the library's path; the runner sets it."""

_ONE_AT_A_TIME = threading.Lock()  # FPnew is one model, and whoever needs a prediction may call


Fp16 = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Source:
    """A source of second opinions.

    Its methods raise `KeyError` if `REDMULE_OPINIONS` is not set, because the process was not started by the
    runner, and `OSError` if there is no such library.
    """

    name: str  # beginning of the names of its functions in the library

    def differing(self, op: Op, places: NDArray[np.uint32], x: Fp16, w: Fp16, y: Fp16 | None, z: Fp16) -> int:
        """Count the outputs, indices into the flat Z, that have another value than in `z`.

        Matrices are FP16 bits, (M, N), (N, K) and (M, K); no Y stands for zeros.
        """
        n, k = w.shape
        function = _function(os.environ[VARIABLE], f"{self.name}_differing")
        # Bytes are dense, whatever the arrays are.
        matrices = [None if each is None else each.tobytes() for each in (x, w, y, z)]
        with _ONE_AT_A_TIME:
            return function(op, places.size, places.tobytes(), n, k, *matrices)

    def chains(self, op: Op, x: Fp16, w: Fp16, start: Fp16) -> Fp16:
        """Compute all accumulators of some outputs: FP16 bits after 0 .. N steps, shape (outputs, N + 1).

        `x` and `w` hold each output's row of X and column of W, shape (outputs, N), `start` each accumulator
        before the first step, shape (outputs,); FP16 bits all of them.
        """
        outputs, steps = x.shape
        function = _function(os.environ[VARIABLE], f"{self.name}_chains")
        sums = np.empty((outputs, steps + 1), np.uint16)
        sums[:, 0] = start
        with _ONE_AT_A_TIME:
            function(op, outputs, steps, x.tobytes(), w.tobytes(), sums.ctypes.data)
        return sums


EXACT = Source("exact")
"""Exact integers, each step rounded once."""

FPNEW = Source("fpnew")
"""FPnew alone."""


@cache
def _function(path: str, name: str) -> Callable[..., int]:
    function: Any = getattr(ct.CDLL(path), name)
    size, given = ct.c_size_t, ct.c_char_p
    if name.endswith("_chains"):
        function.argtypes, function.restype = [ct.c_int, size, size, given, given, ct.c_void_p], None
    else:
        function.argtypes, function.restype = [ct.c_int, size, given, size, size, *(given,) * 4], size
    made: Callable[..., int] = function
    return made
