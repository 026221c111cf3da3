# SPDX-License-Identifier: Apache-2.0
"""The contract's cluster: programs on eight cores with floating point; `make cluster` has the same build."""

from pathlib import Path

import numpy as np
import pytest

from models.formats import Format
from models.ops import Op
from regressions.cluster.firmware import CHECKS
from regressions.cluster.sizes import CONTRACT
from tb.cluster.config import cluster_of
from tb.cluster.mailbox import MailboxJob
from tb.cluster.memory_map import L2, OPERANDS
from tb.cluster.task import Arbitration
from tb.descriptor import load
from tests.cluster.harness import Work, run, run_tiled

pytestmark = pytest.mark.sim
EIGHT = cluster_of(load(CONTRACT))


@pytest.mark.parametrize("cores", [3, 8])
def test_hello_and_barriers(tmp_path: Path, cores: int) -> None:
    outcome = run("hello", tmp_path, cores=cores, config=EIGHT)
    assert outcome.problems == ()
    assert outcome.answers[:9] == tuple(0x48450000 | hart if hart < cores else 0 for hart in range(9))


def test_registers_are_as_described(tmp_path: Path) -> None:
    assert run("registers", tmp_path, programs=CHECKS, config=EIGHT).problems == ()


def test_sleeping_cores_wake_on_their_events_alone(tmp_path: Path) -> None:
    outcome = run("sleepers", tmp_path, programs=CHECKS, config=EIGHT)
    assert outcome.problems == ()
    assert 0 < outcome.answers[0] < 20, "cycles after the one that the timer was set to"
    woken = outcome.answers[1:8]
    assert list(woken) == sorted(set(woken)), "one after the other"


@pytest.mark.parametrize("ratio", [(1, 2, True), (1, 3, False), (0, 0, True)], ids=str)
def test_all_cores_queue_jobs_through_the_lock(tmp_path: Path, ratio: tuple[int, int, bool]) -> None:
    work = Work(3)
    for number in range(8):
        work.add(Op(number), Format.FP16, *(work.random.randrange(1, 40) for _ in range(3)))
    outcome = run("queue", tmp_path, work.jobs, work.memory, arbitration=Arbitration(*ratio), config=EIGHT)
    assert outcome.problems == ()
    work.check(outcome)
    assert [answer >> 24 for answer in outcome.answers[:8]] == list(range(8)), "each hart had a job"
    assert sorted(answer & 0xFF for answer in outcome.answers[:8]) == list(range(8)), "ids are given once"
    assert sorted(outcome.answers[8:16]) == list(range(8))


def test_soft_clear_and_recovery(tmp_path: Path) -> None:
    work = Work(7)
    for size in (40, 24):
        work.add(Op.GEMM, Format.FP16, size, size, size)
    outcome = run("recover", tmp_path, work.jobs, work.memory, mode=300, config=EIGHT)
    assert outcome.problems == ()
    work.check(outcome, skip=1)


def test_tiles_at_the_edges(tmp_path: Path) -> None:
    place = (1, 0x4003, 0x8006)
    run_tiled(Op.GEMM, (50, 33, 41), (13, 17), tmp_path, offsets=place, seed=6, config=EIGHT)


@pytest.mark.parametrize("mode", [0, 1, 2], ids=["plain", "scalar", "simd"])
@pytest.mark.parametrize("cores", [1, 8])
def test_every_operation_in_software(tmp_path: Path, mode: int, cores: int) -> None:
    work = Work(20 + mode)
    for op in Op:
        work.add(op, Format.FP16, 4 * cores, 9, 8, align=4)
    outcome = run("software", tmp_path, work.jobs, work.memory, mode=mode, cores=cores, config=EIGHT)
    assert outcome.problems == ()
    work.check(outcome)


