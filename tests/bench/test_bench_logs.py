# SPDX-License-Identifier: Apache-2.0
"""Logs and counts of the bench, and the causes for which it wakes Python, without a simulator."""

from collections.abc import Callable

import pytest

from tb.agents.tcdm.monitor import ProbeLog
from tb.dpi.bindings import (
    BUSY_FALL,
    BUSY_RISE,
    EVENT_END,
    EVENT_RESERVED,
    GRANTED,
    PORT_GRANT,
    PORT_REQUEST,
    PORT_RESPONSE,
    READ,
    RESET_FALL,
    RESET_RISE,
    STRAY_RESPONSE,
    WAKE_ALARM,
    WAKE_EVENT,
    WAKE_WATCHDOG,
    WATCHDOG_BUDGET,
    WATCHDOG_SILENT,
    WATCHDOG_STANDSTILL,
)
from tb.dpi.setting import Limits
from tests.bench.bench_library import BenchInstance


@pytest.mark.parametrize("lanes", [5, 9, 17])
def test_beats_are_logged_whole(new: Callable[..., BenchInstance], lanes: int) -> None:
    bench = new(lanes)
    bench.fill(0, bytes(256))
    bench.tick()
    data = bytes(range(1, 4 * lanes + 1))
    bench.beat(0x10, write=data, enables=0b1001, gnt=False)
    bench.tick(req=True, gnt=False)
    bench.beat(0x10, write=data, enables=0b1001)
    bench.beat(0x20)
    log = bench.handle.beat_log()
    assert log["cycle"].tolist() == [1, 2, 2]
    assert log["add"].tolist() == [0x10, 0x10, 0x20]
    assert log["flags"].tolist() == [0, GRANTED, GRANTED | READ]
    assert log["data"][0].tobytes() == data
    assert int(log["be"][0][0]) == 0b1001


def test_what_a_probe_counts_is_logged(bench: BenchInstance) -> None:
    slots = [2**48 - 1, *range(14), 2**47]
    bench.tick()
    bench.probe(slots)
    bench.probe([0] * 16)
    log = ProbeLog(bench.handle.probe_log())
    assert log.rows(16) == [(1, slots), (1, [0] * 16)]
    assert log.rows(3)[0] == (1, slots[:3])
    bench.handle.clear_logs()
    assert ProbeLog(bench.handle.probe_log()).rows(16) == []


def test_probe_log_that_overruns_is_noted(bench: BenchInstance) -> None:
    bench.handle.shared.probe_capacity = 1
    bench.probe([0] * 16)
    assert not bench.handle.shared.overrun
    bench.probe([0] * 16)
    assert bench.handle.shared.overrun


def test_accesses_are_logged(bench: BenchInstance) -> None:
    bench.access(0x48)
    assert bench.handle.periph_log().tolist() == [(0, 0x48, 0, 0xABCD, 1, 1, 0xF, 1)]


@pytest.mark.parametrize(
    ("log", "fill"),
    [
        ("beat", lambda bench: bench.beat(0)),
        ("access", lambda bench: bench.access(0)),
        ("event", lambda bench: bench.event(0)),
        ("port", lambda bench: bench.port()),
    ],
)
def test_log_that_overruns_says_so_and_stays_in_bounds(
    bench: BenchInstance, log: str, fill: Callable[[BenchInstance], object]
) -> None:
    shared = bench.handle.shared
    setattr(shared, f"{log}_capacity", 3)
    for _ in range(3):
        fill(bench)
    assert not shared.overrun
    fill(bench)
    assert shared.overrun
    assert getattr(shared, f"{log}_count") == 3
    bench.handle.clear_logs()
    assert shared.overrun, "what was lost stays lost"


