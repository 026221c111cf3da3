# SPDX-License-Identifier: Apache-2.0
"""Sweeps cut a job at every cycle it may run, once, whatever part of them is drawn where."""

from itertools import pairwise
from math import gcd
from typing import Any

import pytest
from msgspec.structs import replace

from regressions.testlist import LISTS
from regressions.testlist import load as load_lists
from regressions.tiers import load_tiers
from tb.descriptor import load
from tb.exchange.entry import TestEntry
from tb.exchange.scenario import Scenario
from tb.stimulus.scenario_draw import cut_cycles
from tb.stimulus.stream import ScenarioStream
from tb.stimulus.sweep import stride

from .devices import device

KNOBS: dict[str, Any] = {"abort": "clear", "abort_at": "sweep", "m": "L+1", "n": "H+1", "k": "TILE+1"}


def rounds(stream: ScenarioStream, count: int) -> list[list[Scenario]]:
    """Scenarios by their jobs, which are those of a round."""
    found: list[list[Scenario]] = []
    for index in range(count):
        scenario = stream.scenario(index)
        assert scenario.index == index
        if not found or found[-1][0].jobs != scenario.jobs:
            found.append([])
        found[-1].append(scenario)
    return found


@pytest.mark.parametrize("stall", ["none", "random"])
def test_a_round_cuts_one_job_at_each_cycle_once(stall: str) -> None:
    stream = ScenarioStream("sweep", 1, {**KNOBS, "stall": stall}, device())
    first, second, *_ = rounds(stream, 4000)
    for each in (first, second):
        assert all(s.abort is not None for s in each)
        cuts = [s.abort.after for s in each if s.abort is not None]
        assert sorted(cuts) == list(range(cut_cycles(each[0], device())))
        assert len({replace(s, index=0, abort=None) for s in each}) == 1
        # A sample is spread: of a tenth of the round no two neighbours are far apart.
        sample = sorted(cuts[: len(cuts) // 10])
        gaps = [b - a for a, b in pairwise(sample)]
        assert max(gaps) < 40
        assert {0, 1} < {s.abort.value for s in each if s.abort is not None}
    assert first[0].jobs != second[0].jobs


def test_any_part_is_drawn_alone() -> None:
    whole = [ScenarioStream("sweep", 3, KNOBS, device()).scenario(i) for i in range(900)]
    other = ScenarioStream("sweep", 3, KNOBS, device())
    assert [other.scenario(i) for i in range(899, -1, -1)] == whole[::-1]


@pytest.mark.parametrize("name", ["serial", "redmule"])
def test_sizes_of_a_sweep_fit_the_instance(name: str) -> None:
    job = ScenarioStream("sweep", 1, KNOBS, load(name)).scenario(0).jobs[0]
    instance = load(name).instance
    assert (job.m, job.n, job.k) == (instance.l + 1, instance.h + 1, instance.tile_cols + 1)


def test_strides_visit_everything() -> None:
    assert all(gcd(stride(length), length) == 1 for length in range(1, 2000))


NIGHTLY = [
    entry
    for entry in load_lists([LISTS], load_tiers()).values()
    if entry.knobs.get("abort_at") == "sweep" and "nightly" in entry.tiers
]


def test_clears_and_resets_are_swept_with_and_without_stalls() -> None:
    kinds = {(entry.knobs["abort"], entry.knobs["stall"] == "none") for entry in NIGHTLY}
    assert kinds == {("clear", True), ("clear", False), ("reset", True), ("reset", False)}


@pytest.mark.parametrize("entry", NIGHTLY, ids=lambda entry: entry.name)
@pytest.mark.parametrize("name", ["serial", "redmule"])
def test_the_sweeps_of_a_night_are_complete(name: str, entry: TestEntry) -> None:
    descriptor = load(name)
    found = rounds(ScenarioStream(entry.name, 1, entry.knobs, descriptor), entry.count)
    complete = [each for each in found if len(each) == cut_cycles(each[0], descriptor)]
    assert len(complete) >= 4
    assert len({each[0].jobs[0].op for each in complete}) > 1
    # More than one tile in each direction.
    job, instance = found[0][0].jobs[0], descriptor.instance
    assert job.m > instance.tile_rows
    assert job.k > instance.tile_cols
