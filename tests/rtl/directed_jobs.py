# SPDX-License-Identifier: Apache-2.0
"""Directed tests that `test_redmule_causes.py` plans: jobs that note when each waited; aimed stalls."""

import json
from pathlib import Path
from typing import Any, ClassVar

from msgspec.structs import replace

from models.ops import Op
from tb.env.env import RedmuleEnv
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario, StallSpec, Window
from tb.registers.generate import register_map
from tb.scoreboard.spans import trigger_edges
from tb.scoreboard.verdict import Verdict
from tb.sequences.directed import DirectedTest
from tb.stimulus.stream import ScenarioStream

_ALONE = {"jobs": 1, "corners": 0, "chain": 0.0}
_STALLS = {"stall": ["random", "burst", "blackout", "on_x", "on_w", "on_y", "on_z"], "stall_rate": [0.2, 0.9]}
KNOBS: dict[str, dict[str, Any]] = {
    "any_size": {"stall": "none", "m": [0, 40], "n": [0, 40], "k": [0, 60]},
    "few_steps": {"stall": "none", "m": [12, 60], "n": [1, 12], "k": [16, 80]},
    "narrow": {"stall": "none", "m": [12, 40], "n": [16, 80], "k": [1, 8]},
    "copies": {"stall": "none", "m": [1, 60], "n": 0, "k": [1, 80]},
    "stalled": {"m": [0, 40], "n": [0, 40], "k": [0, 60], **_STALLS},
    "stalled_few_steps": {"m": [12, 60], "n": [1, 8], "k": [16, 80], **_STALLS},
}
"""Knobs of the jobs of each test."""
WIDE_ROWS: dict[str, dict[str, Any]] = {
    "wide_rows": {"stall": "none", "m": [1, 30], "n": [0, 60], "k": [17, 80]},
    "wide_rows_stalled": {"m": [1, 30], "n": [0, 60], "k": [17, 80], **_STALLS},
    "wide_rows_few_steps": {"m": [1, 60], "n": [1, 12], "k": [32, 120], **_STALLS},
}
"""The same for devices on which a row of a tile may be several beats."""

COUNT = 60
NOTES = "waiting.json"


class NotedJobs(DirectedTest):
    """Runs jobs drawn with the knobs of the test's name; the cycles in which each waited go into a file."""

    jobs: ClassVar[int] = COUNT

    async def run(self, env: RedmuleEnv) -> None:
        """Run the jobs and note their waiting cycles."""
        knobs = _ALONE | (KNOBS | WIDE_ROWS)[self.name]
        stream = ScenarioStream(self.name, self.seed, knobs, env.descriptor)
        waiting: list[list[int]] = []
        check = env.scoreboard.check

        def noted(scenario: Scenario, *arguments: Any, **options: Any) -> Verdict:
            (trigger,) = trigger_edges(env.handle.periph_log(), register_map())
            log = env.handle.beat_log()
            waiting.append((log["cycle"][log["flags"] & 1 == 0].astype(int) - trigger).tolist())
            return check(scenario, *arguments, **options)

        env.scoreboard.check = noted  # type: ignore[method-assign]
        for index in range(COUNT):
            await env.run_scenario(stream.scenario(index))
        Path(f"{self.name}-{NOTES}").write_text(json.dumps(waiting))


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