def test_violations_are_counted_and_stay(bench: BenchInstance) -> None:
    for _ in range(7):
        bench.tick()
    bench.violation(5)
    bench.tick()
    bench.violation(5)
    bench.violation(33)
    bench.handle.clear_logs()
    assert bench.handle.violations() == {5: (2, 7), 33: (1, 8)}
    bench.handle.clear_violations()
    assert bench.handle.violations() == {}
    bench.violation(5)
    assert bench.handle.violations() == {5: (1, 8)}


def test_unknown_rule_is_not_lost(bench: BenchInstance) -> None:
    bench.violation(64)
    assert bench.handle.violations() == {0: (1, 0)}


def test_instances_share_nothing(new: Callable[..., BenchInstance]) -> None:
    one, two = new(), new()
    one.fill(0, b"\x01" * 64)
    one.violation(3)
    one.event(0)
    assert not two.handle.memory[:64].any()
    assert not two.handle.violations()
    assert not len(two.handle.event_log())


def test_an_answer_is_noted_with_the_beat_of_the_edge_before(bench: BenchInstance) -> None:
    for cycle, request in enumerate((True, True, False, True, False)):
        # The beat of an edge may be logged before or after the edge is counted.
        if request and cycle % 2:
            bench.beat(0x10 * cycle)
        bench.cycle = cycle
        if request and not cycle % 2:
            bench.beat(0x10 * cycle)
        bench.tick(req=request, r_valid=cycle in (2, 4))
    assert bench.handle.beat_log()["answered"].tolist() == [0, 1, 1]
    assert bench.handle.event_log().tolist() == []


def test_answers_that_no_grant_precedes_are_strays(bench: BenchInstance) -> None:
    bench.tick(r_valid=True)
    bench.beat(0x10, gnt=False)
    bench.tick(req=True, gnt=False)
    bench.tick(r_valid=True)
    assert bench.handle.event_log().tolist() == [(0, 0, STRAY_RESPONSE), (2, 0, STRAY_RESPONSE)]
    assert bench.handle.beat_log()["answered"].tolist() == [0]


def test_an_answer_to_a_beat_that_was_cleared_is_no_stray(bench: BenchInstance) -> None:
    bench.beat(0x10)
    bench.tick(req=True)
    bench.handle.clear_logs()
    bench.tick(r_valid=True)
    assert bench.handle.event_log().tolist() == []


def test_changes_of_reset_are_logged(bench: BenchInstance) -> None:
    for rst_n in (False, False, True, True, False):
        bench.tick(rst_n=rst_n)
    assert bench.handle.event_log().tolist() == [(2, 0, RESET_RISE), (4, 0, RESET_FALL)]


def test_cycles_of_the_register_port_are_logged(bench: BenchInstance) -> None:
    bench.port(gnt=False)
    bench.tick()
    bench.port()
    bench.tick()
    bench.port(req=False, r_valid=True)
    log = bench.handle.port_log()
    assert log["cycle"].tolist() == [0, 1, 2]
    assert log["flags"].tolist() == [PORT_REQUEST, PORT_REQUEST | PORT_GRANT, PORT_RESPONSE]
    fields = ("add", "data", "id", "wen", "be", "r_id")
    assert [int(log[name][0]) for name in fields] == [0x48, 7, 2, 1, 0xF, 4]
    bench.handle.clear_logs()
    assert (bench.handle.port_log().size, bench.handle.since) == (0, 1)


def test_watchdog_counts_cycles_without_waiting_alone(bench: BenchInstance) -> None:
    bench.set(limits=Limits(5, 1000, 1000))
    for _ in range(4):
        assert not bench.tick(req=True, gnt=True)
    for _ in range(100):
        assert not bench.tick(req=True, gnt=False)
    assert not bench.handle.shared.watchdog_fired
    assert bench.tick()
    assert bench.handle.shared.watchdog_fired == WATCHDOG_BUDGET
    assert bench.handle.shared.wake_reasons == WAKE_WATCHDOG
    assert bench.handle.shared.waiting_cycles == 100
    assert not any(bench.tick() for _ in range(20)), "it fires once"


