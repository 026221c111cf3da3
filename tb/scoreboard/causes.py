# SPDX-License-Identifier: Apache-2.0
"""Where the time of each job went, as the device's probe attributes it, and whether that can be true."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from models.timing import padding
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.scoreboard.finding import Observation, Span

WORKING = "WORKING"
PADDING = ("PAD_M", "PAD_N", "PAD_K")


def check_causes(
    descriptor: Descriptor, scenario: Scenario, ran: Sequence[Span | None], seen: Observation
) -> tuple[list[dict[str, int] | None], list[Finding]]:
    """Match the probe's records with the jobs that ended, and check their numbers.

    Nothing is judged where the events do not match the jobs: it is not known then what the probe saw. `ran`
    are the spans of the scenario's jobs, None for one that was cut short.

    Returns:
        The slots of each job of `ran`, None where there are none, and what is wrong.
    """
    positions = [position for position, span in enumerate(ran) if span is not None]
    ends = [edge for edge, _ in seen.events.ends]
    matched = ends == [span.event for span in ran if span is not None and span.cycles > 0]
    if descriptor.probe is None or not matched:
        return [None] * len(ran), []
    names = descriptor.probe.causes
    slots: dict[int, dict[str, int]] = {}
    findings: list[Finding] = []
    for edge, counted in seen.probe.rows(len(names)):
        # A record follows its event, at the latest in the cycle of the next one.
        which = bisect_left(ends, edge) - 1
        if which < 0 or positions[which] in slots:
            text = f"the probe counted a job at edge {edge} that did not end"
            findings.append(Finding(Status.PROTOCOL, "causes_record", text, None))
        else:
            slots[positions[which]] = {name: n for name, n in zip(names, counted, strict=True) if n}
    for position in positions:
        span = ran[position]
        if position in slots and span is not None:
            findings += _check(descriptor, scenario.jobs[position], span, slots[position], position)
        elif scenario.abort is None or position + 1 == len(scenario.jobs):
            # The one before a cut may end so late that the cut takes the record away.
            text = f"the probe did not count the job that ended at edge {ends[positions.index(position)]}"
            findings.append(Finding(Status.PROTOCOL, "causes_record", text, position))
    if descriptor.schedule:
        findings += _check_together(descriptor, ran, slots)
    return [slots.get(position) for position in range(len(ran))], findings


def _check_together(
    descriptor: Descriptor, ran: Sequence[Span | None], slots: dict[int, dict[str, int]]
) -> Iterator[Finding]:
    """Sum of the slots of jobs that follow each other without an idle cycle; not where one was cut."""
    instance, cycles, total, known = descriptor.instance, 0, 0, True
    for position, span in enumerate(ran):
        if span is None or not span.queued:
            cycles, total, known = 0, 0, True
        if span is None or position not in slots:
            known = False
            continue
        cycles += span.cycles
        total += sum(slots[position].values())
        behind = ran[position + 1] if position + 1 < len(ran) else span
        if known and behind is not None and (position + 1 == len(ran) or not behind.queued):
            expected = cycles * instance.h * instance.l
            if total != expected:
                text = f"{total} slots in all, {cycles} cycles of {instance.h} x {instance.l} are {expected}"
                yield Finding(Status.PROTOCOL, "causes_total", text, position)


def _check(
    descriptor: Descriptor, job: Job, span: Span, slots: dict[str, int], position: int
) -> list[Finding]:
    """Sum, useful steps and padding; the latter two where the probe has causes of these names.

    On a device that keeps the schedule, jobs may follow each other so that a column enters for one before the
    event of another: there the sum is that of the jobs together (`_check_together`).
    """
    assert descriptor.probe is not None
    instance, names = descriptor.instance, descriptor.probe.causes
    findings: list[Finding] = []
    total, expected = sum(slots.values()), span.cycles * instance.h * instance.l
    if total != expected and not descriptor.schedule:
        text = f"{total} slots in all, {span.cycles} cycles of {instance.h} x {instance.l} are {expected}"
        findings.append(Finding(Status.PROTOCOL, "causes_total", text, position))
    steps = job.m * job.n * job.k
    if WORKING in names and slots.get(WORKING, 0) != steps:
        text = f"{slots.get(WORKING, 0)} slots of {WORKING}, {job.m} x {job.n} x {job.k} steps are {steps}"
        findings.append(Finding(Status.PROTOCOL, "causes_working", text, position))
    for name, padded in zip(PADDING, padding(descriptor.shape(job), job.m, job.n, job.k), strict=True):
        if name in names and slots.get(name, 0) != padded:
            text = f"{slots.get(name, 0)} slots of {name}, tiles of {job.m} x {job.n} x {job.k} have {padded}"
            findings.append(Finding(Status.PROTOCOL, "causes_padding", text, position))
    return findings
