# SPDX-License-Identifier: Apache-2.0
"""Upsets under the eyes of the whole bench; `test_bench.py` plans them."""

import json
from pathlib import Path
from typing import ClassVar

import cocotb
from cocotb.handle import Immediate
from cocotb.triggers import RisingEdge, Timer
from cocotb.utils import get_sim_time

from tb.env.env import RedmuleEnv
from tb.sequences.directed import DirectedTest
from tests.faults.small import SCENARIO

WANTED, SEEN = Path("upsets.json"), Path("verdicts.jsonl")
"""Faults as lists of register, bit and cycle after `busy_o` rises, and a line for each verdict."""

_CYCLE = 2  # of the bench's clock, in its time unit


class Upsets(DirectedTest):
    """A job in each run of the test: without a fault in the first, and with one in each behind it."""

    busy: ClassVar[float] = 0.0  # time from the call that runs the scenario until it rises

    async def run(self, env: RedmuleEnv) -> None:
        """Run the job, and invert a bit meanwhile."""
        await env.reset()
        began = get_sim_time("ns")
        act = cocotb.start_soon(self._upset(env, began) if self.index else self._measure(env, began))
        verdict = await env.run_scenario(SCENARIO)
        act.cancel()
        with SEEN.open("a") as file:
            statuses = sorted({finding.status.value for finding in verdict.findings})
            file.write(json.dumps({"index": self.index, "statuses": statuses}) + "\n")

    @classmethod
    async def _measure(cls, env: RedmuleEnv, began: float) -> None:
        await RisingEdge(env.dut.busy)
        cls.busy = get_sim_time("ns") - began

    async def _upset(self, env: RedmuleEnv, began: float) -> None:
        register, bit, cycle = json.loads(WANTED.read_text())[self.index - 1]
        # Half a cycle behind the edge, when nothing else moves.
        await Timer(began + self.busy + _CYCLE * cycle + _CYCLE / 2 - get_sim_time("ns"), "ns")
        handle = env.dut.i_dut.i_device
        for name in env.descriptor.backdoor[register].split("."):
            handle = getattr(handle, name)
        handle.set(Immediate(int(handle.value) ^ 1 << bit))
