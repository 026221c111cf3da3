# SPDX-License-Identifier: Apache-2.0
"""The engine as a Python object: scales, formats, cuts into jobs, and the account of cycles."""

from typing import Any

import numpy as np
import pytest

from models.blocks import BlockSizes, block_sizes
from models.engine import ARRAY, Engine, model
from models.formats import Format, per_operand
from models.gemm import gemm_op
from models.ops import Op
from models.timing import Instance
from models.values import to_bits, to_values

_SMALL = Instance(4, 4, 1, 256)


def _matrices(op: Op, m: int, n: int, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    rng = np.random.default_rng(m * n * k)
    return (
        rng.standard_normal((m, n)),
        rng.standard_normal((n, k)),
        rng.standard_normal((m, k)) if op.reads_y else None,
    )


@pytest.mark.parametrize("op", list(Op))
def test_results_are_the_reference_models(op: Op) -> None:
    x, w, y = _matrices(op, 13, 17, 11)
    bits = [None if each is None else to_bits(each, Format.FP16) for each in (x, w, y)]
    expected = gemm_op(op, bits[0], bits[1], bits[2])
    assert np.array_equal(Engine().gemm_op(op, x, w, y), to_values(expected, Format.FP16))


def test_named_operations() -> None:
    x, w, y = _matrices(Op.GEMM, 5, 6, 7)
    engine = Engine()
    assert np.allclose(engine.matmul(x, w), x @ w, atol=0.02)
    assert np.allclose(engine.gemm(x, w, y), x @ w + y, atol=0.02)
    assert [job.op for job in engine.jobs] == [Op.MATMUL, Op.GEMM]


@pytest.mark.parametrize("op", list(Op))
@pytest.mark.parametrize("memory", [700, 2000, 5000])
def test_jobs_that_fit_a_memory_give_the_same_bits(op: Op, memory: int) -> None:
    x, w, y = _matrices(op, 45, 50, 39)
    x[3, 4] = np.nan
    engine = Engine(_SMALL, memory=memory)
    result = engine.gemm_op(op, x, w, y)
    assert np.array_equal(result, Engine(_SMALL).gemm_op(op, x, w, y), equal_nan=True)
    assert len(engine.jobs) > 1
    assert sum(job.macs for job in engine.jobs) == 45 * 50 * 39
    assert all(BlockSizes(job.m, job.n, job.k).nbytes(job.fmt) <= memory for job in engine.jobs)


def test_a_narrow_z_is_never_rounded_on_the_way() -> None:
    """Steps of an output stay in one job where its format would round the sum between two."""
    fmt = (Format.E4M3, Format.E4M3, Format.E4M3)
    x, w, y = _matrices(Op.GEMM, 30, 64, 20)
    engine = Engine(_SMALL, fmt, memory=1500)
    assert np.array_equal(engine.gemm(x, w, y), Engine(_SMALL, fmt).gemm(x, w, y))
    assert {job.n for job in engine.jobs} == {64}
    with pytest.raises(ValueError, match=r"GEMM of 30 x 64 x 20 does not fit 500 bytes.*one tile, takes 800"):
        Engine(_SMALL, fmt, memory=500).gemm(x, w, y)


@pytest.mark.parametrize("memory", [3000, 20_000, 128 * 1024])
@pytest.mark.parametrize("shape", [(128, 640, 16), (96, 96, 96), (7, 1, 3000), (1, 1, 1)])
def test_blocks_cover_an_operation_once_in_the_order_of_steps(
    memory: int, shape: tuple[int, int, int]
) -> None:
    counts = np.zeros(shape, np.int64)
    reached = np.zeros((shape[0], shape[2]), np.int64)
    for block in block_sizes(ARRAY, Op.GEMM, *shape, Format.FP16, memory).cover(*shape):
        counts[block.m, block.n, block.k] += 1
        assert (reached[block.m, block.k] == block.n.start).all()
        reached[block.m, block.k] = block.n.stop
    assert (counts == 1).all()


def test_an_operation_without_steps_copies_y() -> None:
    y = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(Engine(memory=100).gemm(np.empty((2, 0)), np.empty((0, 3)), y), y)


def test_larger_blocks_cost_fewer_cycles() -> None:
    cycles = []
    for memory in (2000, 8000, 30_000, None):
        engine = Engine(memory=memory)
        engine.matmul(np.ones((96, 96)), np.ones((96, 96)))
        cycles.append(engine.cycles)
    assert cycles == sorted(cycles, reverse=True)
    assert cycles[-1] < cycles[0]


def test_the_papers_case_takes_the_schedules_cycles() -> None:
    engine = Engine()
    engine.gemm(np.ones((96, 96)), np.ones((96, 96)), np.ones((96, 96)))
    assert engine.cycles == 18493
    assert engine.utilization == pytest.approx(0.9967, abs=1e-4)


@pytest.mark.parametrize("op", list(Op))
def test_scales_are_taken_out_of_the_result_again(op: Op) -> None:
    x, w, y = (None if each is None else np.ldexp(each, -20) for each in _matrices(op, 6, 5, 4))
    scales = (18, 18)
    scaled = Engine().gemm_op(op, x, w, y, scales=scales)
    unscaled = Engine().gemm_op(op, x, w, y)
    exact = (None if each is None else np.ldexp(each, 18) for each in (x, w))
    z_scale = 36 if op.is_fma or op in (Op.MULMAX, Op.MULMIN) else 18
    up = Engine().gemm_op(op, *exact, None if y is None else np.ldexp(y, z_scale))
    assert np.array_equal(scaled, np.ldexp(up, -z_scale))
    if op.is_fma:
        assert not unscaled.any() or op is Op.GEMM  # products of 2**-40 are lost without scales


@pytest.mark.parametrize(("x", "w"), [(65504.0, 1.0), (1.0, 65504.0)])
def test_nothing_is_scaled_unless_asked_for(x: float, w: float) -> None:
    """The largest number leaves no room for a scale."""
    engine = Engine()
    assert engine.matmul([[x]], [[w]]) == 65504.0
    assert engine.gemm([[x]], [[w]], [[0.0]]) == 65504.0
    assert engine.gemm_op(Op.MATMUL, [[x]], [[w]]) == 65504.0


def test_one_scale_where_operands_are_added_or_compared() -> None:
    x, w, y = _matrices(Op.ADDMIN, 2, 2, 2)
    with pytest.raises(ValueError, match=r"ADDMIN adds or compares.*must be equal, not \(3, 2\)"):
        Engine().gemm_op(Op.ADDMIN, x, w, y, scales=(3, 2))


def test_formats_of_a_call_and_of_the_engine() -> None:
    hybrid = (Format.E4M3, Format.E5M2, Format.FP16)
    x, w, y = _matrices(Op.GEMM, 8, 8, 8)
    one, other = Engine(formats=hybrid), Engine()
    assert np.array_equal(one.gemm(x, w, y), other.gemm(x, w, y, formats=hybrid))
    assert one.jobs[0].fmt == other.jobs[0].fmt == hybrid
    rounded = [to_values(to_bits(a, f), f) for a, f in zip((x, w), per_operand(hybrid), strict=False)]
    assert np.array_equal(one.gemm(x, w, y), other.gemm(*rounded, y))


def test_kept_jobs_compute_their_results_again() -> None:
    engine = Engine(_SMALL, memory=900, keep=True)
    engine.gemm(*_matrices(Op.GEMM, 20, 30, 10), label="layer 1")
    for job in engine.jobs:
        assert job.label == "layer 1"
        assert job.operands is not None
        x, w, y = job.operands
        assert np.array_equal(model(job.op, x, w, y, job.fmt), job.result)
    other = Engine()
    other.matmul(np.ones((2, 2)), np.ones((2, 2)))
    assert other.jobs[0].operands is None


def test_another_backend_computes() -> None:
    def wrong(op: Op, x: Any, w: Any, y: Any, fmt: Any) -> Any:
        return model(op, x, w, y, fmt) ^ 1

    x, w, y = _matrices(Op.GEMM, 4, 4, 4)
    assert not np.array_equal(Engine(backend=wrong).gemm(x, w, y), Engine().gemm(x, w, y))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((Op.GEMM, np.ones((2, 3)), np.ones((2, 3)), None), "X is M x N and W is N x K"),
        ((Op.GEMM, np.ones((2, 3)), np.ones((3, 2)), None), "GEMM needs Y"),
        ((Op.MATMUL, np.ones((2, 3)), np.ones((3, 2)), np.ones((2, 2))), "MATMUL takes no Y"),
        ((Op.GEMM, np.ones((2, 3)), np.ones((3, 2)), np.ones((3, 2))), r"Y is M x K, here \(2, 2\)"),
    ],
)
def test_operands_that_do_not_fit_are_named(arguments: tuple[Any, ...], message: str) -> None:
    engine = Engine()
    with pytest.raises(ValueError, match=message):
        engine.gemm_op(*arguments)
    assert engine.jobs == []
