# SPDX-License-Identifier: Apache-2.0
"""Diagnosis of wrong outputs, against a forward search over every possible wrong partial sum; its hints."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from models import chains, gemm
from models.diagnose import first_possible_step, single_faults
from models.formats import Format, narrow
from models.ops import Op
from tests.models import cases
from tests.models.cases import Bits

_ALL = np.arange(0x10000, dtype=np.uint16)
_NARROW = [Format.E5M2, Format.E4M3, Format.BF16]


def _operands(rng: np.random.Generator, n: int, kind: str = "normal") -> tuple[Bits, Bits, int]:
    """Returns a row of X, a column of W and an element of Y."""
    x, w = cases.matrix(kind, (n,), rng), cases.matrix(kind, (n,), rng)
    return x, w, int(cases.matrix("normal", (1,), rng)[0])


def _outputs(op: Op, x: Bits, w: Bits, n: int) -> Bits:
    """Returns the outputs from every partial sum after step `n`."""
    acc = _ALL
    for i in range(n, x.size):
        acc = chains.step(op, x[i], w[i], acc)
    return acc


@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize("kind", ["normal", "special", "growing"])
def test_is_the_first_step_from_which_the_output_can_be_reached(op: Op, kind: str) -> None:
    rng = np.random.default_rng([op, 5])
    x, w, y = _operands(rng, 6, kind)
    right = int(gemm.partial_sums(op, x, w, y)[-1])
    reached = [set(_outputs(op, x, w, n).tolist()) for n in range(7)]
    # Wrong outputs of every kind: reachable from the start, from the middle, and only as the last result.
    wrong = [min(late - early - {right}, default=None) for early, late in pairwise(reached)]
    wrong += [min(reached[0] - {right}, default=None), 0x7C01 if right != 0x7C01 else None]
    tried = [actual for actual in wrong if actual is not None]
    assert len(tried) >= 2
    for actual in tried:
        expected = next(n for n in range(7) if actual in reached[n])
        assert first_possible_step(op, x, w, y, actual) == expected


@pytest.mark.parametrize("op", Op)
def test_an_injected_fault_is_not_excluded(op: Op) -> None:
    rng = np.random.default_rng([op, 6])
    shown = 0
    for _ in range(30):
        x, w, y = _operands(rng, 12)
        sums = gemm.partial_sums(op, x, w, y)
        n = int(rng.integers(0, 13))
        acc = sums[n] ^ np.uint16(1 << rng.integers(0, 16))
        for i in range(n, 12):
            acc = chains.step(op, x[i], w[i], acc)
        if acc != sums[-1]:
            shown += 1
            assert 0 <= first_possible_step(op, x, w, y, int(acc)) <= n
    assert shown > 3


def test_a_maximum_that_is_too_small_points_at_the_step_that_lost_it() -> None:
    """max(x + w, acc): an output below step 7's sum cannot come from a fault before that step."""
    x = np.arange(10, dtype=np.float16).view(np.uint16)
    x[6], w = np.float16(100).view(np.uint16), np.zeros(10, np.uint16)
    actual = int(np.float16(9).view(np.uint16))
    assert first_possible_step(Op.ADDMAX, x, w, 0, actual) == 7


def test_a_value_no_step_makes_is_the_last_steps_and_a_right_one_has_none() -> None:
    one = np.full(3, 0x3C00, np.uint16)
    assert first_possible_step(Op.GEMM, one, one, 0, 0x7C01) == 3
    assert first_possible_step(Op.GEMM, one[:0], one[:0], 0, 0x7C01) == 0
    with pytest.raises(ValueError, match="0x4200 is right"):
        first_possible_step(Op.GEMM, one, one, 0, 0x4200)


@pytest.mark.parametrize("fmt", _NARROW)
@pytest.mark.parametrize("op", [Op.GEMM, Op.ADDMAX, Op.MULMIN])
def test_a_narrow_output_is_followed_back_from_all_it_can_have_been(op: Op, fmt: Format) -> None:
    rng = np.random.default_rng([op, fmt])
    x, w, y = _operands(rng, 6)
    right = int(narrow(gemm.partial_sums(op, x, w, y)[-1:], fmt)[0])
    reached = [set(narrow(_outputs(op, x, w, n), fmt).tolist()) for n in range(7)]
    codes = range(1 << 8 * fmt.itemsize) if fmt.itemsize == 1 else range(0, 1 << 16, 997)
    tried = [code for code in codes if code != right][:40]
    for actual in tried:
        expected = next((n for n in range(7) if actual in reached[n]), 6)
        assert first_possible_step(op, x, w, y, actual, fmt) == expected
    with pytest.raises(ValueError, match=f"0x{right:0{2 * fmt.itemsize}X} is right"):
        first_possible_step(op, x, w, y, right, fmt)


_N = 9
_STEPS = list(range(_N))


def _run(op: Op, x: Bits, w: Bits, start: int, order: list[int], lost_at: int = -1) -> int:
    """Returns the output of a device that takes the steps in this order, and loses the sum before one."""
    acc = np.array([start], dtype=np.uint16)
    for n in order:
        if n == lost_at:
            acc = np.zeros(1, dtype=np.uint16)
        acc = chains.step(op, x[n : n + 1], w[n : n + 1], acc)
    return int(acc[0])


@pytest.mark.parametrize(
    ("op", "wrong", "hint"),
    [
        *((Op.GEMM, {"order": [*_STEPS[:n], *_STEPS[n + 1 :]]}, f"without step {n}") for n in (0, 4, _N - 1)),
        *((Op.GEMM, {"order": sorted([*_STEPS, n])}, f"with step twice: {n}") for n in (0, 4, _N - 1)),
        (Op.GEMM, {"lost_at": 4}, "from +0 at step 4"),
        (Op.GEMM, {"start": 0}, "from +0 instead of Y"),
        (Op.MATMUL, {}, "from Y instead of +0"),
    ],
)
def test_a_plain_fault_is_named(op: Op, wrong: dict[str, Any], hint: str) -> None:
    x, w, y = _operands(np.random.default_rng(1), _N)
    actual = _run(op, x, w, **{"start": y, "order": _STEPS, **wrong})
    assert hint in single_faults(op, x, w, y, actual)


@pytest.mark.parametrize("op", Op)
def test_an_unrelated_output_gets_no_hint(op: Op) -> None:
    x, w, y = _operands(np.random.default_rng(3), _N)
    right = int(gemm.partial_sums(op, x, w, y)[-1])
    assert single_faults(op, x, w, y, right ^ 0x5555) == []


@pytest.mark.parametrize("fmt", _NARROW)
def test_hints_compare_in_the_format_of_the_output(fmt: Format) -> None:
    x, w, y = _operands(np.random.default_rng(4), _N)
    wide = _run(Op.GEMM, x, w, y, _STEPS[:3] + _STEPS[4:])
    actual = int(narrow(np.array([wide], np.uint16), fmt)[0])
    named = " ".join(single_faults(Op.GEMM, x, w, y, actual, fmt))
    assert "without step" in named
    assert "3" in named
