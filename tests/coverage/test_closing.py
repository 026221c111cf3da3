# SPDX-License-Identifier: Apache-2.0
"""Scenarios for open bins, and which of them a run takes."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from regressions.coverage.closing import Closing, runs
from regressions.coverage.measure import Coverage, measure
from regressions.shards import Shard
from tb.coverage import CLOSING
from tb.coverage.abilities import reachable
from tb.coverage.closing import ClosingStream
from tb.coverage.counts import Counts
from tb.coverage.covergroups import load_definition
from tb.coverage.targets import Targets, UnreachedBin
from tb.descriptor import available, load
from tb.exchange.entry import TestEntry
from tb.exchange.registers import Registers
from tb.exchange.roles import Place, Roles
from tb.exchange.traits import CONTRACT, PaddedSteps

DEFINITION = load_definition()
DEVICE = load("redmule")
STREAM = ClosingStream("closing", 1, {}, DEVICE)
OTHER_FAMILY = Path(__file__).parents[1] / "strangers/otherfamily/otherfamily.toml"
ENTRY = TestEntry("closing", CLOSING, count=50)


def coverage(open_bins: list[tuple[str, int]]) -> Coverage:
    """A run that left some bins open."""
    counts = Counts(DEFINITION)
    for item in DEFINITION.items.values():
        hits = (reachable(item, DEVICE) & ~DEFINITION.excluded(item)).astype(np.int64)
        hits[[index for name, index in open_bins if name == item.name]] = 0
        counts.add_hits(item, hits)
    return measure([("redmule", "t", counts)], [DEVICE], DEFINITION)


def bins(*names: str) -> list[tuple[str, int]]:
    """Bins by their names for people."""
    every = {
        item.bin_name(index): (item.name, index)
        for item in DEFINITION.items.values()
        for index in range(item.size)
    }
    return [every[name] for name in names]


@pytest.mark.parametrize("sample", ["job", "step", "fma", "add", "mul", "select", "order", "narrow"])
def test_scenarios_hit_their_bins_and_are_the_same_again(sample: str) -> None:
    places = [i for i, (item, _) in enumerate(STREAM.bins.targets) if item.sample == sample]
    for index in random.Random(1).sample(places, 20):
        item, place = STREAM.bins.targets[index]
        scenario = STREAM.scenario(index)
        assert (item.name, place) in STREAM.bins.reached(scenario)
        assert scenario == STREAM.scenario(index)
        assert all(DEVICE.supports(job) is None for job in scenario.jobs)


def test_each_pair_of_neighbours_has_a_scenario() -> None:
    pairs = [target for target in STREAM.bins.targets if target[0].name.startswith("neighbours.")]
    assert len(pairs) > 150
    for number, (item, place) in enumerate(pairs[::4]):
        scenario = STREAM.bins.scenario((item, place), 0, random.Random(number))
        assert (item.name, place) in STREAM.bins.reached(scenario)
        assert len(scenario.jobs) == 2 or ("stage_at" in item.name and len(scenario.jobs) == 3)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"traits": replace(CONTRACT, padding=PaddedSteps(n=2))}, "traits"),
        ({"registers": load(str(OTHER_FAMILY)).registers}, "one format for X and W"),
    ],
)
def test_a_device_with_limits_of_its_own_says_why_it_has_none(change: dict[str, Any], why: str) -> None:
    assert ClosingStream.not_applicable(ENTRY, DEVICE) == ""
    assert why in ClosingStream.not_applicable(ENTRY, replace(DEVICE, **change))


@pytest.mark.parametrize("name", available())
def test_every_device_has_scenarios(name: str) -> None:
    device = load(name)
    stream = ClosingStream("closing", 1, {}, device)
    for index in random.Random(2).sample(range(len(stream.bins.targets)), 10):
        item, place = stream.bins.targets[index]
        assert (item.name, place) in stream.bins.reached(stream.scenario(index)), item.bin_name(place)


def test_a_run_takes_what_is_open_and_nothing_twice() -> None:
    wanted = bins(
        "jobs.op.x_align = GEMM, word",
        "jobs.stall.core = on_y, 3",
        "memory.stall.free_grants.write_answers = burst, yes, random",
    )
    segments = Closing(ENTRY, 1, DEVICE).segments(coverage(wanted))
    indices = [index for segment in segments for index in range(segment.begin, segment.end)]
    assert len(indices) == len(set(indices)) <= 3
    stream = ClosingStream("closing", 1, {}, DEVICE)
    reached = set().union(*(stream.bins.reached(stream.scenario(index)) for index in indices))
    assert set(wanted) <= reached
    assert all(segment.jobs and segment.cycles for segment in segments)
    assert Closing(ENTRY, 1, DEVICE).segments(coverage([])) == []
    few = TestEntry("closing", CLOSING, count=1)
    assert len(Closing(few, 1, DEVICE).segments(coverage(wanted))) == 1


def test_places_of_y_are_made_on_a_device_that_has_them() -> None:
    roles = ("trigger", "m", "n", "k", "x", "w", "y", "z", "operation", "format")
    places = {name: Place(4 * number) for number, name in enumerate(roles)}
    other = replace(DEVICE, registers=Registers(roles=Roles(**places), lock=False))
    bins = Targets(DEFINITION, other)
    own = [target for target in bins.targets if target[0].name == "own_y.y_place"]
    assert len(own) == 4
    assert not any(item.name == "own_y.y_place" for item, _ in STREAM.bins.targets)
    for item, place in own:
        assert (item.name, place) in bins.reached(bins.scenario((item, place), 0, random.Random(1)))


def test_modes_are_made_on_a_device_that_has_them() -> None:
    bins = Targets(DEFINITION, load("redmule_ft_4x12x3"))
    own = [target for target in bins.targets if target[0].name.startswith("modes.")]
    assert len(own) > 50
    assert not any(item.name.startswith("modes.") for item, _ in STREAM.bins.targets)
    for item, place in own:
        assert (item.name, place) in bins.reached(bins.scenario((item, place), 0, random.Random(1)))


def test_parts_of_a_run_share_the_bins() -> None:
    wanted = [(item.name, index) for item, index in STREAM.bins.targets[100:112]]
    parts = [
        Closing(ENTRY, 1, DEVICE, shard=Shard(number, 2)).segments(coverage(wanted)) for number in (1, 2)
    ]
    indices = [{i for s in part for i in range(s.begin, s.end)} for part in parts]
    assert all(i % 2 == number for number in range(2) for i in indices[number])
    assert all(indices)


def test_a_bin_without_a_scenario_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = bins("jobs.op.x_align = GEMM, word", "jobs.op.x_align = GEMM, 3")
    scenario = Targets.scenario
    first = next(i for i, (item, place) in enumerate(STREAM.bins.targets) if (item.name, place) == wanted[0])

    def failing(self: Targets, target: object, index: int, rng: random.Random) -> object:
        if index == first:
            raise UnreachedBin("no")
        return scenario(self, target, index, rng)  # type: ignore[arg-type]

    monkeypatch.setattr(Targets, "scenario", failing)
    found = Closing(ENTRY, 1, DEVICE).segments(coverage(wanted))
    assert [segment.begin for segment in found] == [first + 4]


def test_an_impossible_bin_says_what_to_do() -> None:
    excluded = next(
        (item, int(index))
        for item in DEFINITION.items.values()
        if item.sample == "add"
        for index in np.flatnonzero(DEFINITION.excluded(item))
    )
    with pytest.raises(UnreachedBin, match=r"add\.add_op\.add_format\.add_event = .*exclude it"):
        STREAM.bins.scenario(excluded, 0, random.Random(1))


def test_runs_of_neighbours() -> None:
    assert runs([1, 2, 3, 7, 9, 10]) == [[1, 2, 3], [7], [9, 10]]
    assert runs([]) == []
