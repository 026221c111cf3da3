# SPDX-License-Identifier: Apache-2.0
"""The table of published cycles against the general bound and against arithmetic."""

import pytest

from models.formats import Format
from models.ops import Op
from models.published import (
    Headline,
    PublishedCase,
    at_most,
    cases,
    cases_of,
    headlines,
    operating_points,
)
from models.schedule import schedule
from models.timing import Instance, bound, tile_cycles, utilization

PAPER = Instance(4, 12, 3, 256)
LARGE = Instance(8, 12, 3, 256)
LIMITED = [case for case in cases() if case.at_most is not None]


def _name(case: PublishedCase) -> str:
    at = case.instance
    return f"{at.h}x{at.l}x{at.p}-{case.fmt.name}-{case.m}x{case.n}x{case.k}"


def test_every_job_is_there_once() -> None:
    keys = [(case.instance, case.op, case.fmt, case.m, case.n, case.k) for case in cases()]
    assert len(keys) == len(set(keys))
    assert sum(case.published is not None for case in cases_of(Instance(8, 8, 1, 256))) == 92


@pytest.mark.parametrize("case", LIMITED, ids=_name)
def test_a_limit_leaves_the_array_its_tiles_and_is_no_gift(case: PublishedCase) -> None:
    args = (case.instance, case.op, case.m, case.n, case.k, case.fmt)
    assert tile_cycles(*args) < case.at_most
    if case.instance != Instance(8, 8, 1, 256) or case.published is None:
        assert case.at_most <= bound(*args)
    if case.published is not None:
        assert case.at_most <= case.published


@pytest.mark.parametrize(
    ("instance", "fmt", "size", "cycles", "share"),
    [
        (PAPER, Format.FP16, (96, 96, 96), 18510, 0.9958),
        (LARGE, Format.E4M3, (96, 96, 96), 9310, 0.990),
        (LARGE, Format.E5M2, (96, 192, 96), 18540, 0.994),
        (LARGE, Format.FP16, (96, 96, 96), 9404, 0.980),
        (PAPER, Format.FP16, (264, 256, 256), 360509, 0.9998),
        (Instance(4, 8, 3, 256), Format.FP16, (64, 64, 64), 8295, 0.9875),
    ],
)
def test_limits_are_the_shares_of_peak_that_they_stand_for(
    instance: Instance, fmt: Format, size: tuple[int, int, int], cycles: int, share: float
) -> None:
    assert at_most(instance, Op.GEMM, fmt, *size) == cycles
    assert utilization(instance, *size, cycles) == pytest.approx(share, abs=2e-4)


@pytest.mark.parametrize("case", [case for case in LIMITED if "best case" in case.source], ids=_name)
def test_in_the_best_case_only_fill_and_drain_are_lost(case: PublishedCase) -> None:
    args = (case.instance, case.op, case.m, case.n, case.k, case.fmt)
    at, narrow = case.instance, 5 if case.instance == LARGE else 0
    assert case.at_most == tile_cycles(*args) + 3 * at.l + at.tile_cols + 9 + narrow
    assert schedule(*args).cycles == case.at_most
    assert f"{100 * utilization(at, case.m, case.n, case.k, case.at_most):.2f} %" in case.source


def test_other_jobs_have_the_general_bound_alone() -> None:
    assert at_most(PAPER, Op.GEMM, Format.FP16, 96, 96, 95) is None
    assert at_most(PAPER, Op.MATMUL, Format.FP16, 96, 96, 96) is None
    assert at_most(PAPER, Op.GEMM, Format.FP16, 64, 64, 64) is None


@pytest.mark.parametrize("line", headlines(), ids=lambda line: line.source)
def test_published_operations_are_those_of_the_published_utilization(line: Headline) -> None:
    rate, gflops = line.speed(line.utilization)
    assert rate == pytest.approx(line.utilization * line.instance.h * line.instance.l)
    if line.gflops is None:
        assert gflops is None
    else:
        assert gflops == pytest.approx(line.gflops, abs=0.05)


def test_power_is_derived_from_published_efficiency() -> None:
    """48 elements at 99.4 %, two operations each, over 755 GFLOPS/W and up to 1190 of other operations."""
    slow, fast = operating_points()
    gflops = 2 * 48 * 0.994 * slow.mhz / 1000
    assert slow.multiply_add == pytest.approx(1000 * gflops / 755, abs=0.05)
    assert slow.others == pytest.approx(1000 * gflops / 1190, abs=0.05)
    assert (slow.mhz, fast.mhz, fast.multiply_add) == (470, 613, None)
    assert fast.mhz == headlines()[0].mhz
    assert slow.millijoules(Op.GEMM, 470_000_000) == slow.multiply_add
    assert slow.millijoules(Op.ADDMIN, 470_000_000) == slow.others
    assert fast.millijoules(Op.GEMM, 1) is None
    assert slow.milliseconds(470_000) == 1.0
