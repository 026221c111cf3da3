# SPDX-License-Identifier: Apache-2.0
"""Writes what happens in a simulation to `results.jsonl`, line by line, so that a crash loses nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tb.env.background import Background, Task
from tb.scoreboard.scoreboard import JobResult, Verdict
from tb.status import Status
from tb.stimulus.job import Scenario
from tb.stimulus.record import Record

_encode = json.JSONEncoder(check_circular=False).encode


class Recorder:
    """Results of one segment (scenarios of one test).

    Attributes:
        jobs: Jobs that were checked.
        compared_bytes: Bytes of memory that were compared.
        checks: Checks of directed tests.
        known: Scenarios in which a known issue of the device showed, by its id.
        silent: Scenarios with a job that it concerns and that passed without it.
        worst: Gravest status so far.
        detail: What it was.
        complete: Whether the segment came to its end; one that did not has crashed.

    Args:
        folder: Folder of the simulation; records of failures go to its sub-folder `failures`.
        context: What a failure record says besides its scenarios: arguments of `tb.stimulus.record.Record`.
        test: Name of the test.
        background: Writes the lines of a scenario's jobs while the simulator runs on, before any later line.
    """

    def __init__(self, folder: Path, context: Mapping[str, Any], test: str, background: Background) -> None:
        self._folder = folder
        self._context = context
        self._test = test
        self._background = background
        self._pending: Task[None] | None = None
        self._file = (folder / "results.jsonl").open("a")
        self.jobs = 0
        self.compared_bytes = 0
        self.checks = 0
        self.worst = Status.PASSED
        self.complete = False
        self.known: Counter[str] = Counter()
        self.silent: Counter[str] = Counter()
        self.detail = ""

    def line(self, kind: str, **values: Any) -> None:
        """Write one line."""
        self._settle()
        self._file.write(_encode({"type": kind, **values}) + "\n")
        self._file.flush()

    def scenario(self, scenario: Scenario, verdict: Verdict, since_reset: Sequence[Scenario]) -> None:
        """Record the jobs of a scenario, and a failure record if it did not pass."""
        self._settle()
        self._pending = self._background.submit(partial(self._write_jobs, scenario, verdict.jobs))
        self.jobs += sum(result.status is not Status.NOT_RUN for result in verdict.jobs)
        self.compared_bytes += verdict.compared_bytes
        self.known.update(verdict.known)
        self.silent.update(verdict.silent)
        if verdict.findings:
            self._failure(scenario, verdict, since_reset)

    def check(self, passed: bool, what: str) -> None:
        """Record a check of a directed test, such as a register that read back what it should.

        Args:
            passed: Whether it held.
            what: What was wrong, for people.
        """
        self.checks += 1
        if not passed:
            self.fail(Status.MISMATCH, what)

    def fail(self, status: Status, detail: str) -> None:
        """Make the test fail; the gravest status and its first detail are kept."""
        order = list(Status)
        if order.index(status) < order.index(self.worst):
            self.worst, self.detail = status, detail

    def close(self) -> None:
        """Close the file."""
        self._settle()
        self._file.close()

    def _settle(self) -> None:
        """Lines stand in the order in which things happened."""
        if self._pending is not None:
            self._pending.result()
            self._pending = None

    def _write_jobs(self, scenario: Scenario, jobs: Sequence[JobResult]) -> None:
        lines = [
            _encode(_job_values(self._test, scenario, position, result)) + "\n"
            for position, result in enumerate(jobs)
        ]
        self._file.write("".join(lines))
        self._file.flush()

    def _failure(self, scenario: Scenario, verdict: Verdict, since_reset: Sequence[Scenario]) -> None:
        self.fail(verdict.status, f"scenario {scenario.index}: {verdict.detail}")
        place = f"failures/{self._test}-{scenario.index}.json"
        record = Record(
            scenarios=tuple(since_reset), status=verdict.status.value, detail=verdict.detail, **self._context
        )
        record.write(self._folder / place)
        self.line(
            "failure",
            test=self._test,
            scenario=scenario.index,
            status=verdict.status,
            detail=verdict.detail,
            findings=[f"{finding.checker}: {finding.detail}" for finding in verdict.findings[:20]],
            record=place,
        )


def _job_values(test: str, scenario: Scenario, position: int, result: JobResult) -> dict[str, Any]:
    job = result.job
    return {
        "type": "job",
        "test": test,
        "scenario": scenario.index,
        "job": position,
        "op": job.op.name,
        "format": job.format_name,
        "M": job.m,
        "N": job.n,
        "K": job.k,
        "stall": scenario.stall.kind,
        "core": job.core,
        "queued": result.queued,
        "cycles": result.cycles or None,  # a job that was cut short, or never ended, has none
        "bound": result.bound,
        "stalled": result.stalled,
        "utilization": round(result.utilization, 6),
        "beats_read": result.reads,
        "beats_written": result.writes,
        "causes": result.causes,
        "status": result.status,
        "detail": result.detail,
    }
