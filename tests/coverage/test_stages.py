# SPDX-License-Identifier: Apache-2.0
"""Stages of two jobs that are in the array together, as the schedule has them."""

import random

import numpy as np
import pytest

from models.formats import Format
from models.ops import Op
from models.schedule import NONE
from tb.coverage.abilities import reachable
from tb.coverage.closing import ClosingStream
from tb.coverage.covergroups import load_definition
from tb.coverage.stages import PAIRS, Flight, courses, expected, foreseen, met, pairs_at
from tb.descriptor import available, load
from tb.exchange.job import Job
from tb.uvm_tests.cut_states import CutStates

DEVICE = load("redmule")
AT = DEVICE.instance
ITEMS = [item for item in load_definition().items.values() if "stage_at" in item.name or "pair" in item.name]


def job(number: int, m: int = 12, n: int = 16, k: int = 16, **values: int) -> Job:
    """A GEMM with matrices of its own."""
    x = number << 20
    places = {"x_addr": x, "w_addr": x + 0x40000, "z_addr": x + 0x80000} | values
    return Job(Op.GEMM, m, n, k, **places, fmt=Format.FP16)


def test_a_job_goes_through_its_stages_ahead_of_the_next() -> None:
    jobs = [job(1), job(2)]
    first, second = courses(AT, jobs, Flight((100, 120), NONE))
    assert first is not None
    assert second is not None
    # 12 x 16 x 16 alone: 64 cycles of columns, whose last sums leave 17 cycles later; then 12 stores.
    assert first.full - first.entered == 63
    assert first.left - first.full == 17
    assert first.written == 100 + 124
    assert [first.stage(at) for at in (101, first.entered, first.full + 1, first.left + 1, 225)] == [
        "loading", "computing", "draining", "storing", "ended",
    ]  # fmt: skip
    assert second.entered == first.full + 1
    assert [second.behind(at) for at in (121, second.asked, second.entered)] == [
        "queued",
        "loading",
        "inside",
    ]


def test_what_a_job_meets_follows_from_trigger_and_dependence() -> None:
    soon, late = (met(AT, [job(1), job(2)], Flight((0, at), NONE))[1] for at in (20, 100))
    assert soon == ("loading", "computing", "draining")
    assert late is not None
    assert (late.trigger, late.entry) == ("draining", "ended")
    reads = met(AT, [job(1), job(2, x_addr=job(1).z_addr)], Flight((0, 20), NONE))[1]
    assert reads == ("loading", "ended", "ended")
    assert met(AT, [job(1), job(2, n=0)], Flight((0, 20), NONE)) == [None, None]


def test_requests_without_a_grant_are_part_of_the_course() -> None:
    held = np.arange(5, 305, dtype=np.int64)
    plain, stalled = (courses(AT, [job(1)], Flight((0,), waits))[0] for waits in (NONE, held))
    assert plain is not None
    assert stalled is not None
    assert stalled.entered - plain.entered == 300


def test_two_jobs_are_told_until_the_first_has_ended() -> None:
    found = pairs_at(AT, [job(1), job(2)], Flight((0, 20), NONE), range(300))
    assert found[20] is None, "the second is there from the cycle behind its trigger"
    assert found[21] == "loading_queued"
    ends = max(cycle for cycle, each in enumerate(found) if each is not None)
    assert (found[ends], ends) == ("storing_inside", 124)


def test_what_is_foreseen_needs_jobs_in_order_and_no_stalls() -> None:
    stream = ClosingStream("closing", 1, {}, DEVICE)
    index = next(i for i, (item, _) in enumerate(stream.bins.targets) if "stage_at" in item.name)
    scenario = stream.scenario(index)
    assert any(foreseen(DEVICE, scenario))
    assert not any(foreseen(load("serial"), scenario))


def test_programming_takes_each_job_as_soon_as_a_context_is_free() -> None:
    jobs = [job(number) for number in range(4)]
    assert expected(AT, jobs, 2).triggers == [0, 9, 135, 199], "as on the RTL"
    assert expected(AT, jobs, 4).triggers == [0, 9, 18, 27]


@pytest.mark.parametrize("part", range(4))
def test_each_stage_has_a_scenario(part: int) -> None:
    stream = ClosingStream("closing", 1, {}, DEVICE)
    places = [i for i, (item, _) in enumerate(stream.bins.targets) if "stage_at" in item.name]
    assert len(places) > 80
    for index in random.Random(1).sample(places, len(places))[part::16]:
        item, place = stream.bins.targets[index]
        assert (item.name, place) in stream.bins.reached(stream.scenario(index)), item.bin_name(place)


@pytest.mark.parametrize("name", available())
def test_devices_without_a_schedule_have_no_stages(name: str) -> None:
    device = load(name)
    for item in ITEMS:
        assert reachable(item, device).any() == device.schedule


@pytest.mark.parametrize("name", [name for name in available() if load(name).schedule])
def test_cuts_are_made_in_the_stages_of_two_jobs(name: str) -> None:
    device, found = load(name), set[str | None]()
    for scenario in CutStates("cuts", 1, 0)._scenarios(device):
        jobs = scenario.jobs[:-1]
        if len(jobs) == 2 and all(each.macs for each in jobs):
            flight = expected(device.instance, jobs, device.registers.contexts)
            found |= {*pairs_at(device.instance, jobs, flight, range(flight.triggers[1], 2000))}
    missing = {*PAIRS} - found
    assert len(missing) <= (0 if name == "redmule" else 2)
