# SPDX-License-Identifier: Apache-2.0
"""Workloads of a run: their programs, and the jobs that the device ran of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from models.engine import EngineJob
from regressions.workloads.figures import Phase, phases
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.results import JobResult
from tb.exchange.status import Status
from tb.schema import SchemaError
from tb.sequences import without_bench
from tb.workloads.workload import Workload

if TYPE_CHECKING:
    from regressions.judge import SegmentResult


@dataclass(frozen=True, slots=True, eq=False)
class WorkloadRun:
    """A workload that ran on a device."""

    entry: TestEntry
    device: Descriptor
    kind: type[Workload]
    program: Sequence[EngineJob]  # without operands
    results: Mapping[int, JobResult]  # those that passed, by position in the program

    @property
    def rows(self) -> list[Phase]:
        """Figures by label."""
        cycles = {place: job.cycles for place, job in self.results.items() if job.cycles is not None}
        return phases(self.device.instance, self.program, cycles, self.kind.needed())

    def to_json(self) -> dict[str, Any]:
        """Its part of `summary.json`."""
        instance = self.device.instance
        return {
            "test": self.entry.name,
            "dut": self.device.name,
            "jobs_planned": len(self.program),
            "labels": [row._asdict() | {"utilization": row.utilization(instance)} for row in self.rows],
        }


def workload_runs(results: Iterable[SegmentResult], devices: Iterable[Descriptor]) -> list[WorkloadRun]:
    """Returns the workloads among the tests of a run, those with a job that passed, by name and device."""
    known = {device.name: device for device in devices}
    order = list(known)
    jobs: dict[tuple[str, str], list[Sequence[JobResult]]] = {}
    entries: dict[tuple[str, str], TestEntry] = {}
    for result in results:
        key = result.segment.device, result.segment.entry.name
        entries[key] = result.segment.entry
        jobs.setdefault(key, []).append(result.jobs)
    found = []
    for key, entry in entries.items():
        device, kind = known.get(key[0]), _workload(entry.sequence)
        if device is None or kind is None:
            continue
        try:
            run = _run(entry, device, kind, chain.from_iterable(jobs[key]))
        except Exception:  # whatever a user's program raises that ran then and does not now: no section of it
            continue
        if run.results:
            found.append(run)
    return sorted(found, key=lambda run: (run.entry.name, order.index(run.device.name)))


def _workload(sequence: str) -> type[Workload] | None:
    """The workload that a test entry names; None where it names something else, or nothing that is there."""
    if ".py:" not in sequence:
        return None
    try:
        kind = without_bench(sequence)
    except SchemaError:
        return None
    return kind if issubclass(kind, Workload) else None


def _run(
    entry: TestEntry, device: Descriptor, kind: type[Workload], jobs: Iterable[JobResult]
) -> WorkloadRun:
    drawn = kind(entry.name, 0, entry.knobs, device)
    program = [replace(job, operands=None, result=None) for job in drawn.program_jobs]
    results = {
        drawn.taken[job.scenario]: job
        for job in jobs
        if job.status is Status.PASSED and job.cycles is not None and job.scenario < len(drawn.taken)
    }
    # The program may have changed since a run of which this is a later report.
    results = {place: job for place, job in results.items() if _is_of(program[place], job)}
    return WorkloadRun(entry, device, kind, program, results)


def _is_of(job: EngineJob, result: JobResult) -> bool:
    return (job.op.name, job.m, job.n, job.k) == (result.op, result.m, result.n, result.k)
