# SPDX-License-Identifier: Apache-2.0
"""Directed test that watches the simulation from the background; `test_watching_thread.py` plans it."""

import json
import time
from pathlib import Path
from typing import ClassVar

import numpy as np

from models.ops import Op
from tb.dpi.bindings import BenchHandle
from tb.env.env import RedmuleEnv
from tb.sequences.directed import DirectedTest
from tb.stimulus.job import GemmJob
from tests.bench.faulty_device import select_fault

NOTES = "cycles.json"
_SECONDS = 10  # after which the thread gives up
ENOUGH = 20


class WatchedFromBackground(DirectedTest):
    """Runs a long job while the thread in the background reads the cycle counter."""

    jobs: ClassVar[int] = 1

    async def run(self, env: RedmuleEnv) -> None:
        """Run the job; the cycles that the thread saw go into a file."""
        await select_fault(env, "None")
        watch = env.background.submit(lambda: watched(env.handle))
        await env.run_job(GemmJob(np.eye(40), np.ones((40, 40)), op=Op.MATMUL))
        Path(NOTES).write_text(json.dumps(watch.result()))


def watched(handle: BenchHandle) -> list[int]:
    """Different cycles seen until there are enough of them, or none came for long."""
    seen = [handle.shared.cycle]
    limit = time.monotonic() + _SECONDS
    while len(seen) < ENOUGH and time.monotonic() < limit:
        cycle = handle.shared.cycle
        if cycle != seen[-1]:
            seen.append(cycle)
    return seen
