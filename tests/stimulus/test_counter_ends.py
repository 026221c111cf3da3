# SPDX-License-Identifier: Apache-2.0
"""Jobs at the ends of counters: their sizes, and where their operands lie."""

from collections.abc import Sequence

from msgspec.structs import replace

from models.formats import Format
from tb.exchange.bound import Bound
from tb.exchange.entry import TestEntry
from tb.exchange.job import Job
from tb.exchange.traits import Operand, Size, Traits
from tb.stimulus.counter_ends import LongCopies, LongDimensions, LongOperands, Straddles
from tests.stimulus.devices import device

FP16 = {"fmt": "FP16", "jobs": 1}
SMALL = {"m": "2*L+1", "n": "8*H+1", "k": "2*TILE+1", "max_macs": 1048576, "jobs": 1, "corners": 0}
WIDE = device(formats=tuple(Format), mixed_formats=True)


def shapes(jobs: Sequence[Job]) -> list[tuple[int, int, int]]:
    return [(job.m, job.n, job.k) for job in jobs]


def test_each_dimension_is_long_beside_more_than_a_tile() -> None:
    drawn = [LongDimensions("t", 1, FP16, device()).scenario(index) for index in range(6)]
    short = (13, 5, 17)
    assert shapes([each.jobs[0] for each in drawn]) == [
        tuple(size if place == dimension else short[place] for place in range(3))
        for size in (65535, 32769)
        for dimension in range(3)
    ]


def test_copies_pass_each_power_of_two_to_64_mib() -> None:
    jobs = [LongCopies("t", 1, FP16, device()).scenario(index).jobs[0] for index in range(6)]
    assert all(job.n == 0 for job in jobs)
    sizes = [job.z_range[1] for job in jobs]
    for size, bits in zip(sizes, range(21, 26), strict=False):
        assert 2**bits < size < 2**bits + 4200
    assert 2**26 - 2**17 < sizes[5] < 2**26


def test_what_takes_a_device_too_long_is_left_out_with_the_reason() -> None:
    slow = replace(
        device(), cycle_bound=Bound(kind="linear", base=9, per_output=9, per_step=9, stall_factor=1)
    )
    entry = TestEntry("t", "s", count=2, knobs=FP16)
    assert "paper may take" in LongCopies.not_applicable(entry, slow)
    assert LongCopies.not_applicable(entry, device()) == ""


def test_sizes_that_a_device_lacks_are_left_out() -> None:
    stream = LongDimensions("t", 1, FP16, replace(device(), traits=Traits(n=Size(most=4096))))
    assert {stream.scenario(index).jobs[0].n for index in range(6)} == {5}
    assert stream.left_out.total() == 2


CUT = {**FP16, "abort": "clear", "abort_jobs": 2, "m": [1, 24], "n": [1, 24], "k": [1, 24], "max_macs": 4096}


def test_each_operand_passes_each_power_of_two_in_a_job_that_is_cut_soon() -> None:
    stream = LongOperands("t", 1, CUT, WIDE)
    for index in range(36):
        scenario = stream.scenario(index)
        long, *behind = scenario.jobs
        size = (long.x_range, long.w_range, long.z_range, long.z_range)[index % 4][1]
        assert 2 ** (17 + index // 4) < size < 2 ** (17 + index // 4) + 2048
        assert (long.n == 0) == (index % 4 == 3)
        assert scenario.abort is not None
        assert scenario.abort.after < 600
        assert len(behind) == 2
        assert all(job.z_range[1] < 2**12 for job in behind)


def test_long_operands_that_nothing_cuts_are_left_out_where_they_take_too_long() -> None:
    stream = LongOperands("t", 1, {**CUT, "abort": "none"}, WIDE)
    assert all(scenario.jobs[0].m < 2**15 for scenario in map(stream.scenario, range(36)))
    assert "may take" in next(iter(stream.left_out))


def test_each_operand_lies_across_each_power_of_two() -> None:
    stream = Straddles("t", 1, SMALL, WIDE)
    places = set()
    for index in range(48):
        scenario = stream.scenario(index)
        (job,) = scenario.jobs
        first, length = (job.x_range, job.w_range, job.z_range)[index % 3]
        power = 2 ** (16 + index // 3)
        assert first < power < first + length
        places.add((power - first) / length)
        assert all(scenario.window.contains(span) for span in (job.x_range, job.w_range, job.z_range))
    assert min(places) < 0.2
    assert max(places) > 0.8


def test_straddles_keep_what_a_device_needs_of_addresses() -> None:
    aligned = replace(WIDE, traits=Traits(x=Operand(alignment=32), w=Operand(alignment=8)))
    jobs = [Straddles("t", 1, SMALL, aligned).scenario(index).jobs[0] for index in range(48)]
    assert all(job.x_addr % 32 == job.w_addr % 8 == 0 for job in jobs)
