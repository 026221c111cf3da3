# SPDX-License-Identifier: Apache-2.0
"""The eight matrix operations against the oracle, in numpy and compiled."""

import numpy as np
import pytest

from models import gemm, oracle
from models.ops import Op
from tests.models import cases
from tests.models.cases import Bits


@pytest.fixture(params=["compiled", "numpy"], autouse=True)
def model(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "numpy":
        monkeypatch.setattr(gemm, "kernel", lambda: None)


def _expected(op: Op, x: Bits, w: Bits, y: Bits) -> Bits:
    rows = oracle.gemm_op(op, x.tolist(), w.tolist(), y.tolist(), *w.shape)
    return np.array(rows, np.uint16).reshape(y.shape)


def _operands(kind: str, m: int, n: int, k: int, seed: int) -> tuple[Bits, Bits, Bits]:
    rng = np.random.default_rng([seed, m, n, k])
    return cases.matrix(kind, (m, n), rng), cases.matrix(kind, (n, k), rng), cases.matrix(kind, (m, k), rng)


@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize("kind", cases.MATRIX_CLASSES)
def test_matches_oracle(op: Op, kind: str) -> None:
    for m, n, k in ((13, 17, 9), (1, 40, 1), (7, 1, 5), (3, 2, 33)):
        x, w, y = _operands(kind, m, n, k, seed=op)
        assert np.array_equal(gemm.gemm_op(op, x, w, y), _expected(op, x, w, y)), (m, n, k)


@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize("kind", cases.MATRIX_CLASSES)
def test_partial_sums(op: Op, kind: str) -> None:
    x, w, y = _operands(kind, 1, 50, 1, seed=100 + op)
    sums = gemm.partial_sums(op, x[0], w[:, 0], int(y[0, 0]))
    assert sums.dtype == np.uint16
    assert sums.tolist() == oracle.chain(op, x[0].tolist(), w[:, 0].tolist(), int(y[0, 0]))


@pytest.mark.parametrize("op", Op)
def test_without_steps_y_passes_unchanged(op: Op) -> None:
    """N = 0: NaN payloads stay, too; MATMUL gives +0."""
    y = np.array([[0x7C01, 0xFE55, 0x8000], [0x7E00, 0x0001, 0xFC00]], np.uint16)
    z = gemm.gemm_op(op, np.zeros((2, 0), np.uint16), np.zeros((0, 3), np.uint16), y)
    assert np.array_equal(z, y if op.reads_y else np.zeros_like(y))
    assert not np.shares_memory(z, y)
    none = np.zeros(0, np.uint16)
    assert gemm.partial_sums(op, none, none, 0x7C01).tolist() == ([0x7C01] if op.reads_y else [0])


@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize(("m", "n", "k"), [(0, 3, 4), (3, 4, 0), (0, 0, 0)])
def test_empty_results(op: Op, m: int, n: int, k: int) -> None:
    x, w, y = (np.zeros(shape, np.uint16) for shape in ((m, n), (n, k), (m, k)))
    assert gemm.gemm_op(op, x, w, y).shape == (m, k)


def test_matmul_needs_no_y_and_ignores_one() -> None:
    x, w, y = _operands("special", 5, 3, 4, seed=1)
    assert np.array_equal(gemm.gemm_op(Op.MATMUL, x, w), gemm.gemm_op(Op.MATMUL, x, w, y))


@pytest.mark.parametrize("op", Op)
def test_operands_stay_unchanged_and_may_be_views(op: Op) -> None:
    x, w, y = _operands("raw", 6, 7, 8, seed=2)
    copies = x.copy(), w.copy(), y.copy()
    z = gemm.gemm_op(op, x, w, y)
    assert all(np.array_equal(now, before) for now, before in zip((x, w, y), copies, strict=True))
    views = np.asfortranarray(x), np.asfortranarray(w), np.asfortranarray(y)
    assert np.array_equal(gemm.gemm_op(op, *views), z)
    for operand in (x, w, y):
        operand.setflags(write=False)
    assert np.array_equal(gemm.gemm_op(op, x, w, y), z)


def test_no_floating_point_warnings() -> None:
    with np.errstate(all="raise"):
        for op in Op:
            x, w, y = _operands("special", 30, 20, 30, seed=3)
            gemm.gemm_op(op, x, w, y)
            gemm.partial_sums(op, x[0], w[:, 0], 0x7C01)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((2, 3), (4, 5), (2, 5)), "N x K"),
        (((2, 3), (3, 5), (2, 4)), "M x K"),
        (((3,), (3, 5), (1, 5)), "N x K"),
        (((2, 3), (3, 5), None), "GEMM needs Y"),
    ],
)
def test_shapes_that_do_not_fit(shapes: tuple[tuple[int, ...] | None, ...], message: str) -> None:
    x, w, y = (None if shape is None else np.zeros(shape, np.uint16) for shape in shapes)
    with pytest.raises(ValueError, match=message):
        gemm.gemm_op(Op.GEMM, x, w, y)


def test_bits_of_other_formats_are_refused() -> None:
    fp16, fp8 = np.zeros((2, 2), np.uint16), np.zeros((2, 2), np.uint8)
    with pytest.raises(TypeError, match="W has to hold FP16 bits"):
        gemm.gemm_op(Op.GEMM, fp16, fp8, fp16)
