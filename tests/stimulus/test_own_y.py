# SPDX-License-Identifier: Apache-2.0
"""Y at another place than Z, on a device whose registers have a pointer for it."""

from typing import Any

import numpy as np
import pytest
from msgspec import convert
from msgspec.structs import replace

from models.ops import Op
from tb.agents.tcdm.memory import job_ranges
from tb.exchange.device import Descriptor
from tb.exchange.job import Job, overlap
from tb.exchange.registers import Registers
from tb.exchange.scenario import Scenario, Window
from tb.registers.own import registers_of
from tb.registers.program import register_values
from tb.stimulus.image import initial_image, predict, undefined
from tb.stimulus.reductions import addresses
from tb.stimulus.stream import ScenarioStream
from tests.stimulus.devices import device

BASE, X, W, Z, Y = 0x1000, 0x1000, 0x1100, 0x1200, 0x1300
JOB = Job(Op.GEMM, 2, 3, 4, X, W, Z, y_addr=Y)


def own(**y: Any) -> Descriptor:
    """A device with a pointer or an offset of Y."""
    words = ("trigger", "m", "n", "k", "x", "w", "z", "operation", "format")
    roles = {name: {"offset": 4 * place} for place, name in enumerate(words)}
    table = {"roles": {**roles, **y}, "lock": False}
    return replace(device(), registers=convert(table, Registers))


POINTER, OFFSET = own(y={"offset": 0x40}), own(y_offset={"offset": 0x40})


def scenario(*jobs: Job) -> Scenario:
    return Scenario(0, jobs, Window(BASE, 0x1000))


def drawn(of: Descriptor, count: int = 150, **knobs: Any) -> list[Scenario]:
    stream = ScenarioStream("y", 1, knobs, of)
    return [stream.scenario(index) for index in range(count)]


def test_y_is_drawn_apart_over_other_operands_and_where_others_write() -> None:
    places = set()
    for each in drawn(POINTER, corners=0, chain=0.5, m=[1, 9], n=[1, 9], k=[1, 9]):
        for position, job in enumerate(each.jobs):
            assert POINTER.supports(job) is None
            if job.y_addr is None:
                places.add("at_z")
                continue
            assert job.op.reads_y
            assert not overlap(job.y_range, job.z_range), "Z would be open"
            over = {name for name in "xw" if overlap(job.y_range, getattr(job, f"{name}_range"))}
            earlier = any(overlap(job.y_range, other.z_range) for other in each.jobs[:position])
            places |= over or ({"earlier_z"} if earlier else {"apart"})
    assert places == {"at_z", "x", "w", "earlier_z", "apart"}


def test_the_knob_says_how_often() -> None:
    for chance, kinds in ((0.0, {True}), (1.0, {False})):
        jobs = [
            job
            for each in drawn(OFFSET, 20, corners=0, op="GEMM", m=[1, 4], k=[1, 4], y_apart=chance)
            for job in each.jobs
        ]
        assert {job.y_addr is None for job in jobs} == kinds


def test_a_device_without_a_pointer_draws_what_it_always_did() -> None:
    plain = device()
    assert drawn(plain, 30, y_apart=1.0) == drawn(plain, 30, y_apart=0.0)
    assert plain.supports(JOB) == "paper has one pointer for Y and Z"


def test_the_model_reads_y_at_its_place_and_writes_z() -> None:
    job = replace(JOB, n=0)
    before = initial_image(scenario(job))
    after = predict(before, (job,), BASE)
    y, z = slice(Y - BASE, Y - BASE + 16), slice(Z - BASE, Z - BASE + 16)
    assert not np.array_equal(before[y], before[z])
    assert np.array_equal(after[z], before[y])
    assert np.array_equal(after[y], before[y])


@pytest.mark.parametrize(
    ("job", "is_open"),
    [
        (JOB, False),
        (replace(JOB, y_addr=Z + 4), True),
        (replace(JOB, y_addr=Z - 14), True),
        (replace(JOB, y_addr=Z + 16), False),
        (replace(JOB, y_addr=Z), False),
        (replace(JOB, op=Op.MATMUL, y_addr=Z + 4), False),
    ],
)
def test_z_is_open_where_y_begins_elsewhere_over_it(job: Job, is_open: bool) -> None:
    mask = undefined(scenario(job))
    assert (mask is not None) is is_open
    if mask is not None:
        assert np.flatnonzero(mask).tolist() == list(range(Z - BASE, Z - BASE + 16))


def test_what_reads_an_open_y_is_open() -> None:
    spoilt, reader = replace(JOB, x_addr=Z), replace(JOB, z_addr=0x1400, y_addr=Z)
    mask = undefined(scenario(spoilt, reader))
    assert mask is not None
    assert mask[0x1400 - BASE : 0x1410 - BASE].all()


def test_the_device_may_read_y_at_its_place_alone() -> None:
    reads = [first for first, _, writable in job_ranges(JOB, 36) if not writable]
    assert reads == [X, W, Y]
    assert [first for first, _, writable in job_ranges(JOB, 36) if writable] == [Z]


@pytest.mark.parametrize(
    ("of", "job", "value"),
    [
        (POINTER, JOB, Y),
        (POINTER, replace(JOB, y_addr=None), Z),
        (OFFSET, JOB, Y - Z),
        (OFFSET, replace(JOB, y_addr=Z - 8), 2**32 - 8),
        (OFFSET, replace(JOB, y_addr=None), 0),
    ],
)
def test_registers_say_where_it_is(of: Descriptor, job: Job, value: int) -> None:
    registers = registers_of(of)
    name = registers.places["y" if of is POINTER else "y_offset"][0]
    assert register_values(job, registers)[name] == value


def test_an_offset_of_few_bits_reaches_as_far_as_they_count() -> None:
    narrow = own(y_offset={"offset": 0x40, "width": 8})
    assert narrow.supports(replace(JOB, y_addr=Z + 255)) is None
    for far in (Z + 256, Z - 1):
        assert "8 bits for the distance of Y from Z" in (narrow.supports(replace(JOB, y_addr=far)) or "")


def test_a_job_is_written_and_read_with_its_y() -> None:
    assert convert(JOB.to_json(), Job) == JOB
    assert "y_addr" not in replace(JOB, y_addr=Z).to_json()


def test_a_shrunk_job_has_its_operands_close_together() -> None:
    far = (replace(scenario(JOB), window=Window(BASE, 0x8000), jobs=(replace(JOB, y_addr=0x8000),)),)
    search = addresses(far)
    candidate, failing = next(search), far
    try:
        while True:
            failing = candidate
            candidate = search.send(True)
    except StopIteration as stopped:
        failing = stopped.value
    (job,) = failing[0].jobs
    assert job.y_addr is not None
    assert abs(job.y_addr - job.z_addr) < 0x200
