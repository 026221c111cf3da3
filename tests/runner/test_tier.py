# SPDX-License-Identifier: Apache-2.0
"""Behind the tests of a tier run those that close coverage, and campaigns of mutants."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from regressions.commands import tier as tier_command
from regressions.coverage.closing import Closing
from regressions.coverage.measure import Coverage
from regressions.errors import NoDefects
from regressions.mutants import defects
from regressions.planner import Planner, rounds
from regressions.tiers import load_tiers
from tb.coverage import CLOSING
from tb.exchange.plan import Segment
from tb.schema import SchemaError
from tests.runner.harness import Runner


@pytest.fixture
def closing(monkeypatch: pytest.MonkeyPatch) -> list[Coverage]:
    """Make closing take scenarios 3 and 4 of its test; return the coverage that it was told."""
    told: list[Coverage] = []

    def segments(self: Closing, coverage: Coverage) -> list[Segment]:
        told.append(coverage)
        return [Segment(self.entry, self.seed, 3, 5, 4, 100, self.kind, self.device.name)]

    monkeypatch.setattr(Closing, "segments", segments)
    return told


def test_the_closing_test_runs_after_the_others(runner: Runner, closing: list[Coverage]) -> None:
    runner.tests(good={}, last={"sequence": CLOSING})
    assert runner("regressions", "--tier", "smoke") == 0
    assert len(closing) == 1
    rows = {row["name"]: row for row in runner.summary()["tests"]}
    assert rows["last"]["jobs"] == 4
    assert rows["last"]["rerun"].startswith("make run TEST=last:3:5")
    (report,) = (runner.build / "runs").glob("*")
    plans = [json.loads((folder / "plan.json").read_text()) for folder in sorted((report / "sims").glob("*"))]
    assert [test["entry"]["name"] for test in plans[-1]["tests"]] == ["last"]
    assert all(test["entry"]["name"] == "good" for plan in plans[:-1] for test in plan["tests"])


@pytest.mark.usefixtures("closing")
def test_a_closing_test_that_fails_fails_the_run(runner: Runner) -> None:
    runner.tests(good={}, last={"sequence": CLOSING, "knobs": {"behave": "mismatch", "at": 4}})
    assert runner("regressions", "--tier", "smoke") == 1
    assert runner.status("last")[0] == "mismatch"
    assert runner.status("good")[0] == "passed"


def test_a_soak_is_closed_when_its_time_is_over(runner: Runner, closing: list[Coverage]) -> None:
    runner.tests(good={"count": None, "weight": 1.0}, last={"sequence": CLOSING})
    assert runner("regressions", "--tier", "smoke", "--time", "2s") == 0
    assert len(closing) == 1
    rows = {row["name"]: row for row in runner.summary()["tests"]}
    assert rows["last"]["jobs"] == 4
    assert rows["good"]["jobs"] > 4


@pytest.mark.usefixtures("closing")
def test_a_test_that_cannot_be_drawn_on_costs_a_soak_nothing_that_ran(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.tests(good={})

    def twice(planners: list[Planner], soak: bool) -> Iterator[list[Segment]]:
        yield next(rounds(planners, soak))
        raise SchemaError("test good: its constraint: mine.py:3: KeyError: 7")

    monkeypatch.setattr(tier_command, "rounds", twice)
    assert runner("regressions", "--tier", "smoke", "--time", "60s") == 1
    assert "the soak ended early: test good: its constraint: mine.py:3: KeyError: 7" in runner.out
    assert runner.status("good")[0] == "passed"


def test_a_soak_of_chosen_tests_is_not_closed(runner: Runner) -> None:
    runner.tests(good={"count": None, "weight": 1.0}, last={"sequence": CLOSING})
    assert runner("regressions", "--tier", "smoke", "--time", "2s", "--tests", "good") == 0
    assert [row["name"] for row in runner.summary()["tests"]] == ["good"]


@pytest.mark.usefixtures("closing")
def test_the_closing_test_can_run_alone(runner: Runner) -> None:
    runner.tests(last={"sequence": CLOSING})
    assert runner("regressions", "--tier", "smoke") == 0
    assert [row["name"] for row in runner.summary()["tests"]] == ["last"]


@pytest.fixture
def campaigns(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Options of the campaigns that were started; each of them finds a survivor."""
    started: list[Any] = []

    def mutants(options: Any, *_: Any) -> int:
        started.append(options)
        return 1

    monkeypatch.setattr(tier_command, "mutants", mutants)
    return started


def test_the_night_has_mutants_and_the_quick_tiers_have_none() -> None:
    assert {name: tier.mutants for name, tier in load_tiers().items()} == {
        "smoke": False,
        "pr": False,
        "public_ci": False,
        "workloads": False,
        "nightly": True,
    }


def test_a_night_ends_with_the_mutants_and_fails_with_them(runner: Runner, campaigns: list[Any]) -> None:
    runner.tests(good={"tiers": ["nightly"]})
    assert runner("regressions", "--tier", "nightly", "--seed", "5") == 1
    assert runner.summary("nightly")["totals"]["failed"] == 0
    assert [options.seed for options in campaigns] == [None]


@pytest.mark.parametrize("arguments", [("--tests", "good"), ("--time", "1s"), ("--kind", "xrand")])
def test_part_of_a_night_has_none(runner: Runner, campaigns: list[Any], arguments: tuple[str, str]) -> None:
    runner.tests(good={"tiers": ["nightly"]})
    assert runner("regressions", "--tier", "nightly", *arguments) == 0
    assert not campaigns


def test_a_night_without_defects_is_its_tests(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def mutants(*_: Any) -> int:
        raise NoDefects("no defects of device serial")

    monkeypatch.setattr(tier_command, "mutants", mutants)
    runner.tests(good={"tiers": ["nightly"]})
    assert runner("regressions", "--tier", "nightly") == 0
    assert "no mutants: no defects of device serial" in runner.out
    with pytest.raises(NoDefects, match="no defects of device serial"):
        defects.load("serial")
