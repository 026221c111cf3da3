# SPDX-License-Identifier: Apache-2.0
"""Tests of access lists that program jobs, and of their effect on a device."""

import random
from pathlib import Path

from msgspec.structs import replace

from models.formats import Format
from models.ops import Op
from tb.agents.control.access import Access
from tb.descriptor import load
from tb.exchange.job import Job
from tb.registers.encodings import encodings
from tb.registers.generate import register_map
from tb.registers.own import registers_of
from tb.registers.program import (
    empty_job,
    program,
    register_values,
    split_writes,
    with_idle_gaps,
    with_rivals,
)
from tests.registers.device import FakeDevice

OTHER = Path(__file__).parents[1] / "strangers" / "otherfamily" / "otherfamily.toml"

JOB = Job(Op.MAXMIN, 3, 5, 0x1234, 0x8000_0001, 0x22, 0xFFFF_FFFE, fmt=Format.E4M3, core=6)
VALUES = {
    "X_ADDR": 0x8000_0001,
    "W_ADDR": 0x22,
    "Z_ADDR": 0xFFFF_FFFE,
    "MCFG0": 0x1234_0003,
    "MCFG1": 5,
    "MACFG": 6 << 10 | 2 << 7,
}


def stored(device: FakeDevice) -> dict[str, int]:
    return {
        name: device.values[offset]
        for name, offset in register_map().offsets().items()
        if offset in device.values
    }


def test_an_empty_job_has_the_constants_that_every_job_has() -> None:
    other = registers_of(load(OTHER))
    assert set(empty_job(other).values()) == {0, 5 << 16}
    assert empty_job(register_map()) == {"MCFG0": 0}


def test_register_values() -> None:
    assert register_values(JOB) == VALUES


def test_formats_are_encoded_in_every_way_that_means_them() -> None:
    mix = (Format.FP16, Format.E4M3, Format.FP16)
    for fmt in (Format.FP16, Format.E4M3, mix):
        alike = encodings(fmt, mixed_formats=True)
        jobs = [replace(JOB, fmt=fmt, data_seed=seed) for seed in range(0, 16 * len(alike), 8)]
        values = [register_values(job, register_map(mixed_formats=True))["MACFG"] for job in jobs]
        assert {value & ~(7 << 10) for value in values} == set(alike)
        assert {value >> 10 & 7 for value in values} == {int(JOB.op)}
        assert values[::2] == [values[0]] * len(alike)
    assert {register_values(replace(JOB, data_seed=seed))["MACFG"] for seed in range(200)} == {
        VALUES["MACFG"]
    }


def test_program_acquires_writes_and_triggers() -> None:
    device = FakeDevice()
    burst = program(JOB)
    assert len(burst) == 8
    assert {access.id for access in burst} == {1 << 6}
    done = [device.access(access) for access in burst]
    assert done[0].r_data == 0
    assert stored(device) == VALUES
    assert [job.core for job in device.jobs] == [6]


def test_registers_that_hold_the_value_are_left_out() -> None:
    burst = program(JOB, held=VALUES | {"MCFG1": 6})
    assert [access.address for access in burst] == [0x04, 0x50, 0x00]


def test_order_of_job_registers_is_drawn_between_acquire_and_trigger() -> None:
    orders = set()
    for seed in range(20):
        burst = program(JOB, rng=random.Random(seed))
        assert (burst[0].address, burst[-1].address) == (0x04, 0x00)
        orders.add(tuple(access.address for access in burst))
        assert sorted(burst[1:-1]) == sorted(program(JOB)[1:-1])
    assert len(orders) > 10
    assert program(JOB, rng=random.Random(1)) == program(JOB, rng=random.Random(1))


def test_acquired() -> None:
    registers = register_map()
    assert [registers.acquired(data) for data in (0, 255)] == [0, 255]
    assert registers.acquired(0xFFFF_FFFE) is None
    assert registers.acquired(0xFFFF_FFFF) is None


def test_refused_burst_changes_nothing() -> None:
    device = FakeDevice()
    device.access(Access(0x04, id=1))
    done = [device.access(access) for access in program(JOB)]
    assert done[0].r_data == 0xFFFF_FFFE
    assert stored(device) == dict.fromkeys(VALUES, 0)
    assert device.jobs == []


def test_split_writes_leave_the_same_values() -> None:
    for seed in range(20):
        device = FakeDevice()
        burst = split_writes(program(JOB), random.Random(seed), rate=0.7)
        assert len(burst) > 8
        for access in burst:
            device.access(access)
        assert stored(device) == VALUES
        assert len(device.jobs) == 1
    assert split_writes(program(JOB), random.Random(1), rate=0) == program(JOB)


def test_idle_gaps_change_only_the_pauses() -> None:
    burst = with_idle_gaps(program(JOB), random.Random(2), rate=0.5, longest=4)
    pauses = [access.idle for access in burst]
    assert [access._replace(idle=0) for access in burst] == program(JOB)
    assert 0 < sum(pause > 0 for pause in pauses) < 8
    assert max(pauses) <= 4
    longer = with_idle_gaps([Access(0, idle=9)], random.Random(2), rate=1, longest=4)
    assert longer[0].idle == 9


def test_rivals_neither_get_the_lock_nor_change_the_job() -> None:
    kinds = set()
    for seed in range(60):
        device, rng = FakeDevice(), random.Random(seed)
        burst = with_rivals(program(JOB, rng=rng), rng)
        done = [device.access(access) for access in burst]
        assert stored(device) == VALUES
        assert [job.core for job in device.jobs] == [6]
        assert (burst[0].id, burst[-1].id) == (1 << 6, 1 << 6)
        assert [access for access in burst if access.id == 1 << 6] == program(JOB, rng=random.Random(seed))
        for access, seen in zip(burst, done, strict=True):
            if access.id != 1 << 6:
                kinds.add("write" if access.write else "acquire" if access.address == 4 else "read")
                assert access.write or access.address != 4 or seen.r_data == 0xFFFF_FFFE
    assert kinds == {"write", "acquire", "read"}
