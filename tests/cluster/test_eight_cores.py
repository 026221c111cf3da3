# SPDX-License-Identifier: Apache-2.0
"""The contract's cluster: programs on eight cores with floating point; `make cluster` has the same build."""

from pathlib import Path

import numpy as np
import pytest

from models.formats import Format
from models.ops import Op
from tb.cluster.mailbox import MailboxJob
from tb.cluster.memory_map import L2, OPERANDS
from tests.cluster.harness import EIGHT, Work, run, run_tiled

pytestmark = pytest.mark.sim


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
