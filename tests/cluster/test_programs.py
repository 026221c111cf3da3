# SPDX-License-Identifier: Apache-2.0
"""Real programs on real cores: two or eight of them, with the accelerator, the DMA and the memories."""

from pathlib import Path

import pytest

from models.formats import Format
from models.ops import Op
from regressions.cluster.firmware import CHECKS
from tb.cluster.config import ClusterConfig
from tb.cluster.task import Arbitration
from tests.cluster.harness import CONFIG, EIGHT, Work, run, run_tiled

pytestmark = pytest.mark.sim


on_both = pytest.mark.parametrize("config", [CONFIG, EIGHT], ids=["two", "eight"])


@on_both
def test_registers_are_as_described(tmp_path: Path, config: ClusterConfig) -> None:
    assert run("registers", tmp_path, programs=CHECKS, config=config).problems == ()


@pytest.mark.parametrize(("cores", "config"), [(1, CONFIG), (2, CONFIG), (3, EIGHT), (8, EIGHT)])
def test_hello_and_barriers(tmp_path: Path, cores: int, config: ClusterConfig) -> None:
    outcome = run("hello", tmp_path, cores=cores, config=config)
    assert outcome.problems == ()
    assert outcome.answers[:9] == tuple(0x48450000 | hart if hart < cores else 0 for hart in range(9))


@on_both
def test_sleeping_cores_wake_on_their_events_alone(tmp_path: Path, config: ClusterConfig) -> None:
    outcome = run("sleepers", tmp_path, programs=CHECKS, config=config)
    assert outcome.problems == ()
    assert 0 < outcome.answers[0] < 20, "cycles after the one that the timer was set to"
    woken = outcome.answers[1 : config.cores]
    assert list(woken) == sorted(set(woken)), "one after the other"


def test_headline_job_driven_by_firmware(tmp_path: Path) -> None:
    work = Work(1)
    work.add(Op.GEMM, Format.FP16, 96, 96, 96)
    outcome = run("gemm", tmp_path, work.jobs, work.memory)
    assert outcome.problems == ()
    work.check(outcome)
    (job,) = outcome.log["jobs"]
    assert job["wake"] - job["trigger"] <= 18_800
    assert 1 <= job["wake"] - job["event"] <= 4, "the core wakes at once"
    assert outcome.answers[0] < job["wake"] - job["trigger"] + 100, "programming takes few cycles"


def test_every_operation_and_format(tmp_path: Path) -> None:
    for fmt in Format:
        work = Work(10 + fmt)
        for op in Op:
            sizes = (work.random.randrange(1, 30) for _ in range(3))
            work.add(op, fmt, *sizes)
        outcome = run("gemm", tmp_path / fmt.name, work.jobs, work.memory)
        assert outcome.problems == ()
        work.check(outcome)


@pytest.mark.parametrize(
    ("config", "ratio"),
    [
        *((CONFIG, ratio) for ratio in ((1, 2, True), (1, 4, False), (0, 0, True))),
        *((EIGHT, ratio) for ratio in ((1, 2, True), (1, 3, False), (0, 0, True))),
    ],
    ids=lambda value: str(value.cores) if isinstance(value, ClusterConfig) else str(value),
)
def test_cores_queue_jobs_through_the_lock(
    tmp_path: Path, config: ClusterConfig, ratio: tuple[int, int, bool]
) -> None:
    work = Work(3)
    for number in range(8):
        work.add(Op(number), Format.FP16, *(work.random.randrange(1, 40) for _ in range(3)))
    outcome = run("queue", tmp_path, work.jobs, work.memory, arbitration=Arbitration(*ratio), config=config)
    assert outcome.problems == ()
    work.check(outcome)
    harts = [answer >> 24 for answer in outcome.answers[:8]]
    assert harts == list(range(8)) if config is EIGHT else set(harts) == {0, 1}, "each hart had a job"
    assert sorted(answer & 0xFF for answer in outcome.answers[:8]) == list(range(8)), "ids are given once"
    assert sorted(outcome.answers[8:16]) == list(range(8))


def test_tiled_product_beyond_the_tcdm(tmp_path: Path) -> None:
    m, n, k = 264, 256, 256
    behind = (0, 2 * m * n, 2 * (m * n + n * k))
    outcome = run_tiled(Op.GEMM, (m, n, k), (24, 64), tmp_path, offsets=behind, seed=5)
    assert m * n * k / (48 * outcome.answers[0]) >= 0.90, "of the accelerator's peak, transfers included"


def test_tiles_at_the_edges(tmp_path: Path) -> None:
    run_tiled(Op.MINMAX, (50, 33, 41), (13, 17), tmp_path, offsets=(1, 0x4003, 0x8006), seed=6)


@pytest.mark.parametrize("after", [0, 150, 900])
def test_soft_clear_and_recovery(tmp_path: Path, after: int) -> None:
    work = Work(7)
    for size in (40, 24, 17):
        work.add(Op.GEMM, Format.FP16, size, size, size)
    outcome = run("recover", tmp_path, work.jobs, work.memory, mode=after)
    assert outcome.problems == ()
    work.check(outcome, skip=1)
    alone = run("gemm", tmp_path / "alone", work.jobs[1:], work.memory)
    taken = [job["wake"] - job["trigger"] for job in alone.log["jobs"]]
    recovered = [job["wake"] - job["trigger"] for job in outcome.log["jobs"] if not job["cleared"]]
    assert recovered == taken, "after a clear a job takes as long as after a reset"
