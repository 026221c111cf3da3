# SPDX-License-Identifier: Apache-2.0
"""Failures of a run as reports show them, with the commands that repeat them."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct

from regressions.judge import SegmentResult
from regressions.kinds import runner_of
from regressions.paths import relative
from regressions.run import Run
from tb.exchange.bucket import bucket, bucket_of, foremost
from tb.exchange.plan import Segment
from tb.exchange.results import Failure, Finding, JobResult
from tb.exchange.status import Status


@dataclass(frozen=True, slots=True)
class FailureRow:
    """One failure as reports show it: a scenario with a finding of a bucket, or a segment without any."""

    device: str
    test: str
    where: str
    status: Status
    detail: str
    rerun: str
    replay: str
    log: str
    bucket: str
    scenario: int | None = None  # None for a segment
    job: str = ""  # operation, sizes and format of the job that is to blame, and its stalls; empty for none
    folder: str = ""  # of its simulation, from that of the run; empty without
    record: str = ""  # its record, from the folder of the run; empty without
    shrink: str = ""  # command that shrinks it; empty where none can
    trace: str = ""  # command that draws its jobs cycle by cycle; empty where none can
    timeline: str = ""  # page with them drawn, from the folder of the run; empty for none
    finding: str = ""  # words that name the finding in the record; empty for the one that this is about


class ShrunkFailure(Struct, frozen=True):
    """Outcome of the shrink of the first failure of a bucket on a device."""

    device: str
    bucket: str
    detail: str  # what is wrong with the smallest one, or why there is none
    jobs: str = ""  # what ran, in words; empty if it did not show again
    replay: str = ""  # command that shows it; empty if it did not show again

    @property
    def lines(self) -> list[str]:
        """Lines for people."""
        return [f"smallest: {self.detail}", self.jobs, self.replay] if self.jobs else [self.detail]


def rerun_line(run: Run, selector: str, segment: Segment, kind: str) -> str:
    """The command that repeats a part of a run, on the device and with the seed of a segment."""
    options = run.rerun_options(segment.device)
    return f"make run TEST={selector} SEED={segment.seed}{kind_option(kind)}{options}"


def kind_option(kind: str) -> str:
    """The build kind as an option of a command line, where it is not the default."""
    return "" if kind == "fast" else " WAVES=1" if kind == "waves" else f" KIND={kind}"


def _on_record(target: str, folder: str, failure: Failure, finding: str, more: str = "") -> str:
    """The command that does something with a finding in the record of a failure; empty without one."""
    place = shlex.quote(f"{folder}/{failure.record}")
    option = f" FINDING={shlex.quote(finding)}" if finding else ""
    return f"make {target} R={place}{option}{more}" if failure.record else ""


def failure_rows(result: SegmentResult, run: Run) -> list[FailureRow]:
    """The failures of a segment; one for all of it where no scenario is named.

    Args:
        result: The outcome of the segment.
        run: The run.
    """
    if result.status is Status.PASSED:
        return []
    segment = result.segment
    folder = f"{relative(run.folder)}/{result.folder}" if result.folder else ""
    log = f"{folder}/sim.log" if folder else ""
    jobs: dict[int, list[JobResult]] = {}
    for job in result.jobs:
        jobs.setdefault(job.scenario, []).append(job)
    device = next((device for device in run.devices if device.name == segment.device), None)
    shrinkable = device is not None and not runner_of(device).unshrinkable
    traceable = device is not None and not runner_of(device).untraced
    rows = [
        FailureRow(
            device=segment.device,
            test=failure.test,
            where=f"scenario {failure.scenario}",
            status=status,
            detail=detail,
            rerun=rerun_line(run, _until(segment, failure), segment, segment.kind),
            replay=_on_record("replay", folder, failure, finding, kind_option(segment.kind)),
            log=log,
            bucket=key,
            scenario=failure.scenario,
            folder=result.folder,
            job=_job(jobs.get(failure.scenario, []), job),
            record=f"{result.folder}/{failure.record}" if failure.record else "",
            shrink=_on_record("shrink", folder, failure, finding, kind_option(segment.kind))
            if shrinkable
            else "",
            trace=_on_record("trace", folder, failure, finding) if traceable else "",
            finding=finding,
        )
        for failure in result.failures
        for key, (status, detail, finding, job) in _by_bucket(failure).items()
    ]
    if not rows or result.status not in [row.status for row in rows]:
        rows.append(
            FailureRow(
                device=segment.device,
                test=segment.entry.name,
                where=f"scenarios {segment.begin}..{segment.end - 1}",
                status=result.status,
                detail=result.detail,
                rerun=rerun_line(run, segment.selector, segment, segment.kind),
                replay="",
                log=log,
                bucket=bucket(result.status, result.detail),
                folder=result.folder,
            )
        )
    return rows


def _job(jobs: Sequence[JobResult], place: int | None) -> str:
    """The job at a place of a scenario, in words; without one the first that did not pass."""
    found = [job for job in jobs if job.job == place] or [
        job for job in jobs if job.status is not Status.PASSED
    ]
    if not found:
        return ""
    job = found[0]
    stalls = "" if job.stall == "none" else f", stalls {job.stall}"
    return f"{job.op} {job.format} {job.m}x{job.n}x{job.k}{stalls}"


def _by_bucket(failure: Failure) -> dict[str, tuple[Status, str, str, int | None]]:
    """Status, line, words in a record that name it, and job of the first finding of each bucket.

    The failure's own status and detail where none are told, as in results of earlier versions.
    """
    found: dict[str, tuple[Status, str, str, int | None]] = {}
    for each in failure.findings:
        found.setdefault(bucket_of(each), (each.status, each.line, _finding_words(failure, each), each.job))
    return found or {bucket(failure.status, failure.detail): (failure.status, failure.detail, "", None)}


def _finding_words(failure: Failure, finding: Finding) -> str:
    """Words that name a finding in a record; empty for the one that it is about."""
    if bucket_of(finding) == bucket_of(foremost(failure.findings)):
        return ""
    first = next(each for each in failure.findings if each.checker == finding.checker)
    return finding.checker if first is finding else finding.line.partition(";")[0]


def _until(segment: Segment, failure: Failure) -> str:
    """The segment up to a failing scenario; all of it where a directed test numbers its jobs otherwise."""
    if not segment.begin <= failure.scenario < segment.end:
        return segment.selector
    return f"{segment.entry.name}:{segment.begin}:{failure.scenario + 1}"
