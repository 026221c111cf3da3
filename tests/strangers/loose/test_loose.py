# SPDX-License-Identifier: Apache-2.0
"""A device with many deviations: each is reported without its trait, and with all no more is allowed."""

from pathlib import Path

import pytest

from tests.bench.simulation import PlannedTest, simulate
from tests.strangers.harness import HERE, Outcome, Stranger

pytestmark = pytest.mark.sim

NUMBERS = {
    **{"classes": ["special", "signed_zero"], "op": ["ADDMAX", "MULMIN", "MAXMIN", "MINMAX"], "fmt": "FP16"},
    **{"m": [2, 8], "n": [2, 8], "k": [2, 8], "corners": 0, "stall": "none", "jobs": 1},
}
STRANGER = Stranger(
    "loose",
    (
        PlannedTest("random", "gemm_op", {"max_macs": 1024}, end=40),
        PlannedTest("numbers", "gemm_op", NUMBERS, end=12),
    ),
)

WITHOUT = {
    "k = { most = 31 }": ("k = { most = 65535 }", {"memory", "too_fast", "unwritten"}),
    "x = { alignment = 4": ("x = { alignment = 1", {"memory"}),
    "alignment = 4, row_alignment = 4": ("alignment = 4, row_alignment = 1", {"memory"}),
    "w = { alignment = 8": ("w = { alignment = 1", {"memory"}),
    "z = { row_alignment = 4 }": ("z = { row_alignment = 1 }", {"memory", "too_fast", "unwritten"}),
    "read_rows = 8": ("read_rows = 1", {"rule 5"}),
    "read_columns = 64": ("read_columns = 1", {"rule 5"}),
    "read_before = 31": ("read_before = 3", {"rule 5"}),
    "read_beyond = 32": ("read_beyond = 0", {"rule 5"}),
    'read_enables = "any"': ('read_enables = "ones"', {"rule 4"}),
    'write_answers = ["always"]': ('write_answers = ["never"]', {"watchdog"}),
    "rise_early = 3": ("rise_early = 2", {"busy"}),
    "rise_late = 4": ("rise_late = 3", {"busy"}),
    "fall_early = 3": ("fall_early = 2", {"busy"}),
    'nan = "any"\nmin': ('nan = "canonical"\nmin', {"memory"}),
    'minmax_nan = "second"': ('minmax_nan = "number"', {"memory"}),
    'minmax_zeros = "any"': ('minmax_zeros = "ordered"', {"memory"}),
}
"""A trait as its descriptor has it, the same without or with less, and the checkers that find it then."""


def test_nothing_of_it_is_known(tmp_path: Path) -> None:
    fired = STRANGER.run(tmp_path, bare=True).fired
    assert {"memory", "busy", "rule 4", "rule 5", "watchdog"} <= set(fired)


def test_it_passes_with_its_traits(tmp_path: Path) -> None:
    STRANGER.run(tmp_path).check_green()


@pytest.mark.parametrize("said", WITHOUT)
def test_each_deviation_is_reported_without_its_trait(said: str, tmp_path: Path) -> None:
    less, checkers = WITHOUT[said]
    text = (HERE / "loose" / "loose.toml").read_text()
    assert text.count(said) == 1
    path = tmp_path / "less.toml"
    traits = text[text.index("[traits]") : text.index("# Each write")].replace(said, less)
    path.write_text(f'base = "{HERE / "loose" / "loose.toml"}"\n{traits}')
    Outcome(*simulate(tmp_path, STRANGER.tests, device=str(path))).check_red(*checkers)


@pytest.mark.parametrize(
    ("mutant", "checker"),
    [(1, "memory"), (2, "busy"), (3, "busy"), (4, "busy"), (5, "rule 5"), (6, "memory")],
)
def test_what_goes_beyond_its_traits_is_caught(mutant: int, checker: str, tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=mutant).check_red(checker)
