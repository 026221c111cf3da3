# SPDX-License-Identifier: Apache-2.0
"""Tests of triggers and events on hand-made logs: the span of each job, and wrong events."""

from dataclasses import replace

import pytest
from msgspec import structs

from tb.descriptor import load
from tb.exchange.registers import CONTRACT_REGISTERS
from tb.registers.generate import register_map
from tb.registers.own import registers_of
from tb.scoreboard.finding import Span
from tb.scoreboard.hang import hang
from tb.scoreboard.spans import port_cycles, spans
from tests.bench.logs import JOB, OTHER, X, Z, accesses, names, read, scenario, seen, write


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
def test_what_is_a_trigger(address: int, value: int | None, field: dict[str, int], counts: bool) -> None:
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


@pytest.mark.parametrize(
    ("written", "place"), [(15, "in the middle of the job"), (16, "after the last write")]
)
def test_a_hang_behind_the_last_byte_of_z_is_none_in_the_job(written: int, place: str) -> None:
    requests = [read(20, X & ~3), write(30, Z & ~3, (1 << written) - 1 << Z % 4)]
    log = seen(triggers=[10], requests=requests, busy=[11], watchdog=True)
    text = hang(scenario(JOB), [], log, register_map(), silent=True).detail
    assert text == f"silent {place}, busy_o high; no event of job 0, 0 of 1 ended"


def test_a_hang_behind_a_trigger_of_another_value_is_none_before_it() -> None:
    """The map of a device decides what a trigger is."""
    observation = seen(triggers=[10], ends=[], watchdog=True)
    registers = structs.replace(CONTRACT_REGISTERS, trigger_value=2)
    own = registers_of(structs.replace(load("serial"), registers=registers))
    kinds = [hang(scenario(JOB), [], observation, each, silent=True).detail for each in (register_map(), own)]
    assert [kind.partition(",")[0] for kind in kinds] == [
        "silent before the first request",
        "silent before the trigger",
    ]
