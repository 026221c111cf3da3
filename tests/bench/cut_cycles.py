# SPDX-License-Identifier: Apache-2.0
"""Directed test that cuts a job at many cycles and notes where; `test_cut_cycles.py` plans it."""

import json
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace

from tb.env.env import RedmuleEnv
from tb.exchange.scenario import Abort, Scenario
from tb.registers.generate import register_map
from tb.scoreboard.spans import trigger_edges
from tb.sequences.directed import DirectedTest
from tests.bench.faults import scenario
from tests.bench.faulty_device import select_fault

CUTS = range(120)
NOTES = "cuts.json"


class CutCycles(DirectedTest):
    """Cuts the same job 0, 1, 2 .. cycles after its trigger; the test's name says how."""

    jobs: ClassVar[int] = 2 * len(CUTS)

    async def run(self, env: RedmuleEnv) -> None:
        """Cut the jobs; the distances of the cuts from the triggers go into a file."""
        await select_fault(env, "None")
        cutter = env.executor._cutter
        cut, distances = cutter.cut, []

        async def noted(whole: Scenario, abort: Abort) -> tuple[int, ...]:
            edges = await cut(whole, abort)
            distances.append(edges[0] - trigger_edges(env.handle.periph_log(), register_map())[0])
            return edges

        cutter.cut = noted  # type: ignore[method-assign]
        for index, after in enumerate(CUTS):
            await env.run_scenario(replace(scenario(self.name, index), abort=Abort(self.name, after)))
        Path(f"{self.name}-{NOTES}").write_text(json.dumps(distances))
