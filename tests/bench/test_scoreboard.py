# SPDX-License-Identifier: Apache-2.0
"""Checks of the scoreboard on hand-made logs: each fires, at the right edge, and not one edge earlier."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.formats import Format
from models.layout import load as load_matrix
from models.layout import store
from models.ops import Op
from tb.agents.tcdm.monitor import EventLog
from tb.descriptor import load
from tb.known import Condition, KnownItem
from tb.scoreboard.aborted import check_aborted
from tb.scoreboard.finding import Finding, Span
from tb.scoreboard.gaps import check_gaps
from tb.scoreboard.memory import compare
from tb.scoreboard.order import check_busy, check_writes
from tb.scoreboard.requests import check_requests
from tb.scoreboard.scoreboard import Scoreboard
from tb.scoreboard.spans import port_cycles, spans
from tb.status import Status
from tb.stimulus.abort import Abort
from tb.stimulus.image import initial_image, predict
from tb.stimulus.job import Job, Scenario
from tb.stimulus.window import Window
from tests.bench.logs import accesses, events, read, seen, write

BASE = 0x2000
X, W, Z = BASE + 0x101, BASE + 0x200, BASE + 0x302
JOB = Job(Op.GEMM, 2, 3, 4, X, W, Z, core=2)
OTHER = Job(Op.MATMUL, 2, 2, 2, BASE + 0x800, BASE + 0x900, BASE + 0xA00, core=5)
EMPTY = replace(OTHER, m=0)


def scenario(*jobs: Job) -> Scenario:
    return Scenario(0, jobs, Window(BASE, 0x1000))


def names(findings: list[Finding]) -> list[str]:
    return [finding.checker for finding in findings]


# ---- spans: triggers and events ----


def test_spans_of_queued_jobs_start_at_the_event_before() -> None:
    found, findings = spans(scenario(JOB, OTHER), seen(triggers=[10, 20], ends=[(50, 2), (70, 5)]))
    assert not findings
    assert found == [Span(10, 50, 10), Span(20, 70, 50)]
    assert [(span.cycles, span.queued) for span in found] == [(40, False), (20, True)]


@pytest.mark.parametrize(
    ("ends", "checkers", "text"),
    [
        ([(50, 2), (70, 5), (80, 5)], ["events"], "3 events for 2 jobs, the first extra at edge 80"),
        ([(50, 2)], ["events"], "1 events for 2 jobs"),
        ([(50, 2), (70, 2)], ["event_core"], "went to core 2; the job was triggered by core 5"),
        ([(50, 2), (50, 5)], ["events"], "the same as that of the job before"),
        ([(10, 2), (70, 5)], ["events"], "not after its trigger at edge 10"),
    ],
)
def test_wrong_events(ends: list[tuple[int, int]], checkers: list[str], text: str) -> None:
    _, findings = spans(scenario(JOB, OTHER), seen(triggers=[10, 20], ends=ends))
    assert names(findings) == checkers
    assert text in findings[0].detail


def test_a_missing_trigger_is_found() -> None:
    _, findings = spans(scenario(JOB, OTHER), seen(triggers=[10], ends=[(50, 2)], watchdog=True))
    assert names(findings) == ["triggers"]


@pytest.mark.parametrize(
    ("address", "value", "field", "counts"),
    [
        (0x00, 0, {}, True),
        (0x100, 0, {}, True),  # address bits above 7 are not decoded
        (0x00, 1, {}, False),
        (0x04, 0, {}, False),
        (0x00, 0, {"be": 0b1110}, False),
        (0x00, None, {}, False),
    ],
)
def test_what_counts_as_a_trigger(
    address: int, value: int | None, field: dict[str, int], counts: bool
) -> None:
    log = accesses([(10, address, value)])
    for name, content in field.items():
        log[name] = content
    observation = replace(seen(ends=[(50, 2)]), accesses=log)
    found, findings = spans(scenario(JOB), observation)
    assert bool(found) is counts
    assert names(findings) == ([] if counts else ["triggers"])


@pytest.mark.parametrize(("edge", "counts"), [(11, 0), (12, 1), (51, 1), (52, 0)])
def test_waiting_cycles_are_those_after_the_start_up_to_the_event(edge: int, counts: int) -> None:
    log = seen(requests=[read(at, X & ~3, waits=at == edge) for at in (11, 12, 13, 50, 51, 52)])
    assert port_cycles(Span(5, 51, 11), log).waiting == counts


# ---- writes and events ----


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


# ---- requests ----


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


# ---- queued jobs ----


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


def test_requests_of_a_job_that_never_ended_are_not_late() -> None:
    log = seen(requests=[read(60, OTHER.x_addr)])
    assert not check_requests(scenario(JOB, OTHER), [Span(10, 50, 10)], log)


# ---- busy_o ----

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


def test_busy_may_stay_high_for_a_job_that_never_ended() -> None:
    assert not check_busy(ONE, seen(busy=[11]), complete=False)


@pytest.mark.parametrize(
    ("busy", "wrong"),
    [([11, 26], False), ([11, 25], True), ([11, 21, 22, 40], True), ([11, 18], True), ([11], False)],
)
def test_busy_stays_high_while_a_request_of_a_cleared_job_waits(busy: list[int], wrong: bool) -> None:
    cleared = replace(scenario(JOB, OTHER), abort=Abort("clear", 8, 0, 1))
    held = [read(edge, X & ~3, waits=edge < 26) for edge in range(17, 27)]
    log = seen(triggers=[10, 40], requests=held, ends=[(70, 5)], busy=busy)
    log = replace(log, memory=predict(initial_image(cleared), cleared.jobs[1:], BASE))
    _, findings = check_aborted(cleared, initial_image(cleared), log, 18)
    assert names(findings) == (["busy"] if wrong else [])


# ---- memory ----


def test_equal_memories_give_no_finding() -> None:
    whole = scenario(JOB)
    after = predict(initial_image(whole), whole.jobs, BASE)
    assert not compare(whole, after, after.copy(), load("serial"))


def test_each_wrong_bit_of_z_is_found_and_named() -> None:
    whole = scenario(JOB)
    after = predict(initial_image(whole), whole.jobs, BASE)
    for byte in range(JOB.z_range[1]):
        actual = after.copy()
        actual[Z - BASE + byte] ^= 0x80
        (finding,) = compare(whole, after, actual, load("serial"))
        assert (finding.status, finding.checker, finding.job) == (Status.MISMATCH, "memory", 0)
        assert finding.detail.startswith(f"Z[{byte // 2 // 4},{byte // 2 % 4}] is 0x")
        assert "1 of 8 elements wrong" in finding.detail


@pytest.mark.parametrize(
    ("op", "want", "text"),
    [
        # The maximum of 1 + 1 = 2 with 1 can only be lost after the last step.
        (Op.ADDMAX, 0x4000, "the partial sum can first have gone wrong in step n = 2"),
        (Op.GEMM, 0x4400, "the start value or any partial sum can have gone wrong"),
    ],
)
def test_tile_and_first_wrong_step_are_named(op: Op, want: int, text: str) -> None:
    one = np.full(1, 0x3C00, np.uint16).tobytes()
    job = replace(JOB, op=op, data=(one * 6, one * 12, one * 8))
    whole = scenario(job)
    after = predict(initial_image(whole), (job,), BASE)
    z = load_matrix(after, Z - BASE, 2, 4, job.fmt).copy()
    assert (z == want).all()
    actual = after.copy()
    z[1, 2] = 0x3C00
    store(actual, Z - BASE, z, job.fmt)
    (finding,) = compare(whole, after, actual, load("serial"))
    assert finding.detail.startswith(
        f"Z[1,2] is 0x3c00 instead of {want:#06x} (FP16, tile 1,2; 1 of 8 elements wrong); {text}"
    )


def test_a_wrong_element_of_a_narrow_z_is_named_in_its_format() -> None:
    formats = (Format.E4M3, Format.FP16, Format.E5M2)
    one, eight = np.full(1, 0x3C00, np.uint16).tobytes(), bytes([0x38]) * 6
    job = replace(JOB, fmt=formats, data=(eight, one * 12, bytes([0x3C]) * 8))
    whole = scenario(job)
    after = predict(initial_image(whole), (job,), BASE)
    assert (after[Z - BASE : Z - BASE + 8] == 0x44).all()
    actual = after.copy()
    actual[Z - BASE + 6] = 0x42
    (finding,) = compare(whole, after, actual, load("serial"))
    assert finding.detail.startswith(
        "Z[1,2] is 0x42 instead of 0x44 (E4M3/FP16/E5M2, tile 1,2; 1 of 8 elements wrong); the start value or"
    )
    # What is stored as 3 can be the sum without one of the three steps.
    assert "without step 0, 1, 2" in finding.detail


def test_a_byte_outside_every_z_is_found() -> None:
    whole = scenario(JOB, OTHER)
    after = predict(initial_image(whole), whole.jobs, BASE)
    actual = after.copy()
    actual[Z - BASE - 1] ^= 1
    actual[0xFFF] ^= 1
    (finding,) = compare(whole, after, actual, load("serial"))
    assert finding.job is None
    assert f"2 bytes outside every Z changed, the first at {Z - 1:#010x}" in finding.detail


def test_the_last_job_that_writes_a_byte_answers_for_it() -> None:
    again = replace(OTHER, z_addr=Z, m=1)
    whole = scenario(JOB, again)
    after = predict(initial_image(whole), whole.jobs, BASE)
    actual = after.copy()
    actual[Z - BASE] ^= 1
    actual[Z - BASE + 15] ^= 1
    findings = compare(whole, after, actual, load("serial"))
    assert [finding.job for finding in findings] == [0, 1]
    assert findings[0].detail.startswith("Z[1,3]")
    assert findings[1].detail.startswith("Z[0,0]")


def test_job_without_steps() -> None:
    job = replace(JOB, n=0)
    whole = scenario(job)
    after = predict(initial_image(whole), (job,), BASE)
    actual = after.copy()
    actual[Z - BASE] ^= 1
    (finding,) = compare(whole, after, actual, load("serial"))
    assert "no step: N is 0" in finding.detail


def test_bytes_the_contract_leaves_open_are_not_compared() -> None:
    overlapping = replace(JOB, x_addr=Z - 2)
    whole = scenario(overlapping)
    after = predict(initial_image(whole), whole.jobs, BASE)
    actual = after.copy()
    actual[Z - BASE] ^= 1
    assert not compare(whole, after, actual, load("serial"))
    actual[Z - BASE - 1] ^= 1
    assert names(compare(whole, after, actual, load("serial"))) == ["memory"]


def test_empty_job_touches_nothing() -> None:
    log = seen(requests=[read(60, OTHER.x_addr)])
    ran = [Span(10, 50, 10), Span(55, 58, 55)]
    assert names(check_requests(scenario(JOB, EMPTY), ran, log)) == ["late_request"]


# ---- known issues ----


def test_a_known_issue_excuses_the_jobs_and_the_status_it_names_and_nothing_else() -> None:
    conditions = (Condition("op", frozenset({"GEMM"})),)
    known = KnownItem("slow-gemm", "tracked elsewhere", conditions, "timeout")
    board = Scoreboard.__new__(Scoreboard)
    board.descriptor = replace(load("serial"), known_issues=(known,))
    late = Finding(Status.TIMEOUT, "bound", "too slow", 0)
    other_status = Finding(Status.MISMATCH, "memory", "wrong", 0)
    other_job = Finding(Status.TIMEOUT, "bound", "too slow", 1)
    no_job = Finding(Status.TIMEOUT, "bound", "too slow")
    rest, excused = board.without_known(scenario(JOB, OTHER), [late, other_status, other_job, no_job])
    assert rest == [other_status, other_job, no_job]
    assert excused == {0: "slow-gemm"}
