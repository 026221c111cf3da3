# SPDX-License-Identifier: Apache-2.0
"""Rules for a job that was cut short and for the one behind it, on hand-made logs."""

from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs

from tb.exchange.scenario import Abort, Window
from tb.exchange.traits import Result, Traits
from tb.registers.generate import register_map
from tb.registers.map import RegisterMap
from tb.scoreboard.aborted import check_aborted, clear_edges
from tb.scoreboard.finding import Observation
from tb.stimulus.image import initial_image, predict
from tests.bench.logs import BASE, JOB, OTHER, Beat, X, accesses, names, read, scenario, seen

CUT = structs.replace(scenario(JOB, OTHER), abort=Abort("reset", 8, 0, 1))
BEFORE = initial_image(CUT)
EDGE = 18
END = (70, OTHER.core)
Z_START = JOB.z_range[0] - BASE


def observed(
    ends: list[tuple[int, int]], requests: list[Beat] | None = None, *, first_done: bool = False
) -> Observation:
    """A log of both jobs; the first left no trace in memory unless it is done."""
    log = seen(triggers=[10, 40], requests=requests or [], ends=ends)
    return replace(log, memory=predict(BEFORE, CUT.jobs if first_done else CUT.jobs[1:], BASE))


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ([END], ""),
        ([(15, JOB.core), END], ""),
        ([(14, JOB.core), (15, JOB.core), END], "2 events before the cut"),
        ([(15, JOB.core + 1), END], "the event went to another core"),
        ([(18, JOB.core + 1), END], "the event went to another core"),
        ([END, (71, OTHER.core)], "2 events after the cut"),
        ([(30, JOB.core), END], "2 events after the cut"),
        ([], "no event after the cut"),
        ([(70, OTHER.core + 1)], "the event went to another core"),
        ([(40, OTHER.core)], "not after its trigger at edge 40"),
        ([(10, JOB.core), END], "not after its trigger at edge 10"),
    ],
)
def test_events_before_and_after_the_cut(ends: list[tuple[int, int]], text: str) -> None:
    done = any(edge <= EDGE for edge, _ in ends)
    _, findings = check_aborted(CUT, BEFORE, observed(ends, first_done=done), EDGE)
    assert set(names(findings)) == ({"abort"} if text else set())
    assert not text or text in findings[0].detail


@pytest.mark.parametrize(
    ("edge", "address", "strange"),
    [
        (EDGE + 4, X, False),
        (EDGE + 5, X, True),
        (39, OTHER.x_addr, True),
        (40, OTHER.x_addr, True),
        (41, OTHER.x_addr, False),
        (41, OTHER.w_addr, False),
        (41, X, True),
    ],
)
def test_requests_behind_the_cut_serve_the_next_job(edge: int, address: int, strange: bool) -> None:
    _, findings = check_aborted(CUT, BEFORE, observed([END], [read(edge, address & ~3)]), EDGE)
    assert names(findings) == (["abort"] if strange else [])


def test_a_request_that_was_held_at_the_cut_may_be_granted_later() -> None:
    held = [read(edge, X & ~3, waits=edge < 30) for edge in range(EDGE - 2, 31)]
    assert not check_aborted(CUT, BEFORE, observed([END], held), EDGE)[1]


@pytest.mark.parametrize(("ended", "wrong"), [(False, False), (True, True)])
def test_old_bytes_in_z_only_of_a_job_whose_event_did_not_come(ended: bool, wrong: bool) -> None:
    ends = [(15, JOB.core), END] if ended else [END]
    _, findings = check_aborted(CUT, BEFORE, observed(ends), EDGE)
    assert names(findings) == (["abort"] if wrong else [])


@pytest.mark.parametrize("at", [Z_START, Z_START - 1, X - BASE, OTHER.z_addr - BASE])
def test_any_other_byte_is_wrong_wherever_it_stands(at: int) -> None:
    log = observed([END])
    memory = log.memory.copy()
    allowed = {int(BEFORE[at]), int(predict(BEFORE, CUT.jobs, BASE)[at])}
    memory[at] = next(value for value in range(256) if value not in allowed)
    _, findings = check_aborted(CUT, BEFORE, replace(log, memory=memory), EDGE)
    assert names(findings) == ["abort"]
    assert f"{BASE + at:#010x}" in findings[0].detail


def test_a_missing_trigger_is_told_and_nothing_else_is_judged() -> None:
    log = replace(observed([END]), accesses=seen(triggers=[10]).accesses)
    spans, findings = check_aborted(CUT, BEFORE, log, EDGE)
    assert spans == []
    assert [finding.detail for finding in findings] == ["1 of 2 triggers reached the device"]
    assert not np.array_equal(BEFORE, log.memory)


def test_what_the_next_job_did_not_write_is_wrong() -> None:
    _, findings = check_aborted(CUT, BEFORE, replace(observed([END]), memory=BEFORE), EDGE)
    assert "wrong after a cut job" in findings[0].detail


def test_bytes_that_a_trait_leaves_open_are_not_judged() -> None:
    log = observed([END])
    memory = log.memory.copy()
    memory[OTHER.z_range[0] + OTHER.z_range[1] - BASE] ^= 0xFF
    log = replace(log, memory=memory)
    full = Traits(z=Result(written_rows=4))
    assert names(check_aborted(CUT, BEFORE, log, EDGE)[1]) == ["abort"]
    assert not check_aborted(CUT, BEFORE, log, EDGE, full)[1]


def test_reads_before_an_operand_at_address_0_come_from_the_end_of_the_address_space() -> None:
    low = structs.replace(OTHER, x_addr=0)
    cut = structs.replace(CUT, jobs=(JOB, low), window=Window(0, BASE + 0x1000))
    before = initial_image(cut)
    log = seen(triggers=[10, 40], requests=[read(41, 0xFFFFFF80), read(42, 4)], ends=[END])
    log = replace(log, memory=predict(before, cut.jobs[1:], 0))
    assert names(check_aborted(cut, before, log, EDGE)[1]) == ["abort"]
    assert not check_aborted(cut, before, log, EDGE, Traits(read_before=128))[1]


def test_a_clear_that_a_device_needs_between_jobs_cuts_none() -> None:
    contract = register_map()
    clear = contract["SOFT_CLEAR"].offset
    log = accesses([(5, clear, 0), (10, 0, 0), (18, clear, 0)])
    assert clear_edges(log, contract) == [5, 18]
    between = RegisterMap(
        tuple(contract.values()), structs.replace(contract.rules, clear_between=True, queue=0)
    )
    assert clear_edges(log, between) == [18]
