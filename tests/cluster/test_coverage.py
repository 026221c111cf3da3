# SPDX-License-Identifier: Apache-2.0
"""Coverage of clusters: which bins a monitor's report counts for."""

from typing import Any

import pytest

from tb.cluster.coverage import ClusterCoverage
from tb.cluster.kind import Cluster
from tb.cluster.points import Conflict, LongestWait, destination, ratio, source, wait
from tb.cluster.task import Arbitration
from tb.exchange.results import JobResult
from tb.exchange.status import Status
from tb.registers.generate import register_map
from tb.registers.state import AccessTrace
from tests.job_results import job_result

DEFINITION = Cluster().definition()
QUIET: dict[str, Any] = {
    "conflicts": [0, 0],
    "rivals": [0, 0, 0],
    "longest": [0, 0, 0, 0],
    "longest_wide": 0,
    "log_bound": 9,
    "wide_bound": 1,
    "events": [0, 0],
    "woken": [0, 0],
    "transfers": [],
}


def hit(
    jobs: tuple[JobResult, ...] = (),
    traces: tuple[AccessTrace, ...] = (),
    arbitration: Arbitration | None = None,
    **report: Any,
) -> set[str]:
    """Names of the bins that a program hits."""
    coverage = ClusterCoverage(DEFINITION, cores=2)
    coverage.program(QUIET | report, arbitration or Arbitration(), jobs, traces)
    assert not coverage.counts.excluded_hits()
    found = {
        item.bin_name(index)
        for item in DEFINITION.items.values()
        for index, hits in enumerate(coverage.counts.hits(item))
        if hits
    }
    return {name.removeprefix("cluster_") for name in found}


def after(found: set[str], prefix: str) -> set[str]:
    """Names that begin in a way, without their beginning."""
    return {name.removeprefix(prefix) for name in found if name.startswith(prefix)}


def test_a_quiet_program_has_waited_for_nothing() -> None:
    assert hit() == {
        "waits.waiter = core",
        "waits.waiter = DMA",
        "waits.waiter = accelerator",
        *(f"waits.waiter.wait = {who}, none" for who in ("core", "DMA", "accelerator")),
    }


def test_conflicts_rivals_and_waits() -> None:
    found = hit(
        conflicts=[3, 0],
        rivals=[5, 0, 1],
        longest=[9, 2, 6, 0],
        longest_wide=1,
        arbitration=Arbitration(1, 4, wide_first=False),
    )
    assert "conflicts.winner.first.ratio = others, others, below half" in found
    assert after(found, "banks.") == {"rivals = 2", "rivals = 4 and more"}
    assert after(found, "waits.waiter.wait = ") == {
        *("core, bound", "core, below half", "DMA, below bound", "DMA, none", "accelerator, bound")
    }


def test_events_and_sleep() -> None:
    found = hit(events=[1 << 12, 1 << 16 | 1 << 3], woken=[1 << 12, 0])
    assert after(found, "events.event.") == {
        *("effect = accelerator, came", "effect = accelerator, woke", "effect = barrier, came"),
        *("effect = software, came", "event_core = accelerator, 0", "event_core = barrier, 1"),
        *("event_core = software, 1",),
    }


def test_transfers() -> None:
    found = hit(transfers=[256 | 64 | 4 << 3 | 0, 128 | 3 << 3 | 4, 0])
    assert {name for name in found if name.count(",") == 3} == {
        "transfers.direction.shape.source.destination = L2 to TCDM, rows, 4 bytes, 8 bytes",
        "transfers.direction.shape.source.destination = TCDM to L2, row, less, 4 bytes",
    }


def test_jobs_that_passed_alone_count() -> None:
    passed = job_result(core=1, cycles=100, queued=True)
    late = job_result(core=1, status=Status.TIMEOUT, cycles=1)
    found = hit(jobs=(passed, late, job_result(core=1, cycles=None)))
    assert after(found, "jobs.") == {
        *("job_op = GEMM", "job_format = FP16", "job_core = 1", "job_queued = queued"),
        *("job_op.job_format = GEMM, FP16", "job_op.job_core = GEMM, 1", "job_core.job_queued = 1, queued"),
    }


def test_what_a_core_finds_that_asks() -> None:
    acquire, status = (register_map()[name].offset for name in ("ACQUIRE", "STATUS"))
    traces: tuple[AccessTrace, ...] = (
        (acquire, 1, 15, 1, 0, None),
        (acquire, 1, 15, 2, 1, 1),
        (acquire, 1, 15, 1, 1, 1),
        (acquire, 1, 15, 1, 2, None),
        (acquire, 0, 15, 1, 1, None),
        (status, 1, 15, 1, 1, None),
    )
    assert {name for name in hit(traces=traces) if "acquire.contexts" in name} == {
        "queue.acquire.contexts = free, 0",
        "queue.acquire.contexts = locked by another, 1",
        "queue.acquire.contexts = own lock, 1",
        "queue.acquire.contexts = both contexts busy, 2",
    }


@pytest.mark.parametrize(
    ("share", "name"),
    [((0, 4), "off"), ((4, 4), "off"), ((1, 4), "below half"), ((2, 4), "half"), ((3, 4), "above half")],
)
def test_ratios(share: tuple[int, int], name: str) -> None:
    assert ratio(Conflict(True, Arbitration(*share))) == name


def test_waits_and_alignments() -> None:
    assert [wait(LongestWait("core", cycles, 8)) for cycles in (0, 3, 4, 7, 8)] == [
        *("none", "below half", "below bound", "below bound", "bound")
    ]
    assert wait(LongestWait("core", 100, None)) == "no bound"
    names = ["8 bytes", "4 bytes", "less", "less"]
    assert [destination(lowest) for lowest in (0, 4, 2, 7)] == names
    assert [source(lowest << 3) for lowest in (0, 4, 2, 7)] == names


def test_programs_add_up() -> None:
    coverage = ClusterCoverage(DEFINITION, cores=2)
    sums = []
    for _ in range(2):
        coverage.program(QUIET | {"conflicts": [3, 4], "rivals": [5, 0, 0]}, Arbitration(), (), ())
        sums.append(sum(int(hits.sum()) for hits in coverage.finish().items.values()))
    assert sums[1] == 2 * sums[0] > 0
