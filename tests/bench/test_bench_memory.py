# SPDX-License-Identifier: Apache-2.0
"""Memory, grants and allowed ranges of the bench, without a simulator."""

import numpy as np
import pytest

from models.ops import Op
from tb.agents.tcdm.memory import TcdmMemory, job_ranges
from tb.dpi.setting import packed_setting
from tb.exchange.job import Job
from tb.exchange.scenario import AIMED, BANKS, HELD, StallSpec, Window
from tb.stimulus.stalls import bank_pattern, grant_pattern
from tests.bench.bench_library import BenchInstance

ACCESS = 36
ALL = (1 << ACCESS) - 1
POISON = 0x7F
TOP = 2**32


@pytest.mark.parametrize("base", [0, 0x1000, 0x8000_0000 - 64, TOP - 128])
def test_read_gives_the_bytes_from_its_address_and_poison_outside(bench: BenchInstance, base: int) -> None:
    content = bytes(range(128))
    bench.fill(base, content)
    for offset in (0, 4, 92, 96, 124, 128, -4, -36):
        answer, valid = bench.beat((base + offset) % TOP)
        expected = [content[i] if 0 <= i < 128 else POISON for i in range(offset, offset + ACCESS)]
        assert (list(answer), valid) == (expected, True), offset


def test_poison_is_a_nan_at_every_alignment(bench: BenchInstance) -> None:
    bench.fill(0x1000, bytes(4))
    answer, _ = bench.beat(0x5001)
    assert np.isnan(np.frombuffer(answer, np.float16)).all()


@pytest.mark.parametrize("enables", [0, 1, 1 << 35, 0b1010 << 30, 0x5A5A5A5A5, ALL])
def test_write_changes_the_enabled_bytes_alone(bench: BenchInstance, enables: int) -> None:
    before = bytes(range(100, 228))
    bench.fill(0x1000, before)
    data = bytes(range(ACCESS))
    bench.beat(0x1020, write=data, enables=enables)
    new = [data[i - 32] if 0 <= i - 32 < ACCESS and enables >> i - 32 & 1 else before[i] for i in range(128)]
    assert list(bench.handle.memory[:128]) == new


def test_write_at_the_end_of_the_address_space_does_not_wrap(bench: BenchInstance) -> None:
    bench.fill(TOP - 128, bytes(128))
    bench.handle.memory[128:256] = 9  # behind the window
    bench.beat(TOP - 16, write=b"\xaa" * ACCESS, enables=ALL)
    assert bytes(bench.handle.memory[:128]) == bytes(112) + b"\xaa" * 16
    assert (bench.handle.memory[128:256] == 9).all()


def test_access_without_grant_changes_and_answers_nothing(bench: BenchInstance) -> None:
    bench.fill(0x1000, bytes(64))
    assert bench.beat(0x1000, write=b"\xaa" * ACCESS, enables=ALL, gnt=False) == (bytes(ACCESS), False)
    assert bench.beat(0x1000, gnt=False)[1] is False
    assert not bench.handle.memory[:64].any()


def test_answers_to_writes(bench: BenchInstance) -> None:
    def answers(policy: str, seed: int = 7) -> list[bool]:
        bench.stall(StallSpec(seed=seed, write_r_valid=policy))
        return [bench.beat(0, write=bytes(ACCESS), enables=0)[1] for _ in range(64)]

    assert not any(answers("never"))
    assert all(answers("always"))
    mixed = answers("random")
    assert 16 < sum(mixed) < 48
    assert answers("random") == mixed != answers("random", seed=8)


def test_window_is_replaced_by_the_next_scenario(bench: BenchInstance) -> None:
    memory = TcdmMemory(bench.handle)
    for base, size in ((0x1000, 64), (0x8000, 32)):
        memory.set(packed_setting(base, size), np.full(size, size, np.uint8), Window(base, size))
    assert list(memory.view()) == [32] * 32
    assert set(bench.beat(0x1000)[0]) == {POISON}
    for size, given in ((64, 32), (1 << 29, 1 << 29)):
        with pytest.raises(ValueError, match="does not fit"):
            bench.handle.set(packed_setting(0, size), np.zeros(given, np.uint8))


def test_grant_pattern_is_played_from_its_start_and_cyclically(bench: BenchInstance) -> None:
    pattern = np.array([1, 0, 0, 1, 0], np.uint8)
    bench.tick()
    bench.set(grants=pattern)
    grants = []
    for _ in range(12):
        bench.tick()
        grants.append(int(bench.grant))
    assert grants == [1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0]
    bench.set(grants=np.array([0, 1], np.uint8))
    bench.tick()
    assert not bench.grant


def test_stalls_of_a_scenario_are_its_pattern(bench: BenchInstance) -> None:
    spec = StallSpec("random", rate=0.4, seed=5)
    bench.stall(spec)
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
def test_aimed_stalls_hit_one_operand(bench: BenchInstance, kind: str) -> None:
    # X of 24 bytes from 0x1001; an access starts at the word of the first byte it needs.
    job = Job(Op.GEMM, 3, 4, 5, 0x1001, 0x2002, 0x3003)
    bench.stall(StallSpec(kind, rate=0.5), job)
    starts = (0xFFC, 0x1000, 0x1014, 0x101C, 0x2000, 0x3000)
    hit = {(add, write) for add in starts for write in (False, True) if bench.targeted(add, write=write)}
    assert hit == AIMED_AT[kind]


