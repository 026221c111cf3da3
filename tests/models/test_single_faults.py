# SPDX-License-Identifier: Apache-2.0
"""The hints on a wrong output: each plain fault is recognised, and unrelated outputs get none."""

import numpy as np
import pytest

from models.chains import step
from models.diagnose import single_faults
from models.formats import Format, narrow
from models.gemm import partial_sums
from models.ops import Op
from tests.models import cases

N = 9


def _operands(seed: int) -> tuple[cases.Bits, cases.Bits, int]:
    rng = np.random.default_rng(seed)
    return (
        cases.matrix("normal", (N,), rng),
        cases.matrix("normal", (N,), rng),
        int(cases.matrix("normal", (1,), rng)[0]),
    )


def _run(op: Op, x: cases.Bits, w: cases.Bits, start: int, order: list[int], lost_at: int = -1) -> int:
    acc = np.array([start], dtype=np.uint16)
    for n in order:
        if n == lost_at:
            acc = np.zeros(1, dtype=np.uint16)
        acc = step(op, x[n : n + 1], w[n : n + 1], acc)
    return int(acc[0])


@pytest.mark.parametrize("n", [0, 4, N - 1])
def test_a_step_left_out_or_done_twice_is_named(n: int) -> None:
    x, w, y = _operands(n)
    order = list(range(N))
    assert f"without step {n}" in single_faults(
        Op.GEMM, x, w, y, _run(Op.GEMM, x, w, y, order[:n] + order[n + 1 :])
    )
    assert f"with step twice: {n}" in single_faults(
        Op.GEMM, x, w, y, _run(Op.GEMM, x, w, y, sorted([*order, n]))
    )


def test_a_lost_partial_sum_is_named() -> None:
    x, w, y = _operands(1)
    actual = _run(Op.GEMM, x, w, y, list(range(N)), lost_at=4)
    assert "from +0 at step 4" in single_faults(Op.GEMM, x, w, y, actual)


def test_a_wrong_start_is_named() -> None:
    x, w, y = _operands(2)
    order = list(range(N))
    assert "from Y instead of +0" in single_faults(Op.MATMUL, x, w, y, _run(Op.MATMUL, x, w, y, order))
    assert "from +0 instead of Y" in single_faults(Op.GEMM, x, w, y, _run(Op.GEMM, x, w, 0, order))


@pytest.mark.parametrize("op", Op)
def test_an_unrelated_output_gets_no_hint(op: Op) -> None:
    x, w, y = _operands(3)
    right = int(partial_sums(op, x, w, y)[-1])
    assert single_faults(op, x, w, y, right ^ 0x5555) == []


@pytest.mark.parametrize("fmt", [Format.E5M2, Format.E4M3, Format.BF16])
def test_hints_compare_in_the_format_of_the_output(fmt: Format) -> None:
    x, w, y = _operands(4)
    order = list(range(N))
    wide = _run(Op.GEMM, x, w, y, order[:3] + order[4:])
    actual = int(narrow(np.array([wide], np.uint16), fmt)[0])
    named = " ".join(single_faults(Op.GEMM, x, w, y, actual, fmt))
    assert "without step" in named
    assert "3" in named
