# SPDX-License-Identifier: Apache-2.0
"""Verdict on a scenario, and the results of its jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.timing import utilization
from tb.agents.tcdm.monitor import BeatCount
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.results import KNOWN, Causes, Finding, JobResult
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status, gravest
from tb.scoreboard.finding import Span


@dataclass(slots=True)
class Verdict:
    """Outcome of a scenario.

    Attributes:
        jobs: Its jobs.
        findings: Everything that is wrong.
        compared_bytes: Bytes of memory that were compared.
        concerned: Known issues and differences of the device that concern one of its jobs.
        known: Those that showed; they do not count as findings.
        silent: Those that concern a job which passed without showing one.
        held: Jobs that did not run, since they stood behind a hang that is known.
        stopped: Known issue whose hang left nothing to compare; empty if anything was, or for another reason.
    """

    jobs: list[JobResult]
    findings: list[Finding]
    compared_bytes: int
    concerned: Sequence[str] = ()
    known: Sequence[str] = ()
    silent: Sequence[str] = ()
    held: int = 0
    stopped: str = ""

    @property
    def status(self) -> Status:
        """The gravest finding; passed when there is none."""
        if not self.findings:
            return Status.PASSED
        return gravest(finding.status for finding in self.findings)

    @property
    def detail(self) -> str:
        """The first gravest finding, for one line."""
        status = self.status
        return next((finding.line for finding in self.findings if finding.status is status), "")


def unmeasured(scenario: Scenario, position: int, bound: int | None = None) -> JobResult:
    """The result of a job that has not ended, with its bound without stalls if that is known already."""
    job = scenario.jobs[position]
    return JobResult(
        scenario=scenario.index,
        job=position,
        op=job.op.name,
        format=job.format_name,
        m=job.m,
        n=job.n,
        k=job.k,
        stall=scenario.stall.kind,
        core=job.core,
        bound=bound,
        status=Status.NOT_RUN,
    )


def measure(
    result: JobResult,
    descriptor: Descriptor,
    job: Job,
    span: Span,
    beats: BeatCount,
    slots: Causes | None,
) -> None:
    """Note the measurements of a job that ended; a bound that is there is that without stalls."""
    result.cycles = span.cycles or None
    if beats.waiting or result.bound is None:
        result.bound = descriptor.bound(job, beats.waiting)
    result.stalled = beats.waiting
    if job.macs and span.cycles:
        at, cycles = descriptor.instance, span.cycles
        if (
            slots is not None
        ):  # a queued job may be in the array ahead of the event that its cycles count from
            cycles = max(1, sum(slots.slots) // (at.h * at.l))
        result.utilization = round(utilization(at, job.m, job.n, job.k, cycles), 6)
    result.beats_read = beats.reads
    result.beats_written = beats.writes
    result.queued = span.queued
    result.causes = slots


def slow(results: Sequence[JobResult]) -> list[Finding]:
    """A job slower than its bound fails (contract A8.3)."""
    return [
        Finding(
            Status.TIMEOUT,
            "bound",
            f"{result.cycles} cycles, at most {result.bound} allowed with {result.stalled} stalled",
            result.job,
        )
        for result in results
        if result.bound is not None and (result.cycles or 0) > result.bound
    ]


def gave_up(findings: Sequence[Finding]) -> bool:
    """Return whether a finding says why a scenario was given up before all of its jobs had ended."""
    return any(finding.checker in ("watchdog", "register_port") for finding in findings)


def hold(jobs: Sequence[JobResult], what: str) -> int:
    """Say of the jobs that did not run what they stood behind; return their number."""
    held = [result for result in jobs if result.status is Status.NOT_RUN]
    for result in held:
        result.detail = f"behind {what}"
    return len(held)


def decide(result: JobResult, findings: Sequence[Finding], known: Mapping[int, str]) -> None:
    """Gives a job the gravest of its findings, or says which known issue it showed."""
    own = [finding for finding in findings if finding.job == result.job]
    if own:
        worst = min(own, key=lambda finding: finding.status.gravity)
        result.status, result.detail = worst.status, f"{worst.checker}: {worst.detail}"
    elif result.job in known:
        result.status, result.detail = Status.PASSED, f"{KNOWN}{known[result.job]}"
