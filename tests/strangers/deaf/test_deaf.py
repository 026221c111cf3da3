# SPDX-License-Identifier: Apache-2.0
"""A device that hears nothing for some cycles after a reset or a clear, and wants one register last."""

from pathlib import Path

import pytest

from tests.bench.simulation import PlannedTest, simulate
from tests.strangers.harness import HERE, Outcome, Stranger

pytestmark = pytest.mark.sim

SIZES = {"m": [1, 6], "n": [1, 6], "k": [1, 6]}
STRANGER = Stranger(
    "deaf",
    (
        PlannedTest("random", "gemm_op", SIZES, end=6),
        PlannedTest("reset", "gemm_op", SIZES | {"abort": "reset"}, end=6),
        PlannedTest("cleared", "gemm_op", SIZES | {"abort": "clear"}, end=6),
        PlannedTest("bits", "tb/uvm_tests/register_accesses.py:BitBashSequence"),
    ),
)


def test_accesses_that_it_did_not_hear_are_reported(tmp_path: Path) -> None:
    bare = STRANGER.run(tmp_path, bare=True)
    assert bare.fired["watchdog"] > 0
    assert bare.tests["reset"].end["status"] != "passed"


@pytest.mark.parametrize(
    ("said", "less", "checkers"),
    [
        ("after_clear = 12", "after_clear = 2", {"register", "register_port"}),
        ('last = "operation"', 'last = "x"', {"memory"}),
    ],
)
def test_each_rule_is_needed(said: str, less: str, checkers: set[str], tmp_path: Path) -> None:
    text = (HERE / "deaf" / "deaf.toml").read_text()
    assert said in text
    path = tmp_path / "less.toml"
    path.write_text(text.replace(said, less).replace("..", str(HERE)))
    assert checkers & set(Outcome(*simulate(tmp_path, STRANGER.tests, device=str(path))).fired)


def test_it_passes_when_it_is_waited_for(tmp_path: Path) -> None:
    STRANGER.run(tmp_path).check_green()


def test_a_wrong_element_is_caught(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=1).check_red("memory", "abort")


def test_one_that_is_deaf_for_longer_is_caught(tmp_path: Path) -> None:
    assert STRANGER.run(tmp_path, mutant=3).fired["watchdog"] > 0
