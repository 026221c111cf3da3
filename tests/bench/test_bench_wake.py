# SPDX-License-Identifier: Apache-2.0
"""Causes for which the bench wakes Python: watchdog, alarm, events, busy_o; without a simulator."""

from tb.dpi.bindings import (
    BUSY_FALL,
    BUSY_RISE,
    EVENT_END,
    EVENT_RESERVED,
    WAKE_ALARM,
    WAKE_EVENT,
    WAKE_WATCHDOG,
)
from tests.bench.bench_library import BenchInstance


def test_watchdog_counts_cycles_without_waiting_alone(bench: BenchInstance) -> None:
    bench.handle.shared.watchdog_budget = 5
    for _ in range(4):
        assert not bench.tick(req=True, gnt=True)
    for _ in range(100):
        assert not bench.tick(req=True, gnt=False)
    assert not bench.handle.shared.watchdog_fired
    assert bench.tick()
    assert bench.handle.shared.watchdog_fired
    assert bench.handle.shared.wake_reasons == WAKE_WATCHDOG
    assert bench.handle.shared.waiting_cycles == 100
    assert not any(bench.tick() for _ in range(20)), "it fires once"


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
