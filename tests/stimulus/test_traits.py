# SPDX-License-Identifier: Apache-2.0
"""Traits: jobs keep to what a device can do, and what it cannot do is refused in words."""

from typing import Any

import pytest
from msgspec import convert
from msgspec.structs import replace

from models.formats import Format
from models.ops import Op
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.reading import convert as read
from tb.exchange.scenario import Scenario
from tb.exchange.traits import CONTRACT, Traits
from tb.schema import SchemaError, Where
from tb.stimulus.stream import ImpossibleConstraint, ScenarioStream

from .devices import device

PLAIN = Job(Op.GEMM, 8, 8, 8, 0x100, 0x200, 0x300)


def traits(**table: Any) -> Traits:
    return convert(table, Traits)


def stranger(**table: Any) -> Descriptor:
    return replace(device(formats=tuple(Format), mixed_formats=True), traits=traits(**table))


def drawn(descriptor: Descriptor, count: int = 200, **knobs: Any) -> list[Scenario]:
    stream = ScenarioStream("t", 1, knobs, descriptor)
    return [stream.scenario(index) for index in range(count)]


BLOCKS = {name: {"least": 8, "most": 48, "multiple": 8} for name in "mnk"}
ALIGNED = {"alignment": 4, "row_alignment": 4}


@pytest.mark.parametrize(
    "table",
    [
        BLOCKS,
        {"n": {"least": 1}, "k": {"multiple": 3}},
        dict.fromkeys("xwz", ALIGNED),
        {"x": {"alignment": 16}, "w": {"row_alignment": 8}},
        {"fp8_bytes": 2},
    ],
)
def test_jobs_and_corners_are_those_that_the_device_can_do(table: dict[str, Any]) -> None:
    own = stranger(**table)
    jobs = [job for scenario in drawn(own, chain=1.0, alias_xw=0.5) for job in scenario.jobs]
    assert {own.supports(job) for job in jobs} == {None}
    # Without the traits the same test has jobs that the device cannot do.
    plain = [job for scenario in drawn(stranger()) for job in scenario.jobs]
    assert {own.supports(job) for job in plain} - {None}


def test_sizes_are_drawn_over_all_that_is_left() -> None:
    jobs = [job for scenario in drawn(stranger(**BLOCKS)) for job in scenario.jobs]
    assert {job.m for job in jobs} == {8, 16, 24, 32, 40, 48}
    assert {job.z_addr % 4 for job in jobs} == {0, 1, 2, 3}


def test_sizes_that_give_way_to_others_are_counted() -> None:
    stream = ScenarioStream("t", 1, {"corners": 0, "jobs": 1}, stranger(k={"multiple": 2}))
    drawn = [stream.scenario(index) for index in range(200)]
    odd = [
        ScenarioStream("t", 1, {"corners": 0, "jobs": 1}, stranger()).scenario(index) for index in range(200)
    ]
    assert {scenario.jobs[0].k % 2 for scenario in drawn} == {0}
    assert stream.left_out == {
        "paper: K has to be a multiple of 2": sum(scenario.jobs[0].k % 2 for scenario in odd)
    }


def test_addresses_of_other_operands_stay_free() -> None:
    jobs = [job for scenario in drawn(stranger(x={"alignment": 4})) for job in scenario.jobs if not job.empty]
    assert {job.x_addr % 4 for job in jobs if job.n} == {0}
    assert {job.w_addr % 4 for job in jobs} == {job.z_addr % 4 for job in jobs} == {0, 1, 2, 3}


def test_what_cannot_be_drawn_says_why() -> None:
    with pytest.raises(ImpossibleConstraint, match="'paper: M has to be at least 8' 1000 times"):
        drawn(stranger(m={"least": 8}), m=[1, 4])


def test_answers_of_the_memory_to_writes() -> None:
    found = {scenario.stall.write_r_valid for scenario in drawn(stranger(write_answers=["always", "random"]))}
    assert found == {"always", "random"}
    only = drawn(stranger(write_answers=["always"]), 20, write_r_valid="never")
    assert {scenario.stall.write_r_valid for scenario in only} == {"always"}


@pytest.mark.parametrize(
    ("table", "changes", "reason"),
    [
        ({"m": {"least": 9}}, {}, "M has to be at least 9"),
        ({"n": {"most": 7}}, {}, "N has to be at most 7"),
        ({"k": {"multiple": 3}}, {}, "K has to be a multiple of 3"),
        ({"w": {"alignment": 4}}, {"w_addr": 0x202}, "the address of W has to be a multiple of 4"),
        ({"x": {"row_alignment": 32}}, {}, "rows of X have to be a multiple of 32 bytes"),
        ({"z": {"row_alignment": 16}}, {"fmt": Format.E5M2}, "rows of Z have to be a multiple of 16 bytes"),
        ({"fp8_bytes": 2}, {"fmt": Format.E4M3}, "FP8 elements have to be 2 bytes apart"),
        ({"fp8_bytes": 2}, {}, None),
        ({"w": {"alignment": 4}}, {"w_addr": 0x202, "m": 0}, None),
    ],
)
def test_a_job_is_refused_in_words(
    table: dict[str, Any], changes: dict[str, Any], reason: str | None
) -> None:
    job = replace(PLAIN, **changes)
    assert CONTRACT.refuses(job) is None
    assert traits(**table).refuses(job) == reason


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"m": {"least": 9, "most": 15, "multiple": 8}}, "t.toml: m.most: no multiple of 8 lies in 9..15"),
        ({"z": {"alignment": 3}}, "t.toml: z.alignment: 3 is no power of two"),
        ({"buzy": {}}, "t.toml: buzy: unknown key 'buzy'; did you mean 'busy'?"),
        ({"event_lead": 65}, "t.toml: event_lead: value 65 is out of range, must be <= 64"),
        ({"nan": "some"}, "t.toml: nan: unknown value 'some'; "),
    ],
)
def test_wrong_traits_are_named_with_their_place(table: dict[str, Any], message: str) -> None:
    with pytest.raises(SchemaError) as error:
        read(table, Traits, Where("t.toml"))
    assert message in str(error.value)


def test_full_tiles_and_their_bytes() -> None:
    job = replace(PLAIN, m=3, n=5, k=7)
    own = traits(x={"read_rows": 4}, w={"read_columns": 16}, z={"written_rows": 4, "written_columns": 8})
    assert CONTRACT.reads(job) == [job.x_range, job.w_range, job.z_range]
    assert own.reads(job) == [(0x100, 4 * 5 * 2), (0x200, (4 * 7 + 16) * 2), job.z_range]
    assert (CONTRACT.written(job), own.written(job)) == (42, (3 * 7 + 8) * 2)
    assert own.reads(replace(job, op=Op.MATMUL)) == own.reads(job)[:2]
    empty = replace(job, k=0)
    assert (own.reads(empty), own.written(empty)) == ([], 0)
