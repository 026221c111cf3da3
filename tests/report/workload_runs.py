# SPDX-License-Identifier: Apache-2.0
"""Results of workloads that were not run, with the cycles of the schedule model."""

from regressions.judge import SegmentResult
from regressions.workloads.kept_learning import Learning
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.names import format_name
from tb.exchange.plan import Segment
from tb.exchange.results import JobResult, TestEnd
from tb.exchange.status import Status
from tb.sequences import without_bench
from tests.job_results import job_result

SEQUENCES = {
    "autoencoder_b16": "tb/workloads/autoencoder.py:AutoencoderBatch16",
    "autoencoder_b16_hybrid": "tb/workloads/autoencoder.py:AutoencoderBatch16Hybrid",
    "dscnn": "tb/workloads/dscnn.py:DsCnn",
    "strongest_ties": "tb/workloads/problems.py:StrongestTies",
}

LEARNT = [
    Learning(task, arithmetic, tuple(scale / epoch for epoch in range(1, 31)), 0.97)
    for task, scales in (("classifier", (1.5, 1.3)), ("autoencoder", (0.08, 0.09)))
    for arithmetic in ("float32", "FP16", "hybrid FP8")
    for scale in scales
]
"""Trainings of two tasks from two seeds."""


def workload_result(
    name: str, device: Descriptor, most: int | None = None, *, probe: bool = True
) -> SegmentResult:
    """Returns a segment whose first jobs, `most` at most, passed; with causes where there is a probe."""
    entry = TestEntry(name, SEQUENCES[name], count=29, description=f"what {name} does")
    drawn = without_bench(entry.sequence)(name, 1, {}, device)
    program = drawn.program_jobs
    jobs: list[JobResult] = []
    for scenario, position in enumerate(drawn.taken[:most]):
        job = program[position]
        cycles = job.cycles or 1000
        slots = cycles * device.instance.h * device.instance.l
        lost = slots - job.macs
        causes = {
            "WORKING": job.macs,
            "PAD_K": lost // 2,
            "FILL": lost // 4,
            "WAIT_Y": lost - 3 * (lost // 4),
        }
        jobs.append(
            job_result(
                **{"test": name, "scenario": scenario, "op": job.op.name, "format": format_name(job.fmt)},
                **{"m": job.m, "n": job.n, "k": job.k, "cycles": cycles, "bound": cycles + 10},
                utilization=job.macs / slots,
                causes=causes if probe else None,
            )
        )
    segment = Segment(entry, 1, 0, len(jobs), len(jobs), 100, device=device.name)
    end = TestEnd(test=name, status=Status.PASSED, cycles=sum(job.cycles or 0 for job in jobs), seconds=1.0)
    return SegmentResult(segment, Status.PASSED, "", "sims/0000", jobs, [], end=end)
