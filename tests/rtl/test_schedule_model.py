# SPDX-License-Identifier: Apache-2.0
"""The schedule of the array against the speed contract A8 asks for, before any RTL runs."""

import random

import pytest

from models.formats import Format
from models.ops import Op
from models.timing import Instance, bound
from tests.rtl.schedule_model import Problem, Shape, cycles

INSTANCES = {
    "4x12x3": Shape(4, 12, 3, 256),
    "4x8x3": Shape(4, 8, 3, 256),
    "8x12x3 DW512": Shape(8, 12, 3, 512),
    "8x12x3": Shape(8, 12, 3, 256),
    "8x8x1": Shape(8, 8, 1, 256),
    "4x4x1": Shape(4, 4, 1, 128),
    "4x5x2": Shape(4, 5, 2, 256),
}
FORMATS = (Format.FP16, Format.E4M3)


def limit(shape: Shape, problem: Problem, fmt: Format, stalls: int = 0) -> int:
    op = Op.GEMM if problem.reads_y else Op.MATMUL
    return bound(
        Instance(shape.h, shape.l, shape.p, shape.dw), op, problem.m, problem.n, problem.k, fmt, stalls
    )


def problem(m: int, n: int, k: int, fmt: Format = Format.FP16, *, reads_y: bool = True) -> Problem:
    return Problem(m, n, k, reads_y, fmt.itemsize, fmt.itemsize, fmt.itemsize)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((12, 16, 16), 125),
        ((24, 32, 32), 573),
        ((32, 32, 32), 825),
        ((48, 48, 48), 2365),
        ((96, 96, 96), 18493),
    ],
)
def test_reaches_the_contracts_table(size: tuple[int, int, int], expected: int) -> None:
    assert cycles(INSTANCES["4x12x3"], problem(*size)) == expected


@pytest.mark.parametrize(
    ("n", "fmt", "most"), [(96, Format.E4M3, 9310), (192, Format.E4M3, 18540), (96, Format.FP16, 9404)]
)
def test_reaches_the_papers_rows(n: int, fmt: Format, most: int) -> None:
    assert cycles(INSTANCES["8x12x3"], problem(96, n, 96, fmt)) <= most


@pytest.mark.parametrize("name", INSTANCES)
@pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.name)
def test_balanced_tiles_keep_the_bound(name: str, fmt: Format) -> None:
    """Many tiles whose port time is close to their compute time leave nothing to hide a lost cycle."""
    shape = INSTANCES[name]
    for rows in range(1, shape.l + 1):
        for n in (1, 2, shape.h, shape.h + 1, 3 * shape.h):
            job = problem(rows, n, 12 * shape.width, fmt)
            assert cycles(shape, job) <= limit(shape, job, fmt), job


@pytest.mark.parametrize(
    ("size", "expected"),
    [((12, 25, 32), 210), ((12, 33, 32), 242), ((12, 31, 32), 210), ((12, 100, 32), 498)],
)
def test_wide_rows_of_few_tiles(size: tuple[int, int, int], expected: int) -> None:
    """A row of Y and Z is two beats: the array starts with the first of each, and stores it first."""
    shape, job = INSTANCES["8x12x3"], problem(*size)
    assert cycles(shape, job) == expected
    assert expected <= limit(shape, job, Format.FP16)


@pytest.mark.parametrize("name", INSTANCES)
def test_few_tiles_keep_the_bound(name: str) -> None:
    """Fill and drain are the largest part of a job of one or few tiles."""
    shape, rng = INSTANCES[name], random.Random(f"few {name}")
    for _ in range(80):
        fmt = rng.choice(FORMATS)
        m, k = rng.choice((1, 2)) * shape.l, rng.choice((1, 2)) * shape.width
        if rng.random() < 0.5:
            m, k = rng.randint(1, m), rng.randint(1, k)
        job = problem(m, rng.randint(0, 12 * shape.h), k, fmt, reads_y=rng.random() < 0.8)
        assert cycles(shape, job) <= limit(shape, job, fmt), job


@pytest.mark.parametrize("name", INSTANCES)
def test_any_size_with_stalls_keeps_the_bound(name: str) -> None:
    shape, rng = INSTANCES[name], random.Random(f"stalls {name}")
    for _ in range(60):
        fmt, rate = rng.choice(FORMATS), rng.choice((0.0, 0.1, 0.5, 0.9))
        job = problem(
            rng.randint(1, 3 * shape.l),
            rng.randint(0, 40),
            rng.randint(1, 3 * shape.width),
            fmt,
            reads_y=rng.random() < 0.7,
        )
        waits = 0

        def granted(_: int, rate: float = rate) -> bool:
            nonlocal waits
            wait = rng.random() < rate
            waits += wait
            return not wait

        taken = cycles(shape, job, granted)
        assert taken <= limit(shape, job, fmt, waits), (job, waits)


def test_a_lost_bank_shows() -> None:
    """The bound is tight enough to fail when W has no second row to load while the array works."""
    shape = Shape(w_sets=1)
    job = problem(48, 48, 48)
    assert cycles(shape, job) > limit(shape, job, Format.FP16)
