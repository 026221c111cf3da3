# SPDX-License-Identifier: Apache-2.0
"""Ranges that the bench lets a device touch, without a simulator."""

import pytest

from models.ops import Op
from tb.agents.tcdm.memory import TcdmMemory, job_ranges
from tb.exchange.job import Job
from tests.bench.bench_library import BenchInstance

ACCESS = 36
ALL = (1 << ACCESS) - 1
TOP = 2**32


def test_reads_must_lie_in_one_readable_range(bench: BenchInstance) -> None:
    bench.handle.allow([(0x1000, 0x40, False), (0x1040, 0x40, False), (0x2000, 0x40, True)])
    assert [
        bench.read_allowed(at) for at in (0xFFC, 0x1000, 0x101C, 0x1020, 0x1040, 0x105C, 0x1060, 0x2000)
    ] == [
        *(False, True, True, False),  # 0x1020 would run from one range into the next
        *(True, True, False, False),
    ]


def test_writes_must_touch_writable_bytes_alone(bench: BenchInstance) -> None:
    bench.handle.allow([(0x1001, 3, True), (0x1004, 2, True), (0x1006, 8, False)])
    assert bench.write_allowed(0x1000, 0b111110)
    assert not bench.write_allowed(0x1000, 0b111111)
    assert not bench.write_allowed(0x1000, 0b1111110)
    assert bench.write_allowed(0x1000, 0)
    assert not bench.write_allowed(0x1000, 1 << 35)


def test_ranges_reach_to_the_end_of_the_address_space_and_around_it(bench: BenchInstance) -> None:
    bench.handle.allow([(TOP - 16, 16 + ACCESS, False), (TOP - 2, 2, True)])
    assert bench.read_allowed(TOP - 16)
    assert bench.read_allowed(0)
    assert not bench.read_allowed(4)
    assert not bench.read_allowed(TOP - 20)
    assert bench.write_allowed(TOP - 4, 0b1100)
    assert not bench.write_allowed(TOP - 4, 0b11100)


def test_no_ranges_allow_nothing(bench: BenchInstance) -> None:
    bench.handle.allow([(0, TOP, False), (0, TOP, True)])
    assert bench.read_allowed(0)
    assert bench.write_allowed(0, ALL)
    bench.handle.allow([])
    assert not bench.read_allowed(0)
    assert not bench.write_allowed(0, 1)


def test_too_many_ranges_are_refused(bench: BenchInstance) -> None:
    with pytest.raises(ValueError, match="split the scenario"):
        bench.handle.allow([(0, 4, False)] * 65)


@pytest.mark.parametrize("shift", range(4))
def test_ranges_of_a_job_are_those_of_section_6(bench: BenchInstance, shift: int) -> None:
    job = Job(Op.GEMM, 3, 4, 5, 0x1000 + shift, 0x2000 + shift, 0x3000 + shift)
    TcdmMemory(bench.handle).allow([job])
    for first, size in ((0x1000, 24), (0x2000, 40), (0x3000, 30)):
        last = first + shift + size  # one past the operand
        assert bench.read_allowed(first)
        assert not bench.read_allowed(first - 4)
        assert bench.read_allowed(last)
        assert not bench.read_allowed(last + 1)
    assert bench.write_allowed(0x3000 + shift, (1 << 30) - 1)
    assert not bench.write_allowed(0x3000 + shift, (1 << 31) - 1)
    assert not bench.write_allowed(0x3000 + shift - 1, 1)
    assert not bench.write_allowed(0x1000 + shift, 1)


@pytest.mark.parametrize(
    ("job", "readable"),
    [
        (Job(Op.MATMUL, 2, 2, 2, 0x1000, 0x2000, 0x3000), {0x1000, 0x2000}),
        (Job(Op.MATMUL, 2, 0, 2, 0x1000, 0x2000, 0x3000), set()),
        (Job(Op.MINMAX, 2, 0, 2, 0x1000, 0x2000, 0x3000), {0x3000}),
        (Job(Op.MINMAX, 2, 2, 2, 0x1000, 0x2000, 0x3000), {0x1000, 0x2000, 0x3000}),
    ],
)
def test_what_a_job_does_not_need_it_may_not_read(job: Job, readable: set[int]) -> None:
    ranges = job_ranges(job, ACCESS)
    assert {first for first, _, writable in ranges if not writable} == readable
    assert [(first, size) for first, size, writable in ranges if writable] == [(0x3000, 8)]


@pytest.mark.parametrize("size", [(0, 2, 2), (2, 2, 0)])
def test_empty_job_may_touch_nothing(size: tuple[int, int, int]) -> None:
    assert job_ranges(Job(Op.GEMM, *size, 0x1000, 0x2000, 0x3000), ACCESS) == []
