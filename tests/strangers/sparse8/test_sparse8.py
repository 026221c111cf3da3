# SPDX-License-Identifier: Apache-2.0
"""A device whose FP8 elements are two bytes apart."""

from pathlib import Path

import pytest

from tests.bench.simulation import PlannedTest
from tests.strangers.harness import Stranger

pytestmark = pytest.mark.sim

STRANGER = Stranger("sparse8", (PlannedTest("random", "gemm_op", {"max_macs": 1024}, end=40),))


def test_the_layout_is_reported(tmp_path: Path) -> None:
    fired = STRANGER.run(tmp_path, bare=True).fired
    assert {"memory", "rule 6"} <= set(fired)


def test_it_passes_with_its_layout(tmp_path: Path) -> None:
    STRANGER.run(tmp_path).check_green()


@pytest.mark.parametrize("mutant", [1, 2], ids=["a flipped bit", "the wrong byte read"])
def test_wrong_results_are_caught(mutant: int, tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=mutant).check_red("memory")