def fired_at(bench: BenchInstance, acts: Callable[[int], dict[str, bool]]) -> tuple[int, int]:
    """Ticks until the watchdog fires, and its reason."""
    for tick in range(1, 200):
        if bench.tick(**acts(tick)):
            return tick, bench.handle.shared.watchdog_fired
    return 0, 0


def test_watchdog_fires_when_the_device_is_silent(bench: BenchInstance) -> None:
    bench.set(limits=Limits(1000, 20, 1000))
    assert fired_at(bench, lambda _: {}) == (20, WATCHDOG_SILENT)
    bench.set(limits=Limits(1000, 20, 1000))
    assert fired_at(bench, lambda tick: {"req": tick == 10, "busy": tick > 15}) == (15 + 20, WATCHDOG_SILENT)
    for act in (lambda: bench.event(3), bench.port):
        bench.set(limits=Limits(1000, 20, 1000))
        bench.tick(busy=True)
        act()
        bench.tick(busy=True)
        assert fired_at(bench, lambda _: {"busy": True}) == (19, WATCHDOG_SILENT)


def test_watchdog_fires_when_a_device_requests_without_end(bench: BenchInstance) -> None:
    bench.set(limits=Limits(1000, 20, 50))
    assert fired_at(bench, lambda _: {"req": True, "gnt": True}) == (50, WATCHDOG_STANDSTILL)
    bench.set(limits=Limits(1000, 20, 50))
    assert fired_at(bench, lambda tick: {"req": True, "gnt": tick > 100}) == (150, WATCHDOG_STANDSTILL)


def test_alarm_rings_once_at_its_cycle(bench: BenchInstance) -> None:
    bench.handle.shared.alarm_cycle = 10
    assert [cycle for cycle in range(30) if bench.tick()] == [10]
    assert bench.handle.shared.wake_reasons == WAKE_ALARM


def test_events_are_logged_counted_and_wake(bench: BenchInstance) -> None:
    for _ in range(3):
        bench.tick()
    bench.event(4)
    bench.event(6, line=1)
    assert bench.tick()
    assert not bench.tick()
    log = bench.handle.event_log()
    assert log.tolist() == [(3, 4, EVENT_END), (3, 6, EVENT_RESERVED)]
    assert bench.handle.shared.end_count == 1
    assert bench.handle.shared.wake_reasons == WAKE_EVENT
    bench.handle.clear_logs()
    assert (len(bench.handle.event_log()), bench.handle.shared.end_count) == (0, 0)


def test_only_the_awaited_end_wakes(bench: BenchInstance) -> None:
    bench.handle.shared.awaited_ends = 2
    bench.event(4)
    assert not bench.tick()
    bench.event(6, line=1)
    assert not bench.tick()
    bench.event(4)
    assert bench.tick()
    assert bench.handle.shared.wake_reasons == WAKE_EVENT
    bench.event(4)
    assert not bench.tick()
    assert bench.handle.shared.end_count == 3
    bench.handle.clear_logs()
    bench.event(4)
    assert bench.tick(), "the request was forgotten with the logs"


def test_the_awaited_end_can_wake_later(bench: BenchInstance) -> None:
    bench.handle.shared.awaited_ends, bench.handle.shared.awaited_delay = 1, 8
    woken = []
    for cycle in range(30):
        if cycle == 5:
            bench.event(4)
        if bench.tick():
            woken.append(cycle)
    assert woken == [5 + 8]
    assert bench.handle.shared.wake_reasons == WAKE_ALARM


def test_changes_of_busy_are_logged(bench: BenchInstance) -> None:
    for busy in (0, 1, 1, 0, 0, 1):
        bench.tick(busy=bool(busy))
    assert bench.handle.event_log().tolist() == [(1, 0, BUSY_RISE), (3, 0, BUSY_FALL), (5, 0, BUSY_RISE)]
    assert bench.handle.shared.busy_cycles == 3
