# SPDX-License-Identifier: Apache-2.0
"""Check that no job ends sooner than its steps and its writes can be done."""

from collections.abc import Sequence

from models.timing import least_cycles
from tb.exchange.device import Descriptor
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.scoreboard.finding import Span


def check_fast(descriptor: Descriptor, scenario: Scenario, ran: Sequence[Span | None]) -> list[Finding]:
    """Each job takes at least `least_cycles` from its trigger on: a queued one may be worked on ahead.

    Args:
        descriptor: The device, for its shape.
        scenario: Its jobs.
        ran: Their spans, None for a job that was cut short.
    """
    shape = descriptor.instance
    findings: list[Finding] = []
    for position, (job, span) in enumerate(zip(scenario.jobs, ran, strict=False)):
        least = least_cycles(shape, job.m, job.n, job.k, job.z_fmt.itemsize)
        if span is not None and span.event - span.trigger < least:
            text = (
                f"event {span.event - span.trigger} cycles after the trigger; {job.macs} steps on "
                f"{shape.h} x {shape.l} compute elements and the writes of Z need {least}"
            )
            findings.append(Finding(Status.PROTOCOL, "too_fast", text, position))
    return findings
