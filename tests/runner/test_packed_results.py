# SPDX-License-Identifier: Apache-2.0
"""Results of jobs are packed, read as they were, and ten million of them take less than 2 GiB."""

import random
import tracemalloc
from array import array
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from regressions import packed_results
from regressions.conclusion import covered
from regressions.executor import Execution
from regressions.judge import SegmentResult
from regressions.packed_results import ChosenJobs, PackedHits, PackedJobs
from regressions.report.devices import device_views
from regressions.results import read_results
from regressions.summarize import summarize
from regressions.summary import Summary
from tb.coverage.counts import Counts
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.results import CoverageHits, JobResult, TestBegin, TestEnd, decode, encode
from tb.exchange.status import Status
from tb.kinds import ACCELERATOR, kind
from tests.job_results import job_result
from tests.runner.fake import fake_device
from tests.runner.runs import started

_ONCE = 2**20  # bytes of what does not grow with the jobs: a block unpacked, pictures
_CAUSES = ("WORKING", "PAD_M", "PAD_N", "PAD_K", "FILL", "WAIT_X", "WAIT_W", "WAIT_Y", "Z_BLOCK", "DRAIN")


def jobs(count: int, seed: int = 1) -> Iterator[JobResult]:
    """Jobs whose figures are as different as those of random ones."""
    rng = random.Random(seed)
    for number in range(count):
        m, n, k = (rng.randint(1, 96) for _ in range(3))
        cycles = rng.randint(50, 60_000)
        yield decode(
            encode(
                job_result(
                    test="gemm_ops",
                    scenario=number // 3,
                    job=number % 3,
                    op=rng.choice(("GEMM", "MATMUL", "MINMAX")),
                    format=rng.choice(("FP16", "E4M3/FP16/FP16")),
                    **{"m": m, "n": n, "k": k},
                    stall=rng.choice(("none", "random")),
                    cycles=cycles,
                    bound=cycles + rng.randint(0, 9000),
                    stalled=rng.randint(0, 500),
                    utilization=rng.random(),
                    beats_read=rng.randint(1, 5000),
                    beats_written=rng.randint(1, 5000),
                    causes={name: rng.randint(1, 500_000) for name in _CAUSES},
                )
            )
        )


@pytest.mark.parametrize("count", [0, 1, 511, 512, 513, 1300])
def test_packed_jobs_are_read_as_they_were(count: int) -> None:
    given = list(jobs(count))
    packed = PackedJobs(given)
    for _ in range(2):
        assert len(packed) == count
        assert list(packed) == given
        assert packed[-3:] == given[-3:]
        assert [packed[place] for place in range(-count, count)] == given * 2
        packed.close()
    with pytest.raises(IndexError):
        packed[count]


def test_a_job_may_come_after_the_rest_was_packed() -> None:
    given = list(jobs(1300))
    packed = PackedJobs(given[:700])
    packed.close()
    for job in given[700:]:
        packed.append(job)
    assert list(packed) == given
    assert packed[512:720] == given[512:720]


def test_chosen_jobs_are_those_of_all_parts_in_their_order() -> None:
    given = list(jobs(900))
    chosen = ChosenJobs([PackedJobs(given[:600]), given[600:]], lambda job: job.m > 48)
    wanted = [job for job in given if job.m > 48]
    assert (list(chosen), len(chosen)) == (wanted, len(wanted))
    assert wanted[5] in chosen
    assert not ChosenJobs([], lambda _: True)


def test_packed_coverage_is_read_as_it_was() -> None:
    items = {"a.b": (array("Q", (1, 9)), array("Q", (2, 7)))}
    hits = decode(encode(CoverageHits("abc", items, {"event": 3})))
    assert isinstance(hits, CoverageHits)
    assert PackedHits(hits).unpacked == hits


def test_ten_million_jobs_take_less_than_two_gigabytes_until_their_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 3000
    path = tmp_path / "results.jsonl"
    lines = [TestBegin("gemm_ops", 1, 0, count), *jobs(count)]
    lines.append(TestEnd(test="gemm_ops", jobs=count, status=Status.PASSED, compared_bytes=1))
    path.write_bytes(b"".join(map(encode, lines)))
    del lines
    device = fake_device("mine", {}, ())
    run = started(devices=[device])
    segment = Segment(TestEntry("gemm_ops", "s", weight=1.0), 1, 0, count, count, 100, device="mine")
    view(summarize(run, Execution([SegmentResult(segment, Status.PASSED, "", "", list(jobs(9)))])))  # imports
    unpacked = lru_cache(maxsize=1)(packed_results._unpacked.__wrapped__)  # the usual one is bounded, too
    monkeypatch.setattr(packed_results, "_unpacked", unpacked)
    monkeypatch.setattr("regressions.summary.MAX_MEASURED", 100)  # of any number of jobs
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        (log,) = read_results(path).tests
        held = tracemalloc.get_traced_memory()[0] - before
        result = SegmentResult(segment, Status.PASSED, "", "", log.jobs, end=log.end)
        tracemalloc.reset_peak()
        view(summarize(run, Execution([result], cycles=5000, seconds=2.0)))
        most = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert held / count < 150, "until the report; figures of real jobs are less random"
    assert (most - _ONCE) / count < 2**31 / 10e6, "and with it"


def test_coverage_of_segments_is_not_held_unpacked_for_the_report() -> None:
    device = fake_device("mine", {}, ())
    run = started(devices=[device])
    definition = kind(ACCELERATOR).definition(())
    counts = Counts(definition)
    for item in definition.items.values():
        counts.add_hits(item, np.eye(1, item.size, dtype=np.int64)[0])
    hits = PackedHits(decode(encode(CoverageHits(**counts.to_json()))))
    segment = Segment(TestEntry("gemm_ops", "s", weight=1.0), 1, 0, 1, 1, 100, device="mine")

    def most(count: int) -> int:
        execution = Execution([SegmentResult(segment, Status.PASSED, "", "", coverage=hits)] * count)
        tracemalloc.start()
        try:
            assert covered(run, execution, ACCELERATOR).bins["hit"] > 0
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    most(1)
    assert most(6) < 1.2 * most(3), "no more for more segments"


def view(summary: Summary) -> None:
    """Make all that a report shows of a device's jobs."""
    assert summary.to_json()["utilization"]
    (view,) = device_views(summary)
    assert view.speed
    assert all((view.pictures, view.lost, view.meanings, view.exercised, view.operations, view.comparison))
