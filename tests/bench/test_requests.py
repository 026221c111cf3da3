# SPDX-License-Identifier: Apache-2.0
"""Requests and writes on hand-made logs against triggers and events: not one edge too early or too late."""

import pytest
from msgspec.structs import replace

from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario, Window
from tb.scoreboard.finding import Span
from tb.scoreboard.gaps import check_gaps
from tb.scoreboard.order import check_writes
from tb.scoreboard.requests import check_requests
from tests.bench.logs import BASE, EMPTY, JOB, OTHER, W, X, Z, names, read, scenario, seen, write


@pytest.mark.parametrize(("edge", "wrong"), [(49, False), (50, True), (51, True)])
def test_event_comes_a_cycle_after_the_last_write(edge: int, wrong: bool) -> None:
    findings = check_writes(scenario(JOB), [Span(10, 50, 10)], seen(requests=[write(edge, Z + 4)]))
    assert names(findings) == (["event_after_write"] if wrong else [])
    if wrong:
        assert f"granted at edge {edge}" in findings[0].detail


def test_writes_of_the_next_job_do_not_count() -> None:
    requests = [write(60, OTHER.z_addr), write(61, Z - 4, 0b1)]
    assert not check_writes(
        scenario(JOB, OTHER), [Span(10, 50, 10), Span(20, 70, 50)], seen(requests=requests)
    )


def test_writes_into_a_z_that_the_next_job_overwrites_do_not_count() -> None:
    again = replace(OTHER, z_addr=Z, m=1)  # the first four bytes of Z
    ran = [Span(10, 50, 10), Span(20, 70, 50)]
    assert not check_writes(scenario(JOB, again), ran, seen(requests=[write(60, Z)]))
    findings = check_writes(scenario(JOB, again), ran, seen(requests=[write(60, Z, 0b11000)]))
    assert [(finding.checker, finding.job) for finding in findings] == [("event_after_write", 0)]


def test_a_late_write_is_found_at_the_end_of_the_address_space() -> None:
    top = 2**32 - 0x1000
    job = Job(Op.MATMUL, 1, 1, 2, top, top + 0x40, 2**32 - 4)
    whole = Scenario(0, (job,), Window(top, 0x1000))
    # The first enabled byte is the last of the address space.
    late = [write(60, 2**32 - 32, 1 << 31)]
    assert names(check_writes(whole, [Span(10, 50, 10)], seen(requests=late))) == ["event_after_write"]
    assert not check_writes(whole, [Span(10, 50, 10)], seen(requests=[write(60, 2**32 - 32, 1 << 32)]))


@pytest.mark.parametrize(("edge", "wrong"), [(9, True), (10, True), (11, False)])
@pytest.mark.parametrize("waits", [False, True])
def test_no_request_before_the_first_trigger(edge: int, wrong: bool, waits: bool) -> None:
    log = seen(requests=[read(edge, X & ~3, waits=waits)])
    findings = check_requests(scenario(JOB), [Span(10, 50, 10)], log)
    assert names(findings) == (["early_request"] if wrong else [])


@pytest.mark.parametrize(
    ("request_", "wrong"),
    [
        (read(15, X & ~3), False),
        (read(20, OTHER.x_addr), True),
        (read(21, OTHER.x_addr), False),
        (write(15, Z), False),
        (write(15, OTHER.z_addr), True),
        (write(15, OTHER.z_addr + 32, 0), False),  # no byte at all
        (read(15, BASE + 0xF00), False),  # of no job: another rule's business
    ],
)
def test_no_request_for_a_queued_job_before_its_trigger(
    request_: tuple[int, int, str, int], wrong: bool
) -> None:
    ran = [Span(10, 50, 10), Span(20, 70, 50)]
    findings = check_requests(scenario(JOB, OTHER), ran, seen(requests=[request_]))
    assert [(finding.checker, finding.job) for finding in findings] == (
        [("early_request", 1)] if wrong else []
    )


