# SPDX-License-Identifier: Apache-2.0
"""The schedule of the array against the speed that contract A8 asks for, without any RTL."""

import itertools
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from models.formats import Format
from models.ops import Op
from models.schedule import (
    CAUSES,
    STREAMS,
    Buffers,
    TriggeredJob,
    course,
    queue,
    queue_steps,
    schedule,
    steps,
)  # fmt: skip
from models.timing import Instance, bound, padding, tile_cycles
from tests.models import chained_layers, queued_streams
from tests.models.queued_streams import PROGRAMMING, stream

INSTANCES = {
    "4x12x3": Instance(4, 12, 3, 256),
    "4x8x3": Instance(4, 8, 3, 256),
    "8x12x3 DW512": Instance(8, 12, 3, 512),
    "8x12x3": Instance(8, 12, 3, 256),
    "8x8x1": Instance(8, 8, 1, 256),
    "4x4x1": Instance(4, 4, 1, 128),
    "4x5x2": Instance(4, 5, 2, 256),
}
FORMATS = (Format.FP16, Format.E4M3)
# Slots of each cause in 150 drawn jobs together, as the RTL has them: each tier holds it to its schedule.
SLOTS = {
    "4x12x3": (36000, 221136, 1918117, 610091, 200160, 579408, 199968, 38064, 80976, 13152, 176544),
    "4x8x3": (24000, 113312, 1523090, 385262, 161728, 346048, 83040, 21024, 37856, 2080, 95392),
    "8x12x3 DW512": (72000, 476256, 4985551, 1410401, 912432, 1459104, 308352, 47520, 118272, 11808, 410592),
    "8x12x3": (72000, 492000, 4400256, 1240260, 851580, 1298496, 835200, 573312, 724896, 304416, 491808),
    "8x8x1": (48000, 205632, 1362859, 471533, 341032, 414272, 455616, 316864, 206720, 62272, 189696),
    "4x4x1": (12000, 30976, 397986, 85878, 36200, 86400, 81360, 97600, 30016, 4832, 31104),
    "4x5x2": (15000, 45420, 663603, 197327, 60610, 139980, 45580, 30520, 25280, 3240, 40960),
}
Size = tuple[int, int, int]


def cycles(name: str, size: Size, fmt: Format = Format.FP16, op: Op = Op.GEMM) -> int:
    return schedule(INSTANCES[name], op, *size, fmt).cycles


def limit(name: str, size: Size, fmt: Format = Format.FP16, op: Op = Op.GEMM, stalls: int = 0) -> int:
    return bound(INSTANCES[name], op, *size, fmt, stalls)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((12, 16, 16), 125),
        ((24, 32, 32), 573),
        ((32, 32, 32), 825),
        ((48, 48, 48), 2365),
        ((96, 96, 96), 18493),
        ((264, 256, 256), 360509),
    ],
)
def test_reaches_the_contracts_table(size: Size, expected: int) -> None:
    assert cycles("4x12x3", size) == expected


@pytest.mark.parametrize(
    ("n", "fmt", "most"), [(96, Format.E4M3, 9310), (192, Format.E4M3, 18540), (96, Format.FP16, 9404)]
)
def test_reaches_the_papers_rows(n: int, fmt: Format, most: int) -> None:
    assert cycles("8x12x3", (96, n, 96), fmt) <= most


@pytest.mark.parametrize("name", INSTANCES)
@pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.name)
def test_balanced_tiles_keep_the_bound(name: str, fmt: Format) -> None:
    """Many tiles whose port time is close to their compute time leave nothing to hide a lost cycle."""
    at = INSTANCES[name]
    for rows in range(1, at.l + 1):
        for n in (1, 2, at.h, at.h + 1, 3 * at.h):
            size = (rows, n, 12 * at.tile_cols)
            assert cycles(name, size, fmt) <= limit(name, size, fmt), size


@pytest.mark.parametrize(
    ("size", "expected"),
    [((12, 25, 32), 210), ((12, 33, 32), 242), ((12, 31, 32), 210), ((12, 100, 32), 498)],
)
def test_wide_rows_of_few_tiles(size: Size, expected: int) -> None:
    """A row of Y and Z is two beats: the array starts with the first of each, and stores it first."""
    assert cycles("8x12x3", size) == expected <= limit("8x12x3", size)


@pytest.mark.parametrize("name", INSTANCES)
def test_few_tiles_keep_the_bound(name: str) -> None:
    """Fill and drain are the largest part of a job of one or few tiles."""
    at, rng = INSTANCES[name], random.Random(f"few {name}")
    for _ in range(800):
        fmt = rng.choice(FORMATS)
        m, k = rng.choice((1, 2)) * at.l, rng.choice((1, 2)) * at.tile_cols
        if rng.random() < 0.5:
            m, k = rng.randint(1, m), rng.randint(1, k)
        op, size = rng.choice((*[Op.GEMM] * 4, Op.MATMUL)), (m, rng.randint(0, 12 * at.h), k)
        assert cycles(name, size, fmt, op) <= limit(name, size, fmt, op), size


