# SPDX-License-Identifier: Apache-2.0
"""Conditions that failing jobs of a run share, for each bucket of failures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from regressions.errors import UserError
from regressions.judge import SegmentResult
from regressions.testbench import stream_of
from regressions.triage.subgroup import Subgroup, find
from tb.exchange.attributes import ATTRIBUTES, FRESH, Occasion, history_behind, occasions
from tb.exchange.bucket import bucket_of
from tb.exchange.device import Descriptor
from tb.exchange.results import Failure
from tb.exchange.status import Status
from tb.schema import SchemaError
from tb.stimulus.stream import ScenarioStream

MAX_SCENARIOS = 3000
"""Scenarios of a device that are drawn once more, those of segments with failures first."""


@dataclass(slots=True)
class JobRow:
    """A job that was to run."""

    occasion: Occasion  # the job where it stood
    # Buckets of the findings that name it, or that name no job of its scenario.
    buckets: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()  # those that name it
    sound: bool = True  # it ended, with nothing wrong, and no job of its scenario failed before it


def conditions(results: Sequence[SegmentResult], device: Descriptor) -> dict[str, Subgroup]:
    """Search what the jobs of each bucket of a device share, and passing ones have not.

    Args:
        results: Results of a run's segments.
        device: The device; segments of others are left out.

    Returns:
        A condition by bucket; none for a bucket whose jobs cannot be told from the others.
    """
    own = [result for result in results if result.segment.device == device.name]
    jobs = list(_jobs(sorted(own, key=lambda result: not result.failures), device))
    columns = {
        name: np.array([attribute.value(job.occasion) for job in jobs])
        for name, attribute in ATTRIBUTES.items()
        if name != "y_addr" or device.registers.own_y  # elsewhere it is z_addr once more
    }
    found: dict[str, Subgroup] = {}
    for bucket in sorted({bucket for job in jobs for bucket in job.buckets}):
        failing = np.array([_fails(job, bucket) for job in jobs])
        if not failing.any():
            failing = np.array([bucket in job.buckets for job in jobs])
        told = failing | np.array([job.sound for job in jobs])
        condition = find({name: each[told] for name, each in columns.items()}, failing[told], device.divisors)
        if condition is not None:
            found[bucket] = condition
    return found


def _fails(job: JobRow, bucket: str) -> bool:
    """A finding names the job, or no job of a scenario that has no other."""
    return bucket in job.named or (bucket in job.buckets and len(job.occasion.scenario.jobs) == 1)


def _jobs(results: Sequence[SegmentResult], device: Descriptor) -> Iterator[JobRow]:
    """The jobs of segments whose scenarios can be drawn once more."""
    left = MAX_SCENARIOS
    for result in results:
        segment = result.segment
        stream = _stream(result, device)
        if stream is None or not result.began:
            continue
        failures = {failure.scenario: failure for failure in result.failures}
        ran = {(job.scenario, job.job): job.status for job in result.jobs}
        history = FRESH
        for index in range(segment.begin, min(segment.end, segment.begin + left)):
            scenario = stream.scenario(index)
            failure, broken = failures.get(index), False
            for occasion in occasions(scenario, history):
                status = ran.get((index, occasion.position), Status.NOT_RUN)
                named, all_of = _of_job(failure, occasion.position)
                broken |= bool(all_of) or status is not Status.PASSED
                yield JobRow(occasion, all_of, named, not broken)
            # A device that failed is reset.
            history = FRESH if failure is not None else history_behind(scenario, history)
        left -= segment.end - segment.begin
        if left <= 0:
            return


def _of_job(failure: Failure | None, position: int) -> tuple[frozenset[str], frozenset[str]]:
    """Buckets of a failure that name a job, and all that may be its."""
    if failure is None:
        return frozenset(), frozenset()
    named = frozenset(bucket_of(each) for each in failure.findings if each.job == position)
    return named, named | {bucket_of(each) for each in failure.findings if each.job is None}


def _stream(result: SegmentResult, device: Descriptor) -> ScenarioStream | None:
    """The scenarios of a segment; None where it has none that can be drawn."""
    try:
        found = stream_of(result.segment.entry, result.segment.seed, device)
    except (SchemaError, UserError):
        return None
    return found if isinstance(found, ScenarioStream) else None
