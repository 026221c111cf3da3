# SPDX-License-Identifier: Apache-2.0
"""The check of jobs against the array's schedule, on logs that keep it but for one thing."""

from collections.abc import Sequence

import numpy as np
import pytest
from msgspec.structs import replace

from models.ops import Op
from models.schedule import CAUSES, queue, schedule
from tb.descriptor import load
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.scenario import Abort, Scenario, Window
from tb.exchange.status import Status
from tb.scoreboard.finding import Span
from tb.scoreboard.schedule import check_schedule, held_request, triggered
from tests.bench.logs import beats, names
from tests.proofs import proving

JOBS = (Job(Op.GEMM, 13, 5, 17, 0x1000, 0x1400, 0x1800), Job(Op.ADDMAX, 12, 16, 16, 0x2000, 0x2400, 0x2800))
TRIGGERS = (10, 40)
WAITING = np.array([*range(20, 35), 151, 200, 203], np.int64)  # edges
NONE = np.empty(0, np.int64)


@pytest.fixture(scope="module")
def array() -> Descriptor:
    return load("redmule")


def waits(after: int, last: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return WAITING[(after < WAITING) & (last >= WAITING)]


def exact(array: Descriptor) -> tuple[list[Span], list[dict[str, int]]]:
    """Spans and slots of the two jobs, the second of which follows the first."""
    begin, previous = TRIGGERS[0], 0
    jobs = [triggered(job, trigger - begin) for job, trigger in zip(JOBS, TRIGGERS, strict=True)]
    spans, causes = [], []
    for trigger, course in zip(TRIGGERS, queue(array.instance, jobs, WAITING - begin), strict=True):
        assert course is not None
        spans.append(Span(trigger, trigger + course.cycles, max(trigger, previous)))
        causes.append(dict(course.causes))
        previous = spans[-1].event
    return spans, causes


def check(
    array: Descriptor, spans: Sequence[Span | None], causes: Sequence[dict[str, int] | None]
) -> list[Finding]:
    scenario = Scenario(0, JOBS, Window(0x1000, 0x4000))
    return check_schedule(array, scenario, spans, causes, waits, TRIGGERS)


def test_jobs_on_their_schedule_pass(array: Descriptor) -> None:
    assert array.probe is not None
    assert array.probe.causes == CAUSES
    spans, causes = exact(array)
    assert spans[1].queued
    assert spans[0].event > 100
    assert not check(array, spans, [*causes])
    assert sum(sum(slots.values()) for slots in causes) == (spans[1].event - TRIGGERS[0]) * 48
    assert (
        sum(causes[1].values()) > spans[1].cycles * 48
    )  # some of its columns entered before the other's event


def test_a_job_that_was_cut_counts_for_those_before_it(array: Descriptor) -> None:
    spans, causes = exact(array)
    assert not check(array, [spans[0], None], [causes[0], None])
    alone = schedule(array.instance, *triggered(JOBS[0], 0)[1:6], WAITING - TRIGGERS[0])
    assert alone.cycles == spans[0].cycles
    assert alone.causes != causes[0]


def test_what_follows_a_job_off_the_schedule_is_not_told(array: Descriptor) -> None:
    spans, causes = exact(array)
    later = [Span(span.trigger, span.event + 1, span.start) for span in spans]
    assert [finding.job for finding in check(array, later, [*causes])] == [0]


@pytest.mark.parametrize("late", [-1, 1, 12])
@pytest.mark.parametrize("name", proving({"cycles": "schedule"}))
def test_a_cycle_too_many_or_too_few_is_found(array: Descriptor, name: str, late: int) -> None:
    spans, causes = exact(array)
    last = spans[1]
    spans[1] = Span(last.trigger, last.event + late, last.start)
    findings = check(array, spans, [*causes])
    assert [(found.checker, found.job, found.status) for found in findings] == [
        ("schedule", 1, Status.TIMEOUT)
    ]
    took = last.event + late - last.trigger
    has = "more" if late < 0 else took - late
    text = f"{took} {name} from its start at edge {last.trigger}, the schedule has {has}"
    assert text in findings[0].detail


@pytest.mark.parametrize("taken", proving({"WAIT_W": "schedule_causes"}))
def test_slots_of_another_cause_are_found(array: Descriptor, taken: str) -> None:
    spans, causes = exact(array)
    causes[0]["PAD_K"] -= 48
    causes[0][taken] = causes[0].get(taken, 0) + 48
    assert names(check(array, spans, [*causes])) == ["schedule_causes"]
    assert not check(array, spans, [None, causes[1]])


def test_a_device_that_promises_no_schedule_is_left_alone(array: Descriptor) -> None:
    assert not check(replace(array, schedule=False), [Span(10, 11, 10)], [None])


def test_a_job_behind_a_clear_starts_with_the_grant_of_a_held_request(array: Descriptor) -> None:
    log = beats([(28, 0, "r", 0), (29, 0, "R", 0), (30, 0, "R", 0), (60, 0, "r", 0), (70, 0, "r", 0)])
    assert held_request(log, cut=29) == 60
    assert held_request(log, cut=27) == 60  # raised in the second cycle behind the cut
    assert held_request(log, cut=40) == 0
    job = JOBS[1]
    cut = Scenario(0, JOBS, Window(0x1000, 0x4000), abort=Abort("clear", 5))
    cycles = schedule(array.instance, job.op, job.m, job.n, job.k, job.fmt).cycles
    for held, wrong in ((60, []), (0, ["schedule"])):
        found = check_schedule(
            array, cut, [None, Span(40, 60 + cycles, 40)], [None, None], lambda *_: NONE, TRIGGERS, held
        )
        assert names(found) == wrong
