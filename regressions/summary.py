# SPDX-License-Identifier: Apache-2.0
"""Summary of a run: the object behind ``summary.json`` and all reports."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regressions.code_coverage.measure import CodeCoverage
from regressions.coverage.measure import Coverage
from regressions.coverage.summary import coverage_json
from regressions.executor import Execution
from regressions.failures import FailureRow, failure_rows, rerun_line
from regressions.grading import Grade
from regressions.info import Run
from regressions.judge import SegmentResult
from regressions.testplan import TestpointRow, TestpointVerdict, load_testplan, rows
from tb.checkers import load_checkers, tally
from tb.exchange.results import JobResult
from tb.exchange.status import Status, gravest

MAX_MEASURED = 20_000


@dataclass(slots=True)
class TestRow:
    """One test of the run on one device, all of its segments together."""

    __test__ = False  # not a pytest class

    device: str
    name: str
    seed: int
    status: Status
    jobs_planned: int
    jobs: int
    rerun: str
    detail: str
    cycles: int
    seconds: float
    testpoints: tuple[str, ...] = ()


@dataclass(slots=True)
class Summary:
    """Summary of a run.

    Attributes:
        coverage: Functional coverage of the devices alone.
        of_kinds: That of the run's other devices, by the name of their kind.
        code: Code coverage of the main device; None if the run measured none.
        faults: Complaints besides failed tests, which fail the run too.
        grades: Grades of the tests.
        notes: Remarks that somebody should look at; they fail nothing.
    """

    run: Run
    tests: list[TestRow] = field(default_factory=list)
    failures: list[FailureRow] = field(default_factory=list)
    by_device: dict[str, list[JobResult]] = field(default_factory=dict)
    rejected: dict[str, dict[str, int]] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    cycles: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    coverage: Coverage | None = None
    of_kinds: dict[str, Coverage] = field(default_factory=dict)
    code: CodeCoverage | None = None
    faults: list[str] = field(default_factory=list)
    grades: list[Grade] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def testplan(self) -> list[TestpointRow]:
        """The tests of the run mapped onto the testplan."""
        return rows(load_testplan(), [(test.name, test.testpoints, test.status) for test in self.tests])

    @property
    def passed(self) -> bool:
        """Everything planned ran and passed, and nothing else is wrong."""
        return not (self.interrupted or self.totals["failed"] or self.faults) and bool(self.tests)

    def to_json(self) -> dict[str, Any]:
        """The content of ``summary.json``, schema 1."""
        run = self.run
        return {
            "schema": 1,
            "tier": run.label,
            "seed": run.seed,
            "git": run.git,
            "tools": run.tools,
            "dut": run.main.name,
            "parameters": dict(run.main.parameters),
            "totals": self.totals,
            "tests": [
                {
                    "name": test.name,
                    "seed": test.seed,
                    "status": test.status.value,
                    "jobs_planned": test.jobs_planned,
                    "jobs": test.jobs,
                    "rerun": test.rerun,
                    "detail": test.detail,
                    "dut": test.device,
                }
                for test in self.tests
            ],
            "utilization": [
                {
                    "op": job.op,
                    "format": job.format,
                    "M": job.m,
                    "N": job.n,
                    "K": job.k,
                    "stall": job.stall,
                    "cycles": job.cycles,
                    "bound": job.bound,
                    "utilization": job.utilization,
                    "dut": device,
                    "causes": job.slots or None,
                }
                for device in self.by_device
                for job in _sample(self.measured(device), len(self.by_device))
            ],
            "testplan": {
                "testpoints": len(self.testplan),
                "passed": sum(row.verdict is TestpointVerdict.PASSED for row in self.testplan),
                "untested": sum(row.verdict is TestpointVerdict.UNTESTED for row in self.testplan),
            },
            "coverage": coverage_json(self.coverage, self.code, self.of_kinds),
            "checkers": tally(load_checkers()),
            "throughput": {
                "cycles": self.cycles,
                "seconds": round(self.seconds, 3),
                "cycles_per_second": round(self.cycles / self.seconds, 1) if self.seconds else 0.0,
                "jobs_per_minute": round(60 * self.totals.get("jobs", 0) / self.seconds, 1)
                if self.seconds
                else 0.0,
            },
        }

    def measured(self, device: str) -> list[JobResult]:
        """Jobs of a device whose cycles count: those that passed."""
        jobs = self.by_device.get(device, [])
        return [job for job in jobs if job.status is Status.PASSED and job.cycles is not None]


def _sample(jobs: list[JobResult], devices: int) -> list[JobResult]:
    """All jobs, or evenly spread ones where a long run has more than a reader of the summary can use."""
    return jobs[:: -(-len(jobs) * devices // MAX_MEASURED)] if jobs else jobs


def summarize(run: Run, execution: Execution) -> Summary:
    """Puts the segments' results together.

    Args:
        run: The run.
        execution: Its results.
    """
    summary = Summary(run, cycles=execution.cycles, seconds=execution.seconds, rejected=execution.rejected)
    summary.interrupted = execution.interrupted
    by_test: dict[tuple[str, str, int], list[SegmentResult]] = {}
    for result in sorted(execution.results, key=lambda result: result.segment.begin):
        segment = result.segment
        by_test.setdefault((segment.device, segment.entry.name, segment.seed), []).append(result)
    order = {device.name: place for place, device in enumerate(run.devices)}
    for device, name, seed in sorted(by_test, key=lambda key: (order.get(key[0], 0), *key[1:])):
        results = by_test[device, name, seed]
        summary.tests.append(_test_row(device, name, results, run))
        jobs = summary.by_device.setdefault(device, [])
        for result in results:
            jobs += result.jobs
            summary.failures += failure_rows(result, run)
    summary.failures.sort(key=lambda row: row.status.gravity)
    summary.totals = _totals(summary, execution.results)
    return summary


def _test_row(device: str, name: str, results: Sequence[SegmentResult], run: Run) -> TestRow:
    status = gravest(result.status for result in results)
    faults = [result for result in results if result.status is status and status is not Status.PASSED]
    segments = [result.segment for result in results]
    first = faults[0] if faults else None
    if first is None:
        selector = f"{name}:{min(s.begin for s in segments)}:{max(s.end for s in segments)}"
    else:
        selector = first.segment.selector
    others = f" (and {len(faults) - 1} more segments)" if len(faults) > 1 else ""
    return TestRow(
        device=device,
        name=name,
        seed=segments[0].seed,
        status=status,
        jobs_planned=sum(segment.jobs for segment in segments),
        jobs=sum(_checked(result.jobs) for result in results),
        rerun=rerun_line(run, selector, segments[0], first.segment.kind if first else "fast"),
        detail=first.detail + others if first else "",
        cycles=sum(result.cycles for result in results),
        seconds=sum(result.seconds for result in results),
        testpoints=segments[0].entry.testpoints,
    )


def _checked(jobs: Iterable[JobResult]) -> int:
    return sum(job.status is not Status.NOT_RUN for job in jobs)


def _totals(summary: Summary, results: Sequence[SegmentResult]) -> dict[str, int]:
    def count(status: Status) -> int:
        """Failed jobs, or failed scenarios and segments where no single job is to blame."""
        total = 0
        for result in results:
            scenarios = {job.scenario for job in result.jobs if job.status is status}
            jobs = sum(job.status is status for job in result.jobs)
            blamed = {failure.scenario for failure in result.failures if failure.status is status}
            found = jobs + len(blamed - scenarios)
            total += found if found else int(result.status is status)
        return total

    passed = sum(test.status is Status.PASSED for test in summary.tests)
    return {
        "tests": len(summary.tests),
        "passed": passed,
        "failed": len(summary.tests) - passed,
        "jobs_planned": sum(test.jobs_planned for test in summary.tests),
        "jobs": sum(test.jobs for test in summary.tests),
        "mismatches": count(Status.MISMATCH),
        "protocol_violations": count(Status.PROTOCOL),
        "timeouts": count(Status.TIMEOUT),
    }


def results_json(
    summary: Summary, results: Sequence[SegmentResult], descriptors: Mapping[str, str]
) -> dict[str, Any]:
    """The run's own account beside the public summary, for ``make rerun-failed`` and ``make merge``.

    Args:
        summary: The run.
        results: Its segments.
        descriptors: Path of each device's descriptor.
    """
    return {
        "schema": 1,
        "interrupted": summary.interrupted,
        "info": summary.run.to_json(),
        "cycles": summary.cycles,
        "seconds": summary.seconds,
        "rejected": summary.rejected,
        "segments": [
            {
                "test": result.segment.entry.name,
                "seed": result.segment.seed,
                "begin": result.segment.begin,
                "end": result.segment.end,
                "kind": result.segment.kind,
                "jobs": result.segment.jobs,
                "descriptor": descriptors[result.segment.device],
                "status": result.status.value,
                "detail": result.detail,
                "folder": result.folder,
            }
            for result in results
        ],
    }


def write_json(path: Path, value: object) -> None:
    """Writes a JSON file in one step: it has the old or the new content, never a part."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(_dump(value) + "\n")
    temporary.replace(path)


def _dump(value: object, level: int = 0) -> str:
    """JSON with a line for each innermost object or list: readable, and long lists of rows stay short."""
    nested = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not any(isinstance(item, dict | list) for item in nested):
        return json.dumps(value)
    indent = " " * (level + 1)
    if isinstance(value, dict):
        lines = [f"{indent}{json.dumps(key)}: {_dump(item, level + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + " " * level + "}"
    lines = [indent + _dump(item, level + 1) for item in nested]
    return "[\n" + ",\n".join(lines) + "\n" + " " * level + "]"
