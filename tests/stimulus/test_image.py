# SPDX-License-Identifier: Apache-2.0
"""Memory images: poison, the order of writes, and predictions against the operations themselves."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from models import fp16
from models.formats import Format, narrow, widen
from models.gemm import gemm_op
from models.layout import load
from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario, Window
from tb.stimulus.image import initial_image, poison, predict, undefined
from tb.stimulus.job import GemmJob
from tb.stimulus.operands import operands

BASE = 0x1000_0000
WINDOW = Window(BASE, 4096)


def job(**changes: Any) -> Job:
    values: dict[str, Any] = {"op": Op.GEMM, "m": 3, "n": 4, "k": 5}
    values |= {"x_addr": BASE + 1, "w_addr": BASE + 102, "z_addr": BASE + 203}
    return Job(**(values | changes))


def after(*jobs: Job, window: Window = WINDOW) -> tuple[np.ndarray, np.ndarray]:
    scenario = Scenario(0, jobs, window)
    before = initial_image(scenario)
    return before, predict(before, jobs, window.base)


@pytest.mark.parametrize("seed", range(16))
def test_poison_is_poison_at_every_alignment(seed: int) -> None:
    image = poison(Window(0, 65536), seed)
    for shift in (0, 1):
        halves = image[shift : 65536 - shift].view("<u2").astype(np.uint16)
        magnitude = halves & 0x7FFF
        harmless = magnitude < 0x7B00
        assert harmless.mean() < 0.04
    if seed % 4:
        assert not fp16.is_nan(image.view("<u2")).any()


def test_poison_has_nan_infinity_and_huge_values_of_both_signs() -> None:
    for shift in (0, 1):
        seen = poison(Window(0, 65536), 0)[shift : 65536 - shift].view("<u2")
        assert fp16.is_nan(seen).any()
        assert (seen == 0x7C00).any()
        assert (seen == 0xFC00).any()
        assert ((seen >= 0x7B00) & (seen < 0x7C00)).any()
        assert ((seen >= 0xFB00) & (seen < 0xFC00)).any()


def test_poison_depends_on_the_seed_and_is_a_copy() -> None:
    first = poison(WINDOW, 0)
    assert not np.array_equal(first, poison(WINDOW, 4))
    first[:] = 0
    assert poison(WINDOW, 0).any()
    large = poison(Window(0, 1 << 20), 3)
    assert large.size == 1 << 20
    assert (large[-4096:] != 0).mean() > 0.9


@pytest.mark.parametrize("fmt", Format)
@pytest.mark.parametrize("op", Op)
def test_prediction_is_the_operation_on_the_operands(op: Op, fmt: Format) -> None:
    one = job(op=op, fmt=fmt, classes=("wide", "special", "normal"), data_seed=9)
    before, image = after(one)
    x, w, y = operands(one)
    z = gemm_op(op, widen(x, fmt), widen(w, fmt), None if y is None else widen(y, fmt))
    assert np.array_equal(load(image, 203, 3, 5, fmt), narrow(z, fmt))
    changed = np.flatnonzero(before != image)
    assert changed.size == 0 or (changed.min() >= 203 and changed.max() < 203 + one.z_range[1])


@pytest.mark.parametrize("op", [Op.GEMM, Op.MATMUL, Op.ADDMAX])
@pytest.mark.parametrize(
    "mix", [(Format.E4M3, Format.FP16, Format.FP16), (Format.BF16, Format.E5M2, Format.E4M3)]
)
def test_prediction_widens_and_narrows_each_operand(op: Op, mix: tuple[Format, Format, Format]) -> None:
    one = job(op=op, fmt=mix, classes=("normal", "raw", "special"), data_seed=9)
    _, image = after(one)
    x, w, y = operands(one)
    y = None if y is None else widen(y, mix[2])
    z = gemm_op(op, widen(x, mix[0]), widen(w, mix[1]), y)
    assert np.array_equal(load(image, 203, 3, 5, mix[2]), narrow(z, mix[2]))


@pytest.mark.parametrize("fmt", Format)
def test_a_copy_is_narrow_of_widen(fmt: Format) -> None:
    one = job(n=0, m=2, k=600, x_addr=0, w_addr=0, fmt=(Format.FP16, Format.E5M2, fmt), classes=("raw",) * 3)
    before, image = after(one)
    y, z = (load(each, 203, 2, 600, fmt) for each in (before, image))
    assert np.array_equal(z, narrow(widen(y, fmt), fmt))
    assert np.array_equal(z, y) == (fmt is Format.FP16)


def test_operands_lie_where_the_job_says_and_the_rest_is_poison() -> None:
    one = job()
    image = initial_image(Scenario(0, (one,), WINDOW, poison_seed=5))
    x, w, y = operands(one)
    assert np.array_equal(load(image, 1, 3, 4, Format.FP16), x)
    assert np.array_equal(load(image, 102, 4, 5, Format.FP16), w)
    assert np.array_equal(load(image, 203, 3, 5, Format.FP16), y)
    rest = np.ones(4096, dtype=bool)
    for start, size in ((1, 24), (102, 40), (203, 30)):
        rest[start : start + size] = False
    assert np.array_equal(image[rest], poison(WINDOW, 5)[rest])


def test_matmul_leaves_poison_where_z_will_be() -> None:
    before, image = after(job(op=Op.MATMUL))
    assert np.array_equal(before[203:233], poison(WINDOW, 0)[203:233])
    assert not np.array_equal(image[203:233], before[203:233])


def test_the_last_byte_of_the_address_space() -> None:
    window = Window(2**32 - 4096, 4096)
    x = np.array([[1.0, 2.0]])
    scenario = GemmJob(x=x, w=np.ones((2, 3)), y=np.ones((1, 3)), base=window.base).scenario()
    only = scenario.jobs[0]
    moved = replace(only, z_addr=2**32 - 6)
    image = after(moved, window=window)[1]
    assert np.array_equal(image[-6:].view("<u2").view(np.float16), [4.0, 4.0, 4.0])


def test_later_operands_win_where_they_overlap() -> None:
    one = job(w_addr=BASE + 1 + 6)
    image = initial_image(Scenario(0, (one,), WINDOW))
    x, w, _ = operands(one)
    assert np.array_equal(load(image, 7, 4, 5, Format.FP16), w)
    assert np.array_equal(load(image, 1, 1, 3, Format.FP16), x[:1, :3])
    assert not np.array_equal(load(image, 1, 3, 4, Format.FP16), x)
    z = gemm_op(Op.GEMM, load(image, 1, 3, 4, Format.FP16), w, operands(one)[2])
    assert np.array_equal(load(after(one)[1], 203, 3, 5, Format.FP16), z)


def test_a_chained_job_reads_what_the_first_one_wrote() -> None:
    first = job()
    second = job(op=Op.MATMUL, m=3, n=5, k=2, x_addr=first.z_addr, w_addr=BASE + 400, z_addr=BASE + 500)
    before, image = after(first, second)
    z1 = gemm_op(Op.GEMM, load(before, 1, 3, 4, Format.FP16), load(before, 102, 4, 5, Format.FP16),
                 load(before, 203, 3, 5, Format.FP16))  # fmt: skip
    z2 = gemm_op(Op.MATMUL, z1, load(before, 400, 5, 2, Format.FP16))
    assert np.array_equal(load(image, 203, 3, 5, Format.FP16), z1)
    assert np.array_equal(load(image, 500, 3, 2, Format.FP16), z2)
    assert not np.array_equal(image, after(second, first)[1])


def test_accumulating_twice_is_not_accumulating_once() -> None:
    once, twice = after(job())[1], after(job(), job())[1]
    assert not np.array_equal(once[203:233], twice[203:233])


@pytest.mark.parametrize("changes", [{"m": 0}, {"k": 0}])
def test_empty_jobs_touch_nothing_wherever_they_point(changes: dict[str, int]) -> None:
    before, image = after(job(x_addr=5, w_addr=2**32 - 1, z_addr=7, **changes))
    assert np.array_equal(before, poison(WINDOW, 0))
    assert np.array_equal(before, image)


def test_without_steps_y_stays_and_matmul_writes_zeros() -> None:
    before, image = after(job(n=0, x_addr=3, w_addr=9, classes=("raw",) * 3))
    assert np.array_equal(before, image)
    assert not after(job(op=Op.MATMUL, n=0, x_addr=3, w_addr=9))[1][203:233].any()


def test_prediction_changes_no_argument() -> None:
    scenario = Scenario(0, (job(),), WINDOW)
    image = initial_image(scenario)
    kept = image.copy()
    assert predict(image, scenario.jobs, BASE) is not image
    assert np.array_equal(image, kept)


def spans(mask: np.ndarray | None) -> list[tuple[int, int]]:
    if mask is None:
        return []
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in pairwise(edges)][::2]


def test_undefined_bytes() -> None:
    z_on_x = job(z_addr=BASE + 10)
    reader = job(x_addr=BASE + 30, w_addr=BASE + 300, z_addr=BASE + 400)
    other = job(x_addr=BASE + 600, w_addr=BASE + 700, z_addr=BASE + 800)
    healer = job(op=Op.MATMUL, x_addr=BASE + 600, w_addr=BASE + 700, z_addr=BASE + 10)
    keeper = job(x_addr=BASE + 600, w_addr=BASE + 700, z_addr=BASE + 10)

    def of(*jobs: Job) -> list[tuple[int, int]]:
        return spans(undefined(Scenario(0, jobs, WINDOW)))

    assert of(job(), other) == []
    assert of(z_on_x) == [(10, 40)]
    assert of(z_on_x, reader) == [(10, 40), (400, 430)]
    assert of(z_on_x, other) == [(10, 40)]
    assert of(z_on_x, healer) == []
    assert of(z_on_x, keeper) == [(10, 40)]
    assert of(job(z_addr=BASE + 10, n=0, x_addr=0, w_addr=0)) == []
    assert of(job(z_addr=BASE + 25)) == []  # the byte after X
