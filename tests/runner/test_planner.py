# SPDX-License-Identifier: Apache-2.0
"""The plan: budgets, determinism, packing."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from regressions.planner import Planner, Simulation, pack, rounds
from regressions.tiers import DeviceBudget, Tier
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tests.runner.fake import fake_sizes

TIER = Tier("t", cycles=1_000_000, segment=50_000, seed=1, builds={"fast": 3, "xrand": 1})
A = TestEntry("a", "s", weight=3.0)
B = TestEntry("b", "s", weight=1.0)
FIXED = TestEntry("fixed", "s", count=17)


def _planner(*tests: TestEntry, seed: int = 1, tier: Tier = TIER, device: str = "") -> Planner:
    return Planner(tier, seed, tests, 4.0, lambda entry, _: fake_sizes(900 if entry is A else 2100), device)


def _cycles(segments: list[Segment], name: str) -> int:
    return sum(segment.cycles for segment in segments if segment.entry.name == name)


def test_weights_share_the_budget() -> None:
    segments = _planner(A, B, FIXED).segments()
    assert _cycles(segments, "a") == pytest.approx(750_000, rel=0.01)
    assert _cycles(segments, "b") == pytest.approx(250_000, rel=0.02)
    assert [s.end for s in segments if s.entry is FIXED] == [17]


def test_segments_cover_each_test_from_the_first_scenario_without_gaps() -> None:
    segments = [s for s in _planner(A, B).segments() if s.entry is A]
    assert segments[0].begin == 0
    assert all(one.end == two.begin for one, two in pairwise(segments))
    assert all(s.cycles < TIER.segment + 1000 for s in segments)
    assert all(s.jobs == 2 * (s.end - s.begin) for s in segments)


def test_a_seed_gives_the_same_simulations() -> None:
    assert pack(_planner(A, B, FIXED).segments()) == pack(_planner(A, B, FIXED).segments())


def test_a_part_of_the_tests_runs_the_jobs_it_would_run_among_all() -> None:
    everything = _planner(A, B, FIXED).segments()
    assert _planner(B).segments() == [s for s in everything if s.entry is B]


def test_every_build_kind_gets_its_share() -> None:
    tier = replace(TIER, cycles=40_000_000)
    kinds = [s.kind for s in _planner(A, B, tier=tier).segments()]
    assert kinds.count("xrand") / len(kinds) == pytest.approx(0.25, abs=0.05)


def test_only_simulations_of_random_state_have_a_seed_of_it_and_each_its_own() -> None:
    simulations = pack(_planner(A, B, FIXED).segments())
    states = [simulation.state for simulation in simulations if simulation.kind == "xrand"]
    assert len(set(states)) == len(states) > 1
    assert all(0 < state < 2**31 for state in states)
    assert {simulation.state for simulation in simulations if simulation.kind != "xrand"} == {0}
    other = pack(_planner(A, B, FIXED, seed=2).segments())
    assert not {simulation.state for simulation in other if simulation.state} & set(states)


def test_a_part_of_a_segment_starts_from_the_same_random_state() -> None:
    whole = Segment(A, 1, 10, 90, kind="xrand", device="d")
    parts = [replace(whole, end=20), replace(whole, begin=11), replace(whole, device="e")]
    states = [Simulation(0, (each,)).state for each in (whole, *parts)]
    assert states[0] == states[1]
    assert len(set(states)) == 3


def test_simulations_are_of_one_kind_balanced_and_longest_first() -> None:
    segments = _planner(A, B, FIXED).segments()
    simulations = pack(segments)
    loads = [sum(s.cycles for s in simulation.segments) for simulation in simulations]
    assert loads == sorted(loads, reverse=True)
    for simulation in simulations:
        assert len({s.kind for s in simulation.segments}) == 1
    fast = [load for load, simulation in zip(loads, simulations, strict=True) if simulation.kind == "fast"]
    assert len(fast) == 6
    assert max(fast) - min(fast) <= TIER.segment + 1000
    assert [simulation.index for simulation in simulations] == list(range(len(simulations)))


def test_long_runs_are_split_so_that_a_crash_costs_little() -> None:
    tier = replace(TIER, cycles=400_000_000, segment=5_000_000, builds={"fast": 1})
    simulations = pack(_planner(B, tier=tier).segments(1.0))
    assert max(sum(s.cycles for s in simulation.segments) for simulation in simulations) <= 45_000_000


def test_a_soak_draws_part_after_part_and_counts_once() -> None:
    parts = rounds([_planner(A, FIXED)], soak=True)
    first, second, third = next(parts), next(parts), next(parts)
    assert [s.entry.name for s in first].count("fixed") == 1
    assert {s.entry.name for s in second + third} == {"a"}
    drawn = [s for s in first if s.entry is A] + second + third
    assert all(one.end == two.begin for one, two in pairwise(drawn))
    assert list(rounds([_planner(FIXED)], soak=True)) == [[s for s in first if s.entry is FIXED]]


@pytest.mark.parametrize("soak", [False, True])
def test_each_device_gets_its_share_and_simulations_of_its_own(soak: bool) -> None:
    small = TIER.on(DeviceBudget(share=0.1, builds={"waves": 1}))
    planners = [_planner(A, B, FIXED, device="one"), _planner(A, FIXED, tier=small, device="two")]
    drawn = next(rounds(planners, soak))
    one, two = ([s for s in drawn if s.device == device] for device in ("one", "two"))
    assert _cycles(two, "a") == pytest.approx(_cycles(one, "a") / 10, rel=0.1)
    assert {s.kind for s in two} == {"waves"}
    assert [s.end for s in drawn if s.entry is FIXED] == [17, 17]
    for simulation in pack(drawn):
        assert len({(s.device, s.kind) for s in simulation.segments}) == 1
