# SPDX-License-Identifier: Apache-2.0
"""The oracle in C++ (`tb/opinions/exact_chain.cpp`), for many cases; test_oracle.py compares the two."""

import ctypes as ct
from functools import cache, partial
from pathlib import Path

import numpy as np

from models.kernel import library
from models.ops import Op
from tests.models.cases import Bits

_SOURCE = Path(__file__).parents[2] / "tb" / "opinions" / "exact_chain.cpp"
_NAN = np.uint16(0x7E00)  # as an accumulator it leaves what the first of two operations gives


@cache
def _library() -> ct.CDLL:
    return ct.CDLL(str(library("plain", _SOURCE)))


def step(op: Op, x: Bits, w: Bits, acc: Bits) -> Bits:
    """Returns one-dimensional accumulators after one step."""
    sums = np.stack([acc, np.empty_like(acc)], axis=1)
    numbers = ct.c_int(op), ct.c_size_t(acc.size), ct.c_size_t(1)
    _library().exact_chains(*numbers, x.tobytes(), w.tobytes(), ct.c_void_p(sums.ctypes.data))
    return sums[:, 1]


def fma(a: Bits, b: Bits, c: Bits) -> Bits:
    """Returns a * b + c."""
    return step(Op.GEMM, a, b, c)


def _first(op: Op, a: Bits, b: Bits) -> Bits:
    """Returns what the first of two operations gives."""
    return step(op, a, b, np.full_like(a, _NAN))


add, mul = partial(_first, Op.ADDMAX), partial(_first, Op.MULMAX)
minimum, maximum = partial(_first, Op.MINMAX), partial(_first, Op.MAXMIN)
