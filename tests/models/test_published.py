# SPDX-License-Identifier: Apache-2.0
"""The table of published cycles against the general bound and against arithmetic."""

import pytest

from models.formats import Format
from models.ops import Op
from models.published import PublishedCase, at_most, cases, cases_of
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
    assert len(cases_of(Instance(8, 8, 1, 256))) == 92


@pytest.mark.parametrize("case", LIMITED, ids=_name)
def test_a_limit_leaves_the_array_its_tiles_and_is_no_gift(case: PublishedCase) -> None:
    args = (case.instance, case.op, case.m, case.n, case.k, case.fmt)
    assert tile_cycles(*args) < case.at_most
    if case.instance != Instance(8, 8, 1, 256):
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
        (Instance(4, 8, 3, 256), Format.FP16, (64, 64, 64), 8295, 0.9875),
    ],
)
def test_limits_are_the_shares_of_peak_that_they_stand_for(
    instance: Instance, fmt: Format, size: tuple[int, int, int], cycles: int, share: float
) -> None:
    assert at_most(instance, Op.GEMM, fmt, *size) == cycles
    assert utilization(instance, *size, cycles) == pytest.approx(share, abs=2e-4)


def test_other_jobs_have_the_general_bound_alone() -> None:
    assert at_most(PAPER, Op.GEMM, Format.FP16, 96, 96, 95) is None
    assert at_most(PAPER, Op.MATMUL, Format.FP16, 96, 96, 96) is None
    assert at_most(PAPER, Op.GEMM, Format.FP16, 64, 64, 64) is None
