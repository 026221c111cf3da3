# SPDX-License-Identifier: Apache-2.0
"""A device whose padding of N shows in the result."""

from pathlib import Path

import pytest

from tests.bench.simulation import PlannedTest
from tests.strangers.harness import Stranger

pytestmark = pytest.mark.sim

STRANGER = Stranger("padded", (PlannedTest("random", "gemm_op", {"max_macs": 1024}, end=40),))


def test_steps_beyond_n_are_reported(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, bare=True).check_red("memory")


def test_it_passes_with_its_padding(tmp_path: Path) -> None:
    STRANGER.run(tmp_path).check_green()


@pytest.mark.parametrize("mutant", [1, 2], ids=["a flipped bit", "padding with ones"])
def test_wrong_results_are_caught(mutant: int, tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=mutant).check_red("memory")
