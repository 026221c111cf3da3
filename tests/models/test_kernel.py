# SPDX-License-Identifier: Apache-2.0
"""Compiled kernels: the same bits as the model in numpy; a kernel with a defect is found."""

import ctypes
import threading
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import chains, gemm, kernel, oracle
from models.kernel import SOURCE, Kernel, library
from models.ops import Op
from tests.models import cases
from tests.models.cases import Bits
from tests.models.kernel_comparison import differences

_STEPS = 3_000_000
_CODES = st.one_of(st.sampled_from(cases.SPECIAL.tolist()), st.integers(0, 0xFFFF))

# Expressions of the kernels' source, and what they become.
_DEFECTS = {
    "ties to odd": ("power(kShift + 1) - 2", "power(kShift + 1) - 1"),
    "ties away from zero": ("(size >> kShift & 1)", "Ints{} + 1"),
    "zeros without sign": (
        "reinterpret_cast<Ints>(rounded) | sign",
        "reinterpret_cast<Ints>(rounded) | (rounded == 0 ? Ints{} : sign)",
    ),
    "bits below the least ulp": ("power(-14) * kSumScale", "power(-15) * kSumScale"),
    "sums never infinite": ("65528 * kSumScale", "65504 * kSumScale"),
    "two roundings": (
        "sum + x * w",
        "reinterpret_cast<Reals>(reinterpret_cast<Ints>(sum + x * w) & ~0x1FFFFFFF)",
    ),
    "subnormal results": ("power(kFraction - 24)", "power(kFraction - 23)"),
    "subnormal operands": ("reinterpret_cast<Reals>(fields + bits(-14)) - power(-14)", "Reals{}"),
    "infinite from 32768": ("power(16)", "power(15)"),
    "payload of a NaN": ("values == values ? number | sign : Ints{} + kNan", "number | sign"),
    "NaN before numbers": (
        "values == values ? bits ^ (bits >> 31 & kMagnitude) : Ints{} + kLast",
        "bits ^ (bits >> 31 & kMagnitude)",
    ),
    "NaN after two operations": ("keys == kLastOfTwo ? Ints{} + kLast : keys", "keys"),
    "zeros without order": ("codes ^ (codes >> 15 & INT16_MAX)", "codes >= 0 ? codes : -(codes & INT16_MAX)"),
    "NaN as a number": ("(codes & INT16_MAX) > kInfinity ? Ints{} + kLastOfTwo : keys", "keys"),
    "one row of X for all": ("x + (row + r) * n", "x + row * n"),
    "one panel of W for all": ("panel += n", "panel += 0"),
    "last column of W": ("load(w + i * k + col, k - col)", "load(w + i * k + col, k - col - 1)"),
    "one step of W for all": ("load(w + i, count)", "load(w + first, count)"),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Kernel]:
    """Gives kernels with the defect of a number, from one library; 0 for none."""
    text = SOURCE.read_text()
    for number, (right, wrong) in enumerate(_DEFECTS.values(), 1):
        assert text.count(right) == 1, right
        text = text.replace(right, f"(defect == {number} ? ({wrong}) : ({right}))")
    source = tmp_path_factory.mktemp("broken") / "kernel.cpp"
    source.write_text(f'extern "C" {{\nint defect = 0;\n}}\n{text}')
    path = library("plain", source, extra=["-O1"])

    def choose(number: int) -> Kernel:
        ctypes.c_int.in_dll(ctypes.CDLL(str(path)), "defect").value = number
        return Kernel(path)

    return choose


def test_the_bits_are_those_of_numpy() -> None:
    """For the vectors of this processor, and for those that all have."""
    kernels = {level: Kernel(library(level)) for level in kernel.levels()}
    assert next(differences(kernels, _STEPS), None) is None


def test_a_comparison_with_a_right_kernel_finds_nothing(broken: Callable[[int], Kernel]) -> None:
    assert next(differences({"right": broken(0)}, 1), None) is None


@pytest.mark.parametrize("defect", _DEFECTS)
def test_the_comparison_finds(broken: Callable[[int], Kernel], defect: str) -> None:
    wrong = broken(1 + list(_DEFECTS).index(defect))
    assert next(differences({defect: wrong}, 1)).startswith(f"{defect}, round 1: ")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(Op), st.integers(0, 4), st.integers(0, 5), st.integers(0, 4), st.data())
def test_small_jobs_of_any_bits(op: Op, m: int, n: int, k: int, data: st.DataObject) -> None:
    def draw(rows: int, cols: int) -> Bits:
        codes = data.draw(st.lists(_CODES, min_size=rows * cols, max_size=rows * cols))
        return np.array(codes, np.uint16).reshape(rows, cols)

    x, w, y = draw(m, n), draw(n, k), draw(m, k)
    expected = oracle.gemm_op(Op.GEMM if op is Op.MATMUL else op, x.tolist(), w.tolist(), y.tolist(), n, k)
    for model in (_compiled(), chains):
        assert model.matrix(op, x, w, y).tolist() == expected


@pytest.mark.parametrize(
    ("m", "n", "k"), [(1, 1, 1), (13, 300, 1), (1, 5, 70), (64, 33, 65), (7, 0, 3), (0, 3, 4)]
)
@pytest.mark.parametrize("op", Op)
def test_shapes(op: Op, m: int, n: int, k: int) -> None:
    """Whole vectors and what is left over, in all dimensions; strides, and arrays that may not be written."""
    rng = np.random.default_rng([op, m, n, k])
    x, w, y = (cases.matrix("special", shape, rng) for shape in ((m, n), (n, k), (m, k)))
    expected = chains.matrix(op, x, w, y)
    for arrays in ((x, w, y), tuple(np.asfortranarray(each) for each in (x, w, y))):
        for each in arrays:
            each.setflags(write=False)
        assert np.array_equal(_compiled().matrix(op, *arrays), expected)
    columns = np.asfortranarray(w), np.asfortranarray(w[:, ::-1]), w[0] if n else np.zeros(k, np.uint16)
    assert np.array_equal(_compiled().accumulators(op, *columns), chains.accumulators(op, *columns))


def test_threads_may_call_at_the_same_time() -> None:
    x, w, y = cases.matrix("normal", (3, 60, 60), np.random.default_rng(1))
    expected, results = gemm.gemm_op(Op.GEMM, x, w, y), []

    def work() -> None:
        results.extend(np.array_equal(gemm.gemm_op(Op.GEMM, x, w, y), expected) for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 200


def _compiled() -> Kernel:
    found = kernel.kernel()
    assert found is not None
    return found
