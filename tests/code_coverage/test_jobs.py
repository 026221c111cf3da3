# SPDX-License-Identifier: Apache-2.0
"""The jobs that close code coverage, and when a run is held to its goals."""

import pytest
from msgspec.structs import replace

from regressions import testlist
from regressions.code_coverage.exclusions import Rules
from regressions.code_coverage.jobs import closing
from regressions.commands import code_coverage as command
from regressions.commands import tier as tier_command
from regressions.planner import COVERAGE
from regressions.run import Run
from regressions.services import real_services
from regressions.simulators.points import Kind
from regressions.testlist import LISTS
from regressions.tiers import load_tiers
from tb.descriptor import load
from tests.runner.conftest import runner
from tests.runner.harness import Runner

__all__ = ["runner"]

TIERS = load_tiers()


def test_the_list_is_of_tests_that_exist_each_in_a_simulation_of_its_own() -> None:
    entries = testlist.load([LISTS], TIERS)
    simulations = closing(entries, real_services(), load("redmule"))
    assert [simulation.index for simulation in simulations] == list(range(len(simulations)))
    names = [{segment.entry.name for segment in simulation.segments} for simulation in simulations]
    assert all(len(name) == 1 for name in names)
    assert len({min(name) for name in names}) == len(names)
    assert {simulation.kind for simulation in simulations} == {COVERAGE}
    assert {segment.seed for simulation in simulations for segment in simulation.segments} == {1}


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
    runner: Runner, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], closes: bool, held: bool
) -> None:
    runs: list[Run] = []
    asked: list[object] = []

    def noted(_entries: object, _services: object, device: object) -> list[object]:
        asked.append(device)
        return []

    def performed(run: Run, *_: object) -> int:
        runs.append(run)
        return 0

    closing_tiers = {"smoke": replace(TIERS["smoke"], coverage=True)}
    monkeypatch.setattr("regressions.tiers.load_tiers", lambda _: closing_tiers)
    monkeypatch.setattr(tier_command, "load_rules", lambda _: Rules({Kind.LINE: 100.0}))
    monkeypatch.setattr(tier_command, "closing", noted)
    monkeypatch.setattr(tier_command, "perform", performed)
    runner.tests(good={})
    assert runner("regressions", "--tier=smoke", "--seed=1", *arguments) == 0
    (run,) = runs
    assert (bool(asked), run.goals) == (closes, held)


def test_the_command_is_held_to_the_goals_of_its_device(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[Run] = []

    def performed(run: Run, *_: object) -> int:
        runs.append(run)
        return 0

    simulation = closing(testlist.load([LISTS], TIERS), real_services(), load("redmule"))[-1]
    monkeypatch.setattr(command, "perform", performed)
    monkeypatch.setattr(command, "closing", lambda *_, **__: [simulation])
    runner.tests(good={})
    assert runner("coverage") == 0
    monkeypatch.setattr(command, "load_rules", lambda _: Rules({Kind.LINE: 100.0}))
    assert runner("coverage") == 0
    assert [(run.goals, run.complete) for run in runs] == [(False, True), (True, True)]
