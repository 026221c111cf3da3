# SPDX-License-Identifier: Apache-2.0
"""The diagnosis of wrong outputs, against a forward search over every possible wrong partial sum."""

from itertools import pairwise

import numpy as np
import pytest

from models import chains, gemm
from models.diagnose import first_possible_step
from models.formats import Format, narrow
from models.ops import Op
from tests.models import cases
from tests.models.cases import Bits

_ALL = np.arange(0x10000, dtype=np.uint16)


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
    x, w = cases.matrix(kind, (6,), rng), cases.matrix(kind, (6,), rng)
    y = int(cases.matrix("normal", (1,), rng)[0])
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
        x, w = cases.matrix("normal", (12,), rng), cases.matrix("normal", (12,), rng)
        y = int(cases.matrix("normal", (1,), rng)[0])
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


def test_a_value_no_step_makes_is_the_last_steps() -> None:
    one = np.full(3, 0x3C00, np.uint16)
    assert first_possible_step(Op.GEMM, one, one, 0, 0x7C01) == 3
    assert first_possible_step(Op.GEMM, one[:0], one[:0], 0, 0x7C01) == 0


def test_a_right_output_has_no_wrong_step() -> None:
    one = np.full(3, 0x3C00, np.uint16)
    with pytest.raises(ValueError, match="0x4200 is right"):
        first_possible_step(Op.GEMM, one, one, 0, 0x4200)


@pytest.mark.parametrize("fmt", [Format.E5M2, Format.E4M3, Format.BF16])
@pytest.mark.parametrize("op", [Op.GEMM, Op.ADDMAX, Op.MULMIN])
def test_a_narrow_output_is_followed_back_from_all_it_can_have_been(op: Op, fmt: Format) -> None:
    rng = np.random.default_rng([op, fmt])
    x, w = cases.matrix("normal", (6,), rng), cases.matrix("normal", (6,), rng)
    y = int(cases.matrix("normal", (1,), rng)[0])
    right = int(narrow(gemm.partial_sums(op, x, w, y)[-1:], fmt)[0])
    reached = [set(narrow(_outputs(op, x, w, n), fmt).tolist()) for n in range(7)]
    codes = range(1 << 8 * fmt.itemsize) if fmt.itemsize == 1 else range(0, 1 << 16, 997)
    tried = [code for code in codes if code != right][:40]
    for actual in tried:
        expected = next((n for n in range(7) if actual in reached[n]), 6)
        assert first_possible_step(op, x, w, y, actual, fmt) == expected
    with pytest.raises(ValueError, match=f"0x{right:0{2 * fmt.itemsize}X} is right"):
        first_possible_step(op, x, w, y, right, fmt)
