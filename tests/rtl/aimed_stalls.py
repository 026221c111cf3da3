# SPDX-License-Identifier: Apache-2.0
"""Directed test of a job with and without stalls of one operand; `test_redmule_causes.py` plans it."""

from typing import ClassVar

from msgspec.structs import replace

from models.ops import Op
from tb.env.env import RedmuleEnv
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario, StallSpec, Window
from tb.sequences.directed import DirectedTest

RATE = 0.9
_BASE = 0x1000_0000

# M, N, K by what the stalls aim at, and the cause that they raise. Tiles of few steps leave the port no slack
# for X, Y and Z, but have little of W.
CASES = {
    "on_x": ((60, 4, 80), "WAIT_X"),
    "on_w": ((48, 64, 48), "WAIT_W"),
    "on_y": ((60, 4, 80), "WAIT_Y"),
    "on_z": ((60, 4, 80), "Z_BLOCK"),
}


class AimedStalls(DirectedTest):
    """The same job twice; the name of the test is the kind of stalls the second time."""

    jobs: ClassVar[int] = 2

    async def run(self, env: RedmuleEnv) -> None:
        """Run a job without stalls and with those aimed at one operand."""
        (m, n, k), _ = CASES[self.name]
        job = Job(Op.GEMM, m, n, k, _BASE, _BASE + 0x4000, _BASE + 0x8000, data_seed=self.seed)
        free = Scenario(0, (job,), Window(_BASE, 0x10000))
        await env.run_scenario(free)
        await env.run_scenario(replace(free, index=1, stall=StallSpec(self.name, RATE, seed=self.seed)))
