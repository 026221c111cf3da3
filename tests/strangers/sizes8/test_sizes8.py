# SPDX-License-Identifier: Apache-2.0
"""A device of sizes that are multiples of 8."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from models.ops import Op
from tb.env.env import RedmuleEnv
from tb.sequences.directed import DirectedTest
from tb.stimulus.job import GemmJob
from tests.bench.simulation import PlannedTest
from tests.strangers.harness import Outcome, Stranger

pytestmark = pytest.mark.sim

STRANGER = Stranger(
    "sizes8",
    (
        PlannedTest("random", "gemm_op", {"max_macs": 4096}, end=40),
        PlannedTest("directed", "tests/strangers/sizes8/test_sizes8.py:Sizes"),
    ),
)


class Sizes(DirectedTest):
    """Jobs of which the device can run the second alone; what stands behind the last one it never sees."""

    jobs: ClassVar[int] = 4

    async def run(self, env: RedmuleEnv) -> None:
        """Run a job of each size."""
        for index, size in enumerate((7, 8)):
            job = GemmJob(np.ones((size, 8)), np.ones((8, 8)), op=Op.MATMUL)
            await env.run_scenario(job.scenario(index))
        for columns in (9, 8):
            await env.run_job(GemmJob(np.ones((8, 8)), np.ones((8, columns)), op=Op.MATMUL))


def test_sizes_that_it_cannot_do_are_reported(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, bare=True).check_red("memory", "too_fast", "unwritten")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return STRANGER.run(tmp_path_factory.mktemp("sizes8"))


def test_it_passes_what_it_can_do(outcome: Outcome) -> None:
    outcome.check_green()
    sizes = {job[name] for job in outcome.tests["random"].jobs for name in "MNK"}
    assert sizes >= {8, 16, 24}
    assert {size % 8 for size in sizes} == {0}


def test_what_it_cannot_do_is_left_out_and_told(outcome: Outcome) -> None:
    end = outcome.tests["directed"].end
    assert (end["jobs"], end["without"]) == (1, 3)
    assert end["left_out"] == {
        "sizes8: M has to be at least 8": 1,
        "sizes8: K has to be a multiple of 8": 1,
    }


def test_a_defect_is_caught(tmp_path: Path) -> None:
    STRANGER.run(tmp_path, mutant=1).check_red("memory")