@pytest.mark.parametrize("name", INSTANCES)
def test_any_size_with_stalls_keeps_the_bound_and_spends_all_slots(name: str) -> None:
    at, rng, draw = INSTANCES[name], random.Random(f"stalls {name}"), np.random.default_rng(1)
    for _ in range(300):
        fmt, op, rate = rng.choice(FORMATS), rng.choice(tuple(Op)), rng.choice((0.0, 0.1, 0.5, 0.9))
        m, n, k = rng.randint(1, 3 * at.l), rng.randint(0, 40), rng.randint(1, 3 * at.tile_cols)
        waiting = 1 + np.flatnonzero(draw.random(20_000) < rate)
        taken, causes = schedule(at, op, m, n, k, fmt, waiting)
        waits = int(np.count_nonzero(waiting < taken))
        assert taken <= limit(name, (m, n, k), fmt, op, waits), (m, n, k, op, waits)
        assert sum(causes.values()) == taken * at.h * at.l
        pads = padding(at, m, n, k)
        fixed = [causes.get(cause, 0) for cause in ("WORKING", "PAD_M", "PAD_N", "PAD_K")]
        assert fixed == [m * n * k, pads.m, pads.n, pads.k]


def test_a_job_without_outputs_is_control_alone() -> None:
    assert schedule(INSTANCES["4x4x1"], Op.GEMM, 0, 5, 7, Format.FP16) == (3, {"CONTROL": 48})


def test_a_lost_bank_shows() -> None:
    """The bound is tight enough to fail when W has no second row to load while the array works."""
    lost = course(INSTANCES["4x12x3"], Op.GEMM, 48, 48, 48, Format.FP16, buffers=Buffers(w_sets=1))
    assert lost.cycles > limit("4x12x3", (48, 48, 48))
    assert set(lost.causes) <= set(CAUSES)


