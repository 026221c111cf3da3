# SPDX-License-Identifier: Apache-2.0
"""A device that reads and writes full tiles."""

from pathlib import Path

import pytest

from tests.bench.simulation import PlannedTest
from tests.strangers.harness import Stranger

pytestmark = pytest.mark.sim

STRANGER = Stranger(
    "fulltile", (PlannedTest("random", "gemm_op", {"max_macs": 1024, "z_overlap": 0.1}, end=40),)
)


def test_bytes_behind_z_are_reported(tmp_path: Path) -> None:
    fired = STRANGER.run(tmp_path, bare=True).fired
    assert {"memory", "rule 5", "rule 6"} <= set(fired)


def test_it_passes_with_its_tiles(tmp_path: Path) -> None:
    STRANGER.run(tmp_path).check_green()


def test_wrong_results_are_caught(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=1).check_red("memory")


def test_a_byte_behind_the_tile_is_caught(tmp_path: Path) -> None:
    assert {"memory", "rule 6"} <= set(STRANGER.run(tmp_path, mutant=2).fired)
