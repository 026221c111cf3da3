# SPDX-License-Identifier: Apache-2.0
"""Memory, grants, watchdog, permissions and logs of the bench, without a simulator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from models.ops import Op
from tb.agents.tcdm.memory import TcdmMemory, job_ranges
from tb.agents.tcdm.monitor import ProbeLog
from tb.dpi.bindings import (
    BUSY_FALL,
    BUSY_RISE,
    EVENT_END,
    EVENT_RESERVED,
    GRANTED,
    READ,
    WAKE_ALARM,
    WAKE_EVENT,
    WAKE_WATCHDOG,
)
from tb.stimulus.job import Job
from tb.stimulus.stalls import AIMED, StallSpec, grant_pattern
from tb.stimulus.window import Window
from tests.bench.bench_library import Bench

ACCESS = 36
ALL = (1 << ACCESS) - 1
POISON = 0x7F
TOP = 2**32


# ---- memory ----


@pytest.mark.parametrize("base", [0, 0x1000, 0x8000_0000 - 64, TOP - 128])
def test_read_gives_the_bytes_from_its_address_and_poison_outside(bench: Bench, base: int) -> None:
    content = bytes(range(128))
    bench.fill(base, content)
    for offset in (0, 4, 92, 96, 124, 128, -4, -36):
        answer, valid = bench.beat((base + offset) % TOP)
        expected = [content[i] if 0 <= i < 128 else POISON for i in range(offset, offset + ACCESS)]
        assert (list(answer), valid) == (expected, True), offset


def test_poison_is_a_nan_at_every_alignment(bench: Bench) -> None:
    bench.fill(0x1000, bytes(4))
    answer, _ = bench.beat(0x5001)
    assert np.isnan(np.frombuffer(answer, np.float16)).all()


@pytest.mark.parametrize("enables", [0, 1, 1 << 35, 0b1010 << 30, 0x5A5A5A5A5, ALL])
def test_write_changes_the_enabled_bytes_alone(bench: Bench, enables: int) -> None:
    before = bytes(range(100, 228))
    bench.fill(0x1000, before)
    data = bytes(range(ACCESS))
    bench.beat(0x1020, write=data, enables=enables)
    expected = [
        data[i - 32] if 0 <= i - 32 < ACCESS and enables >> i - 32 & 1 else before[i] for i in range(128)
    ]
    assert list(bench.handle.memory[:128]) == expected


def test_write_at_the_end_of_the_address_space_does_not_wrap(bench: Bench) -> None:
    bench.fill(TOP - 128, bytes(128))
    bench.handle.memory[128:256] = 9  # behind the window
    bench.beat(TOP - 16, write=b"\xaa" * ACCESS, enables=ALL)
    assert bytes(bench.handle.memory[:128]) == bytes(112) + b"\xaa" * 16
    assert (bench.handle.memory[128:256] == 9).all()


def test_access_without_grant_changes_and_answers_nothing(bench: Bench) -> None:
    bench.fill(0x1000, bytes(64))
    assert bench.beat(0x1000, write=b"\xaa" * ACCESS, enables=ALL, gnt=False) == (bytes(ACCESS), False)
    assert bench.beat(0x1000, gnt=False)[1] is False
    assert not bench.handle.memory[:64].any()


def test_answers_to_writes(bench: Bench) -> None:
    memory = TcdmMemory(bench.handle)

    def answers(policy: str, seed: int = 7) -> list[bool]:
        memory.set_stalls(StallSpec(seed=seed, write_r_valid=policy))
        return [bench.beat(0, write=bytes(ACCESS), enables=0)[1] for _ in range(64)]

    assert not any(answers("never"))
    assert all(answers("always"))
    mixed = answers("random")
    assert 16 < sum(mixed) < 48
    assert answers("random") == mixed != answers("random", seed=8)


def test_window_is_replaced_by_load(bench: Bench) -> None:
    memory = TcdmMemory(bench.handle)
    memory.load(Window(0x1000, 64), np.full(64, 1, np.uint8))
    memory.load(Window(0x8000, 32), np.full(32, 2, np.uint8))
    assert list(memory.view()) == [2] * 32
    assert set(bench.beat(0x1000)[0]) == {POISON}
    with pytest.raises(ValueError, match="does not fit"):
        memory.load(Window(0, 64), np.zeros(32, np.uint8))


# ---- grants ----


def test_grant_pattern_is_played_from_its_start_and_cyclically(bench: Bench) -> None:
    pattern = np.array([1, 0, 0, 1, 0], np.uint8)
    bench.tick()
    bench.handle.set_grants(pattern)
    grants = []
    for _ in range(12):
        bench.tick()
        grants.append(int(bench.grant))
    assert grants == [1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0]
    bench.handle.set_grants(np.array([0, 1], np.uint8))
    bench.tick()
    assert not bench.grant


def test_stalls_of_a_scenario_are_its_pattern(bench: Bench) -> None:
    spec = StallSpec("random", rate=0.4, seed=5)
    TcdmMemory(bench.handle).set_stalls(spec)
    pattern = grant_pattern(spec)
    for expected in [*pattern, *pattern[:10]]:
        bench.tick()
        assert bench.grant == expected


AIMED_AT = {
    "on_x": {(0x1000, False), (0x1014, False)},
    "on_w": {(0x2000, False)},
    "on_y": {(0x3000, False)},
    "on_z": {(0x3000, True)},
}


@pytest.mark.parametrize("kind", AIMED)
def test_aimed_stalls_hit_one_operand(bench: Bench, kind: str) -> None:
    # X of 24 bytes from 0x1001; an access starts at the word of the first byte it needs.
    job = Job(Op.GEMM, 3, 4, 5, 0x1001, 0x2002, 0x3003)
    TcdmMemory(bench.handle).set_stalls(StallSpec(kind, rate=0.5), [job])
    starts = (0xFFC, 0x1000, 0x1014, 0x101C, 0x2000, 0x3000)
    hit = {(add, write) for add in starts for write in (False, True) if bench.targeted(add, write=write)}
    assert hit == AIMED_AT[kind]


def test_stalls_without_an_aim_hit_everything(bench: Bench) -> None:
    job = Job(Op.GEMM, 3, 4, 5, 0x1000, 0x2000, 0x3000)
    memory = TcdmMemory(bench.handle)
    memory.set_stalls(StallSpec("on_x", rate=0.5), [job])
    assert bench.handle.shared.target_count == 1
    memory.set_stalls(StallSpec("random", rate=0.5), [job])
    assert bench.handle.shared.target_count == 0


@pytest.mark.parametrize("job", [Job(Op.GEMM, 0, 4, 5, 0, 0, 0), Job(Op.GEMM, 3, 0, 5, 0, 0, 0)])
def test_an_operand_without_bytes_is_no_target(bench: Bench, job: Job) -> None:
    TcdmMemory(bench.handle).set_stalls(StallSpec("on_x", rate=0.5), [job])
    assert not bench.targeted(0)


@pytest.mark.parametrize("pattern", [[], [0, 0], [1] * (2**20 + 1)])
def test_impossible_grant_patterns_are_refused(bench: Bench, pattern: list[int]) -> None:
    with pytest.raises(ValueError, match="grant pattern"):
        bench.handle.set_grants(np.array(pattern, np.uint8))


# ---- watchdog, alarm, events ----


def test_watchdog_counts_cycles_without_waiting_alone(bench: Bench) -> None:
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


def test_alarm_rings_once_at_its_cycle(bench: Bench) -> None:
    bench.handle.shared.alarm_cycle = 10
    assert [cycle for cycle in range(30) if bench.tick()] == [10]
    assert bench.handle.shared.wake_reasons == WAKE_ALARM


def test_events_are_logged_counted_and_wake(bench: Bench) -> None:
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


def test_only_the_awaited_end_wakes(bench: Bench) -> None:
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


def test_the_awaited_end_can_wake_later(bench: Bench) -> None:
    bench.handle.shared.awaited_ends, bench.handle.shared.awaited_delay = 1, 8
    woken = []
    for cycle in range(30):
        if cycle == 5:
            bench.event(4)
        if bench.tick():
            woken.append(cycle)
    assert woken == [5 + 8]
    assert bench.handle.shared.wake_reasons == WAKE_ALARM


def test_changes_of_busy_are_logged(bench: Bench) -> None:
    for busy in (0, 1, 1, 0, 0, 1):
        bench.tick(busy=bool(busy))
    assert bench.handle.event_log().tolist() == [(1, 0, BUSY_RISE), (3, 0, BUSY_FALL), (5, 0, BUSY_RISE)]
    assert bench.handle.shared.busy_cycles == 3


# ---- permissions ----


def test_reads_must_lie_in_one_readable_range(bench: Bench) -> None:
    bench.handle.allow([(0x1000, 0x40, False), (0x1040, 0x40, False), (0x2000, 0x40, True)])
    assert [
        bench.read_allowed(at) for at in (0xFFC, 0x1000, 0x101C, 0x1020, 0x1040, 0x105C, 0x1060, 0x2000)
    ] == [
        *(False, True, True, False),  # 0x1020 would run from one range into the next
        *(True, True, False, False),
    ]


def test_writes_must_touch_writable_bytes_alone(bench: Bench) -> None:
    bench.handle.allow([(0x1001, 3, True), (0x1004, 2, True), (0x1006, 8, False)])
    assert bench.write_allowed(0x1000, 0b111110)
    assert not bench.write_allowed(0x1000, 0b111111)
    assert not bench.write_allowed(0x1000, 0b1111110)
    assert bench.write_allowed(0x1000, 0)
    assert not bench.write_allowed(0x1000, 1 << 35)


def test_ranges_reach_to_the_end_of_the_address_space_and_around_it(bench: Bench) -> None:
    bench.handle.allow([(TOP - 16, 16 + ACCESS, False), (TOP - 2, 2, True)])
    assert bench.read_allowed(TOP - 16)
    assert bench.read_allowed(0)
    assert not bench.read_allowed(4)
    assert not bench.read_allowed(TOP - 20)
    assert bench.write_allowed(TOP - 4, 0b1100)
    assert not bench.write_allowed(TOP - 4, 0b11100)


def test_no_ranges_allow_nothing(bench: Bench) -> None:
    bench.handle.allow([(0, TOP, False), (0, TOP, True)])
    assert bench.read_allowed(0)
    assert bench.write_allowed(0, ALL)
    bench.handle.allow([])
    assert not bench.read_allowed(0)
    assert not bench.write_allowed(0, 1)


def test_too_many_ranges_are_refused(bench: Bench) -> None:
    with pytest.raises(ValueError, match="split the scenario"):
        bench.handle.allow([(0, 4, False)] * 65)


@pytest.mark.parametrize("shift", range(4))
def test_ranges_of_a_job_are_those_of_section_6(bench: Bench, shift: int) -> None:
    job = Job(Op.GEMM, 3, 4, 5, 0x1000 + shift, 0x2000 + shift, 0x3000 + shift)
    TcdmMemory(bench.handle).allow([job])
    for first, size in ((0x1000, 24), (0x2000, 40), (0x3000, 30)):
        last = first + shift + size  # one past the operand
        assert bench.read_allowed(first)
        assert not bench.read_allowed(first - 4)
        assert bench.read_allowed(last)
        assert not bench.read_allowed(last + 1)
    assert bench.write_allowed(0x3000 + shift, (1 << 30) - 1)
    assert not bench.write_allowed(0x3000 + shift, (1 << 31) - 1)
    assert not bench.write_allowed(0x3000 + shift - 1, 1)
    assert not bench.write_allowed(0x1000 + shift, 1)


@pytest.mark.parametrize(
    ("job", "readable"),
    [
        (Job(Op.MATMUL, 2, 2, 2, 0x1000, 0x2000, 0x3000), {0x1000, 0x2000}),
        (Job(Op.MATMUL, 2, 0, 2, 0x1000, 0x2000, 0x3000), set()),
        (Job(Op.MINMAX, 2, 0, 2, 0x1000, 0x2000, 0x3000), {0x3000}),
        (Job(Op.MINMAX, 2, 2, 2, 0x1000, 0x2000, 0x3000), {0x1000, 0x2000, 0x3000}),
    ],
)
def test_what_a_job_does_not_need_it_may_not_read(job: Job, readable: set[int]) -> None:
    ranges = job_ranges(job, ACCESS)
    assert {first for first, _, writable in ranges if not writable} == readable
    assert [(first, size) for first, size, writable in ranges if writable] == [(0x3000, 8)]


@pytest.mark.parametrize("size", [(0, 2, 2), (2, 2, 0)])
def test_empty_job_may_touch_nothing(size: tuple[int, int, int]) -> None:
    assert job_ranges(Job(Op.GEMM, *size, 0x1000, 0x2000, 0x3000), ACCESS) == []


# ---- logs ----


@pytest.mark.parametrize("lanes", [5, 9, 17])
def test_beats_are_logged_whole(new: Callable[..., Bench], lanes: int) -> None:
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


def test_what_a_probe_counts_is_logged(bench: Bench) -> None:
    slots = [2**48 - 1, *range(14), 2**47]
    bench.tick()
    bench.probe(slots)
    bench.probe([0] * 16)
    log = ProbeLog(bench.handle.probe_log())
    assert log.rows(16) == [(1, slots), (1, [0] * 16)]
    assert log.rows(3)[0] == (1, slots[:3])
    bench.handle.clear_logs()
    assert ProbeLog(bench.handle.probe_log()).rows(16) == []


def test_probe_log_that_overruns_is_noted(bench: Bench) -> None:
    bench.handle.shared.probe_capacity = 1
    bench.probe([0] * 16)
    assert not bench.handle.shared.overrun
    bench.probe([0] * 16)
    assert bench.handle.shared.overrun


def test_accesses_are_logged(bench: Bench) -> None:
    bench.access(0x48)
    assert bench.handle.periph_log().tolist() == [(0, 0x48, 0, 0xABCD, 1, 1, 0xF, 1)]


@pytest.mark.parametrize(
    ("log", "fill"),
    [
        ("beat", lambda bench: bench.beat(0)),
        ("access", lambda bench: bench.access(0)),
        ("event", lambda bench: bench.event(0)),
    ],
)
def test_log_that_overruns_says_so_and_stays_in_bounds(
    bench: Bench, log: str, fill: Callable[[Bench], object]
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


def test_violations_are_counted_and_stay(bench: Bench) -> None:
    for _ in range(7):
        bench.tick()
    bench.violation(5)
    bench.tick()
    bench.violation(5)
    bench.violation(33)
    bench.handle.clear_logs()
    assert bench.handle.violations() == {5: (2, 6), 33: (1, 7)}
    bench.handle.clear_violations()
    assert bench.handle.violations() == {}
    bench.violation(5)
    assert bench.handle.violations() == {5: (1, 7)}


def test_unknown_rule_is_not_lost(bench: Bench) -> None:
    bench.violation(64)
    assert bench.handle.violations() == {0: (1, 0)}


def test_instances_share_nothing(new: Callable[..., Bench]) -> None:
    one, two = new(), new()
    one.fill(0, b"\x01" * 64)
    one.violation(3)
    one.event(0)
    assert not two.handle.memory[:64].any()
    assert not two.handle.violations()
    assert not len(two.handle.event_log())
