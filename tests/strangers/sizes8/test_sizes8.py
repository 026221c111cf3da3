# SPDX-License-Identifier: Apache-2.0
"""A device of sizes that are multiples of 8."""

from pathlib import Path

import pytest

from tests.bench.simulation import PlannedTest
from tests.strangers.harness import Stranger

pytestmark = pytest.mark.sim

STRANGER = Stranger("sizes8", (PlannedTest("random", "gemm_op", {"max_macs": 4096}, end=40),))


def test_sizes_that_it_cannot_do_are_reported(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, bare=True).check_red("memory", "too_fast")


def test_it_passes_what_it_can_do(tmp_path: Path) -> None:
    outcome = STRANGER.run(tmp_path)
    outcome.check_green()
    sizes = {job[name] for job in outcome.tests["random"].jobs for name in "MNK"}
    assert sizes >= {8, 16, 24}
    assert {size % 8 for size in sizes} == {0}


def test_a_defect_is_caught(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=1).check_red("memory")
