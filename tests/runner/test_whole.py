# SPDX-License-Identifier: Apache-2.0
"""Campaigns of mutants that `make regressions` runs after the tests of a tier."""

from typing import Any

import pytest

from regressions.commands import tier as tier_command
from regressions.errors import NoDefects
from regressions.mutants import defects
from regressions.tiers import load_tiers
from tests.runner.harness import Runner


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
        "nightly": True,
    }


def test_a_night_ends_with_the_mutants_and_fails_with_them(runner: Runner, campaigns: list[Any]) -> None:
    runner.tests(good={"tiers": ["nightly"]})
    assert runner("regressions", "--tier", "nightly", "--seed", "5") == 1
    assert runner.summary("nightly")["totals"]["failed"] == 0
    assert [options.seed for options in campaigns] == [None]


@pytest.mark.parametrize("arguments", [("--tests", "good"), ("--time", "1s"), ("--kind", "xrand")])
def test_a_part_of_a_night_leaves_them_out(
    runner: Runner, campaigns: list[Any], arguments: tuple[str, str]
) -> None:
    runner.tests(good={"tiers": ["nightly"]})
    assert runner("regressions", "--tier", "nightly", *arguments) == 0
    assert not campaigns


def test_a_night_on_a_device_without_defects_is_its_tests(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mutants(*_: Any) -> int:
        raise NoDefects("no defects of device serial")

    monkeypatch.setattr(tier_command, "mutants", mutants)
    runner.tests(good={"tiers": ["nightly"]})
    assert runner("regressions", "--tier", "nightly") == 0
    assert "no mutants: no defects of device serial" in runner.out
    with pytest.raises(NoDefects, match="no defects of device serial"):
        defects.load("serial")