@pytest.mark.parametrize("mode", [1, 2], ids=["scalar", "simd"])
@pytest.mark.parametrize("cores", [1, 3, 8])
def test_blocks_in_software_that_edges_cut_off(tmp_path: Path, mode: int, cores: int) -> None:
    work = Work(40 + mode)
    sizes = ((21, 9, 22), (3, 5, 6), (4, 1, 2), (6, 0, 10), (18, 7, 44), (1, 3, 16), (35, 4, 18), (8, 2, 24))
    for op, (m, n, k) in zip(Op, sizes, strict=True):
        # Vectors want rows in whole words; one number at a time also does odd columns.
        work.add(op, Format.FP16, m, n, k - (mode == 1), align=4)
    outcome = run("software", tmp_path, work.jobs, work.memory, mode=mode, cores=cores, config=EIGHT)
    assert outcome.problems == ()
    work.check(outcome)


def test_software_refuses_what_a_way_cannot_do(tmp_path: Path) -> None:
    for mode, k, fmt in ((2, 7, Format.FP16), (3, 8, Format.FP16), (1, 8, Format.E5M2)):
        work = Work(50)
        work.add(Op.GEMM, fmt, 4, 4, k, align=4)
        outcome = run("software", tmp_path, work.jobs, work.memory, mode=mode, cores=1, config=EIGHT)
        assert outcome.problems == ("the program returned 0x1",)


@pytest.mark.parametrize("measured", [0, 1, 2], ids=["accelerator", "cores", "copies"])
def test_accelerator_cores_and_copies_together(tmp_path: Path, measured: int) -> None:
    work = Work(30)
    work.add(Op.MATMUL, Format.FP16, 40, 40, 40, align=4)
    work.add(Op.MATMUL, Format.FP16, 24, 24, 24, align=4)
    data = bytes(np.random.default_rng(31).integers(0, 256, 2048, np.uint8))
    copied = MailboxJob(Op.MATMUL, Format.FP16, 32, 32, 32, L2, L2, OPERANDS + 0x8000)
    memory = {**work.memory, L2: data}
    cycles = []
    for others in (0, 0b111):
        mode = 1 << measured | others | measured << 4
        jobs = [*work.jobs, copied]
        outcome = run("together", tmp_path / str(others), jobs, memory, mode=mode, config=EIGHT)
        assert outcome.problems == ()
        for number, (job, expected) in enumerate(zip(work.jobs, work.expected, strict=True)):
            if mode >> number & 1:
                assert outcome.read(job.z, len(expected)) == expected
        assert outcome.read(L2, len(data)) == data
        if mode & 4:
            assert outcome.read(OPERANDS + 0x8000, len(data)) == data
        rounds = outcome.answers[1:4]
        assert [count > 0 for count in rounds] == [bool(mode >> group & 1) for group in range(3)]
        cycles.append(outcome.answers[0])
    assert cycles[0] < cycles[1] < 3 * cycles[0], "they meet, and nobody starves"


def test_a_trap_is_reported(tmp_path: Path) -> None:
    outcome = run("trap", tmp_path, programs=CHECKS, config=EIGHT)
    assert len(outcome.problems) == 1
    assert outcome.problems[0].startswith("hart 7 trapped at 0x1a00")
    assert "(main+0x" in outcome.problems[0]
    assert "instruction ffffffff: .word 0xffffffff): illegal instruction" in outcome.problems[0]


def test_a_core_that_runs_off_is_reported(tmp_path: Path) -> None:
    outcome = run("runs_off", tmp_path, programs=CHECKS, config=EIGHT)
    assert "hart 0 trapped at 0x1a008000" in outcome.problems[0]
    assert "no code of the program): illegal instruction" in outcome.problems[0]


def test_a_program_that_does_not_end_is_reported(tmp_path: Path) -> None:
    outcome = run("forever", tmp_path, programs=CHECKS, limit=5000, config=EIGHT)
    assert outcome.problems[0] == "the program has not ended after 5000 cycles"
    assert outcome.problems[1].startswith("hart 0 is asleep at 0x1a00")
    assert "(main+0x" in outcome.problems[1]
    assert ": cv.elw " in outcome.problems[1]
    for hart in range(1, 8):
        assert outcome.problems[1 + hart].startswith(f"hart {hart} is asleep at 0x1a00")
        assert "(cluster_start+0x" in outcome.problems[1 + hart]
