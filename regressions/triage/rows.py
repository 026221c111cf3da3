# SPDX-License-Identifier: Apache-2.0
"""Jobs of a run as rows: their attributes, and what was found wrong with each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from regressions.errors import UserError
from regressions.judge import SegmentResult
from regressions.testbench import stream_of
from tb.exchange.attributes import ATTRIBUTES, FRESH, Value, history_behind, occasions
from tb.exchange.bucket import bucket_of
from tb.exchange.device import Descriptor
from tb.exchange.results import KNOWN, Failure, JobResult
from tb.exchange.status import Status
from tb.schema import SchemaError
from tb.stimulus.stream import ScenarioStream

MAX_SCENARIOS = 3000
"""Scenarios of a device that are drawn once more, those of segments with failures first."""

MEASURED: Mapping[str, Callable[[JobResult], Value]] = {
    "m": lambda job: job.m,
    "n": lambda job: job.n,
    "k": lambda job: job.k,
    "op": lambda job: job.op,
    "x_format": lambda job: job.format.split("/")[0],
    "w_format": lambda job: job.format.split("/")[job.format.count("/") // 2],
    "z_format": lambda job: job.format.split("/")[-1],
    "mixed": lambda job: "/" in job.format,
    "stall": lambda job: job.stall,
    "core": lambda job: job.core,
    "position": lambda job: job.job,
}
"""Attributes of a job that its result has, for tests whose jobs cannot be drawn once more."""


@dataclass(slots=True)
class JobRow:
    """A job that was to run.

    Attributes:
        scenario: Test, seed and number of its scenario.
        named: Buckets of the findings that name it.
        buckets: These, and those of findings that name no job of its scenario.
        alone: Its scenario has no other job.
        first: No job of its scenario failed before it, or showed a known issue: it follows from none.
        sound: It ended with nothing wrong, and so did all before it in its scenario.
        values: Attributes of the job where it stood.
    """

    scenario: tuple[str, int, int]
    named: frozenset[str]
    buckets: frozenset[str]
    alone: bool
    first: bool
    sound: bool
    values: dict[str, Value] = field(default_factory=dict)


def drawn(results: Sequence[SegmentResult], device: Descriptor) -> Iterator[JobRow]:
    """Return the jobs of segments whose scenarios can be drawn once more, with all attributes."""
    left = MAX_SCENARIOS
    for result in results:
        segment, stream = result.segment, _stream(result, device)
        if stream is None or not result.began:
            continue
        failures = {failure.scenario: failure for failure in result.failures}
        ran = {(job.scenario, job.job): job for job in result.jobs}
        history = FRESH
        for index in range(segment.begin, min(segment.end, segment.begin + left)):
            scenario, failure = stream.scenario(index), failures.get(index)
            jobs = [ran.get((index, position)) for position in range(len(scenario.jobs))]
            rows = _rows((segment.entry.name, segment.seed, index), jobs, failure)
            for row, occasion in zip(rows, occasions(scenario, history), strict=True):
                row.values = {name: each.value(occasion) for name, each in ATTRIBUTES.items()}
                yield row
            # A device that failed is reset.
            history = FRESH if failure is not None else history_behind(scenario, history)
        left -= segment.end - segment.begin
        if left <= 0:
            return


def measured(results: Sequence[SegmentResult], device: Descriptor) -> Iterator[JobRow]:
    """Return the jobs of all other segments, with the attributes that their results have.

    A directed test may number several scenarios alike; their failures come in the same order.
    """
    for result in results:
        if _stream(result, device) is not None:
            continue
        failures: dict[int, list[Failure]] = {}
        for each in result.failures:
            failures.setdefault(each.scenario, []).append(each)
        begins = [place for place, job in enumerate(result.jobs) if job.job == 0]
        for begin, end in pairwise([*begins, len(result.jobs)]):
            jobs = result.jobs[begin:end]
            rest = failures.get(jobs[0].scenario, [])
            own = bool(rest) and (_unnamed(rest[0]) or any(job.status is not Status.PASSED for job in jobs))
            place = result.segment.entry.name, result.segment.seed, jobs[0].scenario
            for row, job in zip(_rows(place, jobs, rest.pop(0) if own else None), jobs, strict=True):
                row.values = {name: value(job) for name, value in MEASURED.items()}
                yield row


def _unnamed(failure: Failure) -> bool:
    return all(finding.job is None for finding in failure.findings)


def _rows(
    place: tuple[str, int, int], jobs: Sequence[JobResult | None], failure: Failure | None
) -> list[JobRow]:
    """Rows of the jobs of a scenario, without their attributes; a job without a result did not end."""
    found: list[JobRow] = []
    findings = failure.findings if failure is not None else ()
    whole = frozenset(bucket_of(each) for each in findings if each.job is None)
    first = True
    for position, job in enumerate(jobs):
        named = frozenset(bucket_of(each) for each in findings if each.job == position)
        passed = job is not None and job.status is Status.PASSED and not job.detail.startswith(KNOWN)
        passed &= not named
        sound = first and passed and not whole
        found.append(JobRow(place, named, named | whole, len(jobs) == 1, first, sound))
        first &= passed
    return found


def _stream(result: SegmentResult, device: Descriptor) -> ScenarioStream | None:
    """The scenarios of a segment; None where it has none that can be drawn."""
    try:
        found = stream_of(result.segment.entry, result.segment.seed, device)
    except (SchemaError, UserError):
        return None
    return found if isinstance(found, ScenarioStream) else None
