# SPDX-License-Identifier: Apache-2.0
"""Counts cases: a unit beside exact integers and the model's kernel, bit by bit."""

import ctypes as ct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from models.cxx import compiler
from models.fp16 import Fp16
from models.kernel import kernel
from models.ops import Op
from regressions.paths import ROOT
from regressions.proof.counting.cases import CaseOperands, Count
from regressions.simulators.base import Simulator
from regressions.simulators.model import FAST_X, NO_ASSERTIONS, Model
from regressions.simulators.opinions import opinions_model
from regressions.yosys.reading import Reading
from tb.descriptor import load

BLOCK = 1 << 16
"""Cases that are computed together."""

_OWN = Path(__file__).with_name("minmax_chain.cpp")
_OPINIONS = ROOT / "tb" / "opinions"


@dataclass(frozen=True, slots=True)
class CountedDifference:
    """A case in which not all agree: its number, its operands, and what each one computed; FP16 bits."""

    number: int
    operands: tuple[int, int, int]
    unit: int
    exact: int
    model: int

    def __str__(self) -> str:
        x, w, acc = self.operands
        return (
            f"case {self.number}: x={x:#06x} w={w:#06x} acc={acc:#06x}: "
            f"unit {self.unit:#06x}, exact {self.exact:#06x}, model {self.model:#06x}"
        )


@dataclass(frozen=True, slots=True)
class Libraries:
    """Compiled libraries: FPnew alone with the exact steps, and the array's minimum and maximum alone."""

    opinions: Path
    minmax: Path

    @property
    def digest(self) -> str:
        """Of all that they are made of."""
        return f"{self.opinions.parent.name} {self.minmax.parent.name}"

    def unit(self, count: Count) -> Path:
        """The library that has a count's unit."""
        return self.minmax if count.unit == "minmax" else self.opinions


def compile_libraries(simulator: Simulator, folder: Path) -> Libraries:
    """Compile both libraries, or take them from the cache; `folder` has the logs.

    Raises:
        BuildError: A tool is missing or failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return Libraries(
        simulator.compile(opinions_model(), folder / "opinions.log"),
        simulator.compile(_minmax_model(), folder / "minmax.log"),
    )


def _minmax_model() -> Model:
    reading = Reading.of(load("redmule"))
    needed = ("cf_math_pkg", "lzc", "fpnew_pkg", "fpnew_classifier", "fpnew_noncomp", "redmule_minmax")
    return Model(
        name="minmax",
        top="redmule_minmax",
        prefix="Vminmax",
        program="libminmax.so",
        sources=(
            ROOT / "rtl" / "package.vlt",
            ROOT / "rtl" / "redmule" / "redmule.vlt",
            *(path for path in reading.sources if path.stem in needed),
        ),
        includes=reading.includes,
        flags=("--no-timing", *FAST_X, f"-D{NO_ASSERTIONS}"),
        cpp=(_OWN,),
        folders=(_OPINIONS,),
        compile=("-fPIC", "-fvisibility=hidden", *compiler().private, "-DVL_TIME_CONTEXT"),
        link=("-shared", "-Wl,-Bsymbolic"),
    )


def first_difference(count: Count, first: int, end: int, libraries: Libraries) -> CountedDifference | None:
    """The first of the cases `first` to `end - 1` in which unit, exact integers and model do not agree."""
    for start in range(first, end, BLOCK):
        numbers = np.arange(start, min(start + BLOCK, end), dtype=np.uint64)
        operands = count.operands(numbers)
        unit = _chains(libraries.unit(count), f"{count.unit}_chains", count.op, operands)
        exact = _chains(libraries.opinions, "exact_chains", count.op, operands)
        model = _model(count.op, operands)
        wrong = np.flatnonzero((unit != exact) | (model != exact))
        if wrong.size:
            at = int(wrong[0])
            x, w, acc = (int(each[at]) for each in operands)
            return CountedDifference(start + at, (x, w, acc), int(unit[at]), int(exact[at]), int(model[at]))
    return None


def _chains(library: Path, name: str, op: Op, operands: CaseOperands) -> Fp16:
    """Results of one step, by a function of a library."""
    sums = np.empty((operands.x.size, 2), np.uint16)
    sums[:, 0] = operands.acc
    x, w = operands.x.tobytes(), operands.w.tobytes()
    _function(library, name)(op, operands.x.size, 1, x, w, sums.ctypes.data)
    return sums[:, 1]


def _model(op: Op, operands: CaseOperands) -> Fp16:
    """Results of one step by the model's kernel.

    Raises:
        OSError: There is no kernel, for want of a compiler.
    """
    compiled = kernel()
    if compiled is None:
        raise OSError("the model's compiled kernels are counted; there are none")
    sums: Fp16 = compiled.accumulators(op, operands.x[None], operands.w[None], operands.acc)[1]
    return sums


@cache
def _function(library: Path, name: str) -> Callable[..., None]:
    function: Any = getattr(ct.CDLL(str(library)), name)
    size, given = ct.c_size_t, ct.c_char_p
    function.argtypes, function.restype = [ct.c_int, size, size, given, given, ct.c_void_p], None
    made: Callable[..., None] = function
    return made
