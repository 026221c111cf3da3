# SPDX-License-Identifier: Apache-2.0
"""The jobs that close code coverage, and when a run is held to its goals."""

from functools import cache

import pytest
from msgspec.structs import replace

from regressions import testlist
from regressions.code_coverage.exclusions import Rules
from regressions.code_coverage.jobs import closing
from regressions.commands import code_coverage as command
from regressions.commands import tier as tier_command
from regressions.planner import COVERAGE, Simulation
from regressions.run import Run
from regressions.services import real_services
from regressions.simulators.points import Kind
from regressions.testlist import LISTS
from regressions.tiers import load_tiers
from tb.descriptor import load
from tests.runner.harness import Runner

TIERS = load_tiers()


@cache
def simulations() -> list[Simulation]:
    """Those that close the array's coverage."""
    return closing(testlist.load([LISTS], TIERS), real_services(1), load("redmule"))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Runs that were asked for, in place of being performed."""
    asked: list[Run] = []
    for module in (command, tier_command):
        monkeypatch.setattr(module, "perform", lambda run, *_: asked.append(run) or 0)
    return asked


def test_the_list_is_of_tests_that_exist_each_in_a_simulation_of_its_own() -> None:
    found = simulations()
    assert [simulation.index for simulation in found] == list(range(len(found)))
    names = [{segment.entry.name for segment in simulation.segments} for simulation in found]
    assert all(len(name) == 1 for name in names)
    assert len({min(name) for name in names}) == len(names)
    assert {simulation.kind for simulation in found} == {COVERAGE}
    assert {segment.seed for simulation in found for segment in simulation.segments} == {1}


def test_only_a_night_closes_coverage() -> None:
    assert [name for name, tier in TIERS.items() if tier.coverage] == ["nightly"]


@pytest.mark.parametrize(
    ("arguments", "closes", "held"),
    [
        ((), True, True),
        (("--time=1s",), True, True),
        (("--tests=good",), False, False),
        (("--kind=xrand",), False, False),
        (("--shard=1/2",), True, False),
        (("--shard=2/2",), True, False),
    ],
)
def test_a_whole_tier_is_held_to_the_goals(
    runner: Runner,
    runs: list[Run],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    closes: bool,
    held: bool,
) -> None:
    asked: list[object] = []
    closing_tiers = {"smoke": replace(TIERS["smoke"], coverage=True)}
    monkeypatch.setattr("regressions.tiers.load_tiers", lambda _: closing_tiers)
    monkeypatch.setattr(tier_command, "load_rules", lambda _: Rules({Kind.LINE: 100.0}))
    monkeypatch.setattr(tier_command, "closing", lambda *arguments: asked.append(arguments) or [])
    runner.tests(good={})
    assert runner("regressions", "--tier=smoke", "--seed=1", *arguments) == 0
    (run,) = runs
    assert (bool(asked), run.goals) == (closes, held)


def test_the_command_is_held_to_the_goals_of_its_device(
    runner: Runner, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "closing", lambda *_, **__: simulations()[-1:])
    runner.tests(good={})
    assert runner("coverage") == 0
    monkeypatch.setattr(command, "load_rules", lambda _: Rules({Kind.LINE: 100.0}))
    assert runner("coverage") == 0
    assert [(run.goals, run.complete) for run in runs] == [(False, True), (True, True)]