@pytest.mark.parametrize("cycles", [1, 2, 4095, 131073])
@pytest.mark.parametrize("kind", HELD)
def test_one_access_of_the_operand_is_held_for_so_many_cycles(
    bench: BenchInstance, kind: str, cycles: int
) -> None:
    # An operand has many accesses; that of this seed is the third.
    job = Job(Op.GEMM, 32, 32, 32, 0x1000, 0x2000, 0x3000)
    bench.stall(StallSpec(kind, burst=cycles, seed=2), job)
    held = {"hold_x": (0x1000, False), "hold_w": (0x2000, False), "hold_y": (0x3000, False)}
    own, others = held.get(kind, (0x3000, True)), [(0x1000, True), (0x2000, True), (0x4000, False)]
    bench.tick()
    waits = []
    for address, write in [own, others[0], own, *others, own, own, others[1], own]:
        waited = 0
        while not (granted := bench.grant or not bench.targeted(address, write=write)):
            waited += not bench.tick(req=True, gnt=granted, address=address, write=write)
        bench.tick(req=True, gnt=True, address=address, write=write)
        waits.append(waited)
    assert waits == [0] * 6 + [cycles] + [0] * 3


def test_nothing_is_held_of_an_operand_without_bytes_nor_in_the_next_scenario(bench: BenchInstance) -> None:
    job = Job(Op.GEMM, 3, 0, 5, 0x1000, 0x2000, 0x3000)
    bench.stall(StallSpec("hold_x", burst=9), job)
    assert bench.handle.shared.hold_cycles == 0
    bench.stall(StallSpec("hold_z", burst=9), job)
    assert bench.handle.shared.hold_cycles == 9
    bench.stall(StallSpec("on_z", rate=0.5), job)
    assert bench.handle.shared.hold_cycles == 0


def test_stalls_without_an_aim_hit_everything(bench: BenchInstance) -> None:
    job = Job(Op.GEMM, 3, 4, 5, 0x1000, 0x2000, 0x3000)
    bench.stall(StallSpec("on_x", rate=0.5), job)
    assert bench.handle.shared.target_count == 1
    assert bench.targeted(0x1000)
    bench.stall(StallSpec("random", rate=0.5), job)
    assert bench.handle.shared.target_count == 0
    assert not bench.targeted(0x1000)


def test_busy_banks_of_a_scenario_are_its_pattern_and_go_with_it(bench: BenchInstance) -> None:
    spec = StallSpec(BANKS, rate=0.25, seed=5)
    bench.stall(spec)
    pattern = bank_pattern(spec)
    assert [bench.busy_banks() for _ in range(len(pattern) + 10)] == [*pattern, *pattern[:10]]
    bench.stall(StallSpec())
    assert [bench.busy_banks() for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize("job", [Job(Op.GEMM, 0, 4, 5, 0, 0, 0), Job(Op.GEMM, 3, 0, 5, 0, 0, 0)])
def test_an_operand_without_bytes_is_no_target(bench: BenchInstance, job: Job) -> None:
    bench.stall(StallSpec("on_x", rate=0.5), job)
    assert not bench.targeted(0)


@pytest.mark.parametrize("pattern", [[], [0, 0], [1] * (2**20 + 1)])
def test_impossible_grant_patterns_are_refused(pattern: list[int]) -> None:
    with pytest.raises(ValueError, match="grant pattern"):
        packed_setting(0, 4, grants=np.array(pattern, np.uint8))


def test_a_grant_pattern_may_have_two_to_the_twenty_cycles() -> None:
    longest = np.ones(2**20, np.uint8)
    assert len(packed_setting(0, 4, grants=longest)) > longest.size


def test_reads_must_lie_in_one_readable_range(bench: BenchInstance) -> None:
    bench.handle.allow([(0x1000, 0x40, False), (0x1040, 0x40, False), (0x2000, 0x40, True)])
    assert [
        bench.read_allowed(at) for at in (0xFFC, 0x1000, 0x101C, 0x1020, 0x1040, 0x105C, 0x1060, 0x2000)
    ] == [
        *(False, True, True, False),  # 0x1020 would run from one range into the next
        *(True, True, False, False),
    ]


def test_writes_must_touch_writable_bytes_alone(bench: BenchInstance) -> None:
    bench.handle.allow([(0x1001, 3, True), (0x1004, 2, True), (0x1006, 8, False)])
    assert bench.write_allowed(0x1000, 0b111110)
    assert not bench.write_allowed(0x1000, 0b111111)
    assert not bench.write_allowed(0x1000, 0b1111110)
    assert bench.write_allowed(0x1000, 0)
    assert not bench.write_allowed(0x1000, 1 << 35)


def test_ranges_reach_to_the_end_of_the_address_space_and_around_it(bench: BenchInstance) -> None:
    bench.handle.allow([(TOP - 16, 16 + ACCESS, False), (TOP - 2, 2, True)])
    assert bench.read_allowed(TOP - 16)
    assert bench.read_allowed(0)
    assert not bench.read_allowed(4)
    assert not bench.read_allowed(TOP - 20)
    assert bench.write_allowed(TOP - 4, 0b1100)
    assert not bench.write_allowed(TOP - 4, 0b11100)


def test_no_ranges_allow_nothing(bench: BenchInstance) -> None:
    bench.handle.allow([(0, TOP, False), (0, TOP, True)])
    assert bench.read_allowed(0)
    assert bench.write_allowed(0, ALL)
    bench.handle.allow([])
    assert not bench.read_allowed(0)
    assert not bench.write_allowed(0, 1)


def test_too_many_ranges_are_refused(bench: BenchInstance) -> None:
    for refuse in (bench.handle.allow, lambda spans: packed_setting(0, 4, targets=spans)):
        with pytest.raises(ValueError, match="split the scenario"):
            refuse([(0, 4, False)] * 65)


@pytest.mark.parametrize("shift", range(4))
def test_ranges_of_a_job_are_those_of_section_6(bench: BenchInstance, shift: int) -> None:
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
