# SPDX-License-Identifier: Apache-2.0
"""A device of sizes that are multiples of 8."""

from pathlib import Path

import pytest

from tests.bench.simulation import PlannedTest
from tests.strangers.harness import Stranger

pytestmark = pytest.mark.sim

STRANGER = Stranger(
    "sizes8",
    (PlannedTest("random", "gemm_op", {"m": [1, 24], "n": [1, 24], "k": [1, 24], "op": "GEMM"}, end=20),),
)


def test_sizes_that_it_cannot_do_are_reported(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, bare=True).check_red("memory")


def test_it_passes_what_it_can_do(tmp_path: Path) -> None:
    STRANGER.run(tmp_path).check_green()


def test_a_defect_is_caught(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=1).check_red("memory")