@pytest.mark.parametrize(("edge", "wrong"), [(50, False), (51, True), (79, True), (80, False), (91, True)])
def test_no_read_while_nothing_is_queued(edge: int, wrong: bool) -> None:
    ran = [Span(10, 50, 10), Span(80, 90, 80)]
    findings = check_requests(scenario(JOB, OTHER), ran, seen(requests=[read(edge, X & ~3)]))
    assert names(findings) == (["late_request"] if wrong else [])


@pytest.mark.parametrize(("first", "wrong"), [(60, False), (61, True)])
@pytest.mark.parametrize("waits", [False, True])
def test_a_queued_job_starts_soon_after_the_last_write(first: int, wrong: bool, waits: bool) -> None:
    # The last write is granted at edge 40; a request that waits has come all the same.
    log = seen(
        requests=[write(38, Z), write(40, Z), read(first, OTHER.x_addr, waits=waits), write(80, OTHER.z_addr)]
    )
    findings = check_gaps(scenario(JOB, OTHER), [Span(10, 42, 10), Span(20, 90, 42)], log)
    assert [(found.checker, found.job) for found in findings] == ([("queue_gap", 1)] if wrong else [])
    assert all("first request at edge 61, 21 cycles after" in found.detail for found in findings)


@pytest.mark.parametrize(
    ("jobs", "ran", "ahead"),
    [
        ((JOB, OTHER), [Span(10, 42, 10), Span(41, 90, 42)], []),  # triggered behind that write
        ((JOB, OTHER), [Span(10, 42, 10), Span(42, 90, 42)], []),  # and not queued at all
        (
            (JOB, OTHER),
            [Span(10, 42, 10), Span(20, 90, 42)],
            [read(30, OTHER.x_addr)],
        ),  # loaded ahead of time
        ((JOB, EMPTY), [Span(10, 42, 10), Span(20, 90, 42)], []),
    ],
)
def test_a_queued_job_that_has_its_reason_is_not_late(
    jobs: tuple[Job, Job], ran: list[Span], ahead: list[tuple[int, int, str, int]]
) -> None:
    log = seen(requests=[*ahead, write(40, Z), read(61, OTHER.x_addr)])
    assert not check_gaps(scenario(*jobs), ran, log)


def test_a_load_that_the_job_before_could_have_made_is_none_ahead_of_time() -> None:
    log = seen(requests=[read(30, X & ~3), write(40, Z), read(61, OTHER.x_addr)])
    findings = check_gaps(scenario(JOB, OTHER), [Span(10, 42, 10), Span(20, 90, 42)], log)
    assert names(findings) == ["queue_gap"]


@pytest.mark.parametrize(("behind", "wrong"), [((), False), ((X & ~3,), True), ((W & ~3,), False)])
def test_what_a_job_never_reads_again_it_has_loaded_ahead_of_time(
    behind: tuple[int, ...], wrong: bool
) -> None:
    # Both jobs have the same X, so it is unknown whose load it is until the second makes none.
    again = replace(OTHER, x_addr=X, w_addr=W)
    log = seen(
        requests=[
            read(30, X & ~3),
            write(40, Z),
            *(read(61, address) for address in behind),
            write(70, OTHER.z_addr),
        ]
    )
    findings = check_gaps(scenario(JOB, again), [Span(10, 42, 10), Span(20, 90, 42)], log)
    assert names(findings) == (["queue_gap"] if wrong else [])


def test_a_job_that_had_ended_makes_no_load_ahead_of_time() -> None:
    ran = [Span(10, 42, 10), Span(20, 90, 42), Span(50, 140, 90)]
    early, late = [write(40, Z), read(45, OTHER.x_addr)], [write(88, OTHER.z_addr), read(120, X & ~3)]
    ahead = seen(requests=[*early, read(60, X & ~3), *late])
    assert not check_gaps(scenario(JOB, OTHER, JOB), ran, ahead)
    assert names(check_gaps(scenario(JOB, OTHER, JOB), ran, seen(requests=[*early, *late]))) == ["queue_gap"]


def test_requests_of_a_job_that_never_ended_are_not_late() -> None:
    log = seen(requests=[read(60, OTHER.x_addr)])
    assert not check_requests(scenario(JOB, OTHER), [Span(10, 50, 10)], log)