@pytest.mark.parametrize("name", INSTANCES)
def test_the_cycles_one_by_one_are_those_of_the_whole(name: str) -> None:
    at, rng, draw = INSTANCES[name], random.Random(f"steps {name}"), np.random.default_rng(2)
    for _ in range(60):
        op, fmt = rng.choice(tuple(Op)), rng.choice(FORMATS)
        m, n, k = rng.randint(0, 2 * at.l), rng.randint(0, 20), rng.randint(0, 3 * at.tile_cols)
        waiting = 1 + np.flatnonzero(draw.random(20_000) < rng.choice((0.0, 0.3)))
        taken, causes = schedule(at, op, m, n, k, fmt, waiting)
        each = steps(at, op, m, n, k, fmt, waiting)
        assert each.size == taken
        column = each["cause"] == CAUSES.index("WORKING")
        assert (each["rows"][column].astype(int) * each["steps"][column]).sum() == causes.get("WORKING", 0)
        for number, cause in enumerate(CAUSES):
            if cause not in ("WORKING", "PAD_M", "PAD_N"):
                cycles_of = int(np.count_nonzero(each["cause"] == number))
                assert cycles_of * at.h * at.l == causes.get(cause, 0), cause
        asked = each["stream"] < len(STREAMS)
        denied = np.isin(np.arange(1, taken + 1), waiting)
        assert ((each["granted"] != 0) == (asked & ~denied)).all()
        assert ((each["tile"] >= 0) == (each["col"] >= 0)).all()
        assert np.count_nonzero(each["left"] >= 0) == (-(-m // at.l) * k if n else 0)


@pytest.mark.parametrize("name", INSTANCES)
def test_slots_of_each_cause_are_those_of_the_rtl(name: str) -> None:
    """The schedule is an oracle: what the bound leaves open is kept, and changes with the RTL alone."""
    at, rng = INSTANCES[name], random.Random(f"slots {name}")
    found: Counter[str] = Counter()
    for number in range(150):
        op, fmt = rng.choice(tuple(Op)), tuple(rng.choice(tuple(Format)) for _ in range(3))
        size = rng.randint(1, 3 * at.l), rng.choice((0, *range(1, 40))), rng.randint(1, 5 * at.tile_cols)
        rate = (0.0, 0.2, 0.6)[number % 3]
        waiting = [cycle for cycle in range(1, 6000) if rng.random() < rate]
        found.update(schedule(at, op, *size, fmt, np.array(waiting, np.int64)).causes)
    assert tuple(found[cause] for cause in CAUSES) == SLOTS[name]


@pytest.mark.parametrize("name", INSTANCES)
def test_queued_jobs_take_the_arrays_own_time(name: str) -> None:
    """No gap between jobs that do not depend on each other: their tiles follow each other."""
    at = INSTANCES[name]
    size = 4 * at.l, 8 * at.h, 4 * at.tile_cols
    tiles = tile_cycles(at, Op.GEMM, *size, Format.FP16)
    ends = [end for _, end, _ in stream(at, [(Op.GEMM, size, Format.FP16)] * 4)]
    assert all(later - end <= tiles + 4 for end, later in itertools.pairwise(ends))


@pytest.mark.parametrize(("size", "most"), [((16, 16, 16), 132), ((32, 32, 32), 772)])
def test_queued_jobs_of_the_table(size: Size, most: int) -> None:
    ends = [end for _, end, _ in stream(INSTANCES["4x12x3"], [(Op.GEMM, size, Format.FP16)] * 8)]
    assert ends[0] - PROGRAMMING == cycles("4x12x3", size)
    assert max(later - end for end, later in itertools.pairwise(ends)) <= most


@pytest.mark.parametrize(("contexts", "most"), [(2, 71), (3, 68), (4, 68)])
def test_the_smallest_jobs_need_a_third_context(contexts: int, most: int) -> None:
    """A core needs time to program the next job: with two contexts that is not hidden behind one tile."""
    size = 12, 16, 16
    jobs = [(Op.GEMM, size, Format.FP16)] * 12
    ends = [end for _, end, _ in stream(INSTANCES["4x12x3"], jobs, contexts=contexts)]
    gaps = [later - end for end, later in itertools.pairwise(ends[contexts:])]
    assert max(gaps) <= most or contexts == 2
    assert sum(gaps) / len(gaps) <= most


@pytest.mark.parametrize("name", queued_streams.ARRAYS)
def test_each_instance_reaches_what_was_asked_for(name: str) -> None:
    """Jobs take their tiles' time and at most 4 cycles; those of one tile need a third context."""
    at = queued_streams.ARRAYS[name]
    for contexts, size in itertools.product((2, 3, 4), queued_streams.sizes(at)):
        if contexts > 2 or size[0] > at.l:
            asked = tile_cycles(at, Op.GEMM, *size, Format.FP16) + queued_streams.CHANGE
            assert queued_streams.equal_jobs(at, size, contexts) <= asked


@pytest.mark.parametrize(("tiles", "contexts"), [(2, 2), (1, 3), (1, 4)])
@pytest.mark.parametrize("name", queued_streams.ARRAYS)
def test_a_hundred_drawn_small_jobs_take_their_tiles_time(name: str, tiles: int, contexts: int) -> None:
    for seed in range(1, 6):
        took, own = queued_streams.drawn_jobs(queued_streams.ARRAYS[name], tiles, contexts, seed)
        assert took <= own + queued_streams.CHANGE


def test_queued_jobs_take_what_the_document_says() -> None:
    text = (Path(__file__).parents[2] / "docs" / "accelerator.md").read_text()
    for name in queued_streams.ARRAYS:
        assert queued_streams.row(name) in text


def test_a_job_waits_for_all_in_the_engine_whose_results_it_reads() -> None:
    """The last of three reads what the first writes, then what the second does: it starts behind that end."""
    at, size = INSTANCES["4x12x3"], (24, 64, 16)
    alone = cycles("4x12x3", size)
    for reads, waits_for in ((None, None), (0, 0), (1, 1)):
        bases = (0x100000, 0x200000, 0x300000)
        jobs = [
            TriggeredJob(20 * i, Op.GEMM, *size, Format.FP16, (base, base + 0x4000, base + 0x8000))
            for i, base in enumerate(bases)
        ]
        if reads is not None:
            places = (jobs[reads].addresses[2], *jobs[2].addresses[1:])
            jobs[2] = jobs[2]._replace(addresses=places)
        ends = [job.trigger + each.cycles for job, each in zip(jobs, queue(at, jobs), strict=True) if each]
        assert ends[1] - ends[0] == 512
        if waits_for is None:
            assert ends[2] - ends[1] == 512
        else:
            # Behind the end of the first it fills ahead of the second's end.
            assert ends[2] - ends[waits_for] >= alone - 1
            assert ends[2] - ends[1] == (512 if waits_for == 0 else alone - 1)


@pytest.mark.parametrize("operand", ["w", "x"])
def test_chained_layers_take_what_the_document_says(operand: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "accelerator.md").read_text()
    cycles = [f"{chained_layers.chain(compared, operand, 1):,}" for compared in chained_layers.COMPARED]
    assert f"| {operand.upper()} | 1 | {' | '.join(cycles)} |" in text


@pytest.mark.parametrize("operand", range(3))
def test_a_job_that_reads_what_the_other_writes_waits_for_its_end(operand: int) -> None:
    """Z of the other is 32 x 32 elements of two bytes; the job may read what lies before and behind it."""
    at, size = INSTANCES["4x12x3"], (32, 32, 32)
    alone, z, length = cycles("4x12x3", size), 0x9000, 2048
    for first, waits in (
        (z - length, False),
        (z - length + 1, True),
        (z + length - 1, True),
        (z + length, False),
    ):
        places = [0x1000, 0x3000, 0x5000]
        places[operand] = first
        jobs = [
            TriggeredJob(0, Op.GEMM, *size, Format.FP16, (0x20000, 0x30000, z)),
            TriggeredJob(20, Op.GEMM, *size, Format.FP16, (places[0], places[1], places[2])),
        ]
        one, other = (
            job.trigger + each.cycles for job, each in zip(jobs, queue(at, jobs), strict=True) if each
        )
        assert one == alone
        assert other - one == (alone - 1 if waits else 768)


def test_ranges_wrap_with_the_addresses() -> None:
    at, size = INSTANCES["4x12x3"], (32, 32, 32)
    first = TriggeredJob(0, Op.GEMM, *size, Format.FP16, (0x20000, 0x30000, 0xFFFFFC00))
    for z, took in ((0x3FF, 824), (0x400, 768)):
        jobs = [first, TriggeredJob(20, Op.GEMM, *size, Format.FP16, (0x10000, 0x14000, z))]
        one, other = (
            job.trigger + each.cycles for job, each in zip(jobs, queue(at, jobs), strict=True) if each
        )
        assert other - one == took


@pytest.mark.parametrize("size", [(12, 0, 16), (0, 5, 16), (12, 5, 0)])
def test_a_job_without_steps_or_outputs_follows_nothing(size: Size) -> None:
    jobs = [(Op.GEMM, each, Format.FP16) for each in ((24, 16, 16), size, (24, 16, 16), size)]
    end = 0
    for (job, event, _), (_, each, _) in zip(stream(INSTANCES["4x12x3"], jobs), jobs, strict=True):
        assert event - max(job.trigger, end - 1) == cycles("4x12x3", each)
        end = event


@pytest.mark.parametrize("contexts", [2, 4])
@pytest.mark.parametrize("name", INSTANCES)
def test_any_jobs_queued_with_stalls_keep_the_bound_and_spend_all_slots(name: str, contexts: int) -> None:
    at, rng, draw = INSTANCES[name], random.Random(f"queue {name}"), np.random.default_rng(3)
    for _ in range(60 if contexts == 2 else 30):
        waiting = 1 + np.flatnonzero(draw.random(20_000) < rng.choice((0.0, 0.1, 0.5, 0.9)))
        jobs = [
            (
                rng.choice(tuple(Op)),
                (rng.randint(0, 2 * at.l), rng.choice((0, *range(1, 30))), rng.randint(1, 2 * at.tile_cols)),
                rng.choice(FORMATS),
            )
            for _ in range(rng.randint(2, 5))
        ]
        previous = total = begun = 0
        ran = stream(at, jobs, waiting, shared=rng.choice((0, 0x80000)), contexts=contexts)
        for job, end, causes in ran:
            start = max(job.trigger, previous)
            waits = int(np.count_nonzero((waiting > start) & (waiting <= end)))
            assert end - start <= bound(at, *job[1:6], waits), (job, waits)
            if start == job.trigger:
                assert total == begun * at.h * at.l
                total = begun = 0
            total, begun, previous = total + sum(causes.values()), begun + end - start, end
            assert causes.get("WORKING", 0) == job.m * job.n * job.k
        assert total == begun * at.h * at.l


def test_the_cycles_of_a_queue_one_by_one_are_those_of_the_whole() -> None:
    at = INSTANCES["4x12x3"]
    jobs = [(Op.GEMM, (16, 16, 16), Format.FP16), (Op.MATMUL, (5, 9, 40), Format.E4M3)] * 2
    ran = stream(at, jobs)
    each = queue_steps(at, [job for job, _, _ in ran], ran[-1][1])
    for number, (_, _, causes) in enumerate(ran):
        for cause, name in enumerate(CAUSES):
            if name not in ("WORKING", "PAD_M", "PAD_N"):
                spent = np.count_nonzero((each["job"] == number) & (each["cause"] == cause))
                assert spent * at.h * at.l == causes.get(name, 0)
    ahead = (each["job"] == 1) & (np.arange(each.size) < ran[0][1])
    assert each["rows"][ahead].any()  # columns of the second enter before the event of the first
