# SPDX-License-Identifier: Apache-2.0
"""busy_o on hand-made logs against triggers, events and requests that wait."""

from dataclasses import replace

import pytest
from msgspec import structs

from tb.agents.tcdm.monitor import EventLog
from tb.exchange.scenario import Abort
from tb.scoreboard.aborted import check_aborted
from tb.scoreboard.finding import Span
from tb.scoreboard.order import check_busy
from tb.stimulus.image import initial_image, predict
from tests.bench.logs import BASE, JOB, OTHER, X, events, names, read, scenario, seen

ONE = [Span(10, 50, 10)]


@pytest.mark.parametrize(
    ("busy", "text"),
    [
        ([11, 51], None),
        ([10, 51], None),
        ([12, 51], None),
        ([13, 51], "low at edge 12"),
        ([], "low at edge 12"),
        ([9, 51], "high at edge 9"),
        ([3, 4, 11, 51], "high at edge 3"),
        ([11, 30, 31, 51], "low at edge 30"),
        ([11, 50], "low at edge 50"),
        ([11, 52], "high at edge 51"),
        ([11], "high at edge 51"),
        ([11, 51, 55, 56], "high at edge 55"),
    ],
)
def test_busy_of_one_job(busy: list[int], text: str | None) -> None:
    findings = check_busy(ONE, seen(busy=busy), complete=True)
    assert names(findings) == ([] if text is None else ["busy"])
    if text is not None:
        assert text in findings[0].detail


def test_busy_that_was_high_before_the_log_began() -> None:
    log = seen()
    fall = replace(log, events=EventLog(events(busy=[0, 51]).records[1:]))
    (finding,) = check_busy(ONE, fall, complete=True)
    assert "high at edge 0, before the first trigger" in finding.detail


@pytest.mark.parametrize(
    ("second", "busy", "wrong"),
    [
        (Span(20, 70, 50), [11, 71], False),
        (Span(20, 70, 50), [11, 51, 52, 71], True),
        (Span(50, 70, 50), [11, 71], False),
        (Span(55, 70, 55), [11, 51, 56, 71], False),
        (Span(55, 70, 55), [11, 71], True),
    ],
)
def test_busy_between_jobs(second: Span, busy: list[int], wrong: bool) -> None:
    findings = check_busy([*ONE, second], seen(busy=busy), complete=True)
    assert bool(findings) is wrong


def test_busy_between_the_last_two_of_three_jobs() -> None:
    three = [*ONE, Span(55, 70, 55), Span(80, 90, 80)]
    assert not check_busy(three, seen(busy=[11, 51, 56, 71, 81, 91]), complete=True)
    (finding,) = check_busy(three, seen(busy=[11, 51, 56, 91]), complete=True)
    assert finding.job == 1


def test_busy_may_stay_high_for_a_job_that_never_ended() -> None:
    assert not check_busy(ONE, seen(busy=[11]), complete=False)


@pytest.mark.parametrize(
    ("busy", "wrong"),
    [([11, 26], False), ([11, 25], True), ([11, 21, 22, 40], True), ([11, 18], True), ([11], False)],
)
def test_busy_stays_high_while_a_request_of_a_cleared_job_waits(busy: list[int], wrong: bool) -> None:
    cleared = structs.replace(scenario(JOB, OTHER), abort=Abort("clear", 8, 0, 1))
    held = [read(edge, X & ~3, waits=edge < 26) for edge in range(17, 27)]
    log = seen(triggers=[10, 40], requests=held, ends=[(70, 5)], busy=busy)
    log = replace(log, memory=predict(initial_image(cleared), cleared.jobs[1:], BASE))
    _, findings = check_aborted(cleared, initial_image(cleared), log, 18)
    assert names(findings) == (["busy"] if wrong else [])
