# SPDX-License-Identifier: Apache-2.0
"""Cycles of jobs whose rows work in pairs, by the schedule and by the closed forms (contract A9.2)."""

import pytest

from models.formats import Format
from models.ops import Op
from models.schedule import TriggeredJob, queue, schedule
from models.timing import Instance, bound, padding, tile_classes

ARRAY = Instance(4, 12, 3, 256)
PAIRS = ARRAY.in_mode(paired=True)
SIZES = [(12, 16, 16), (5, 7, 3), (7, 5, 33), (13, 17, 17), (25, 1, 16), (30, 0, 70)]


def test_half_of_the_rows_take_at_most_2_05_times_the_cycles() -> None:
    job = Op.GEMM, 96, 96, 96, Format.FP16
    cycles = [schedule(each, *job).cycles for each in (ARRAY, PAIRS)]
    assert cycles == [18493, 36907]
    assert cycles[1] <= 2.05 * cycles[0]


def test_tiles_have_half_of_the_rows() -> None:
    assert list(tile_classes(PAIRS, 13, 16)) == [(6, 16, 2), (1, 16, 1)]
    assert ARRAY.in_mode(paired=False) is ARRAY
    assert (PAIRS.l, PAIRS.tile_rows, PAIRS.tile_cols) == (12, 6, 16)


@pytest.mark.parametrize(("m", "n", "k"), SIZES)
@pytest.mark.parametrize("op", [Op.GEMM, Op.MATMUL, Op.ADDMAX])
def test_slots_are_those_of_the_whole_array_within_the_bound(op: Op, m: int, n: int, k: int) -> None:
    cycles, causes = schedule(PAIRS, op, m, n, k, Format.FP16)
    assert sum(causes.values()) == cycles * 4 * 12
    assert causes.get("WORKING", 0) == m * n * k
    padded = [causes.get(name, 0) for name in ("PAD_M", "PAD_N", "PAD_K")]
    assert padded == list(padding(PAIRS, m, n, k))
    assert cycles <= bound(PAIRS, op, m, n, k, Format.FP16)


def test_modes_follow_each_other_in_a_queue() -> None:
    """A job in either mode behind one in the other begins before that one has ended."""
    jobs = [
        TriggeredJob(
            20 * i, Op.GEMM, 24, 32, 32, Format.FP16, (0x10000 * i, 0x1000, 0x10000 * i + 0x8000), bool(i % 2)
        )
        for i in range(3)
    ]
    alone = [schedule(ARRAY.in_mode(paired=job.paired), *job[1:6]).cycles for job in jobs]
    ends = [
        course.cycles + job.trigger for course, job in zip(queue(ARRAY, jobs), jobs, strict=True) if course
    ]
    assert ends[0] == alone[0]
    assert ends[1] < ends[0] + alone[1] - 40
    assert ends[2] < ends[1] + alone[2] - 40
