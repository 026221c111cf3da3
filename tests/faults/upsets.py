# SPDX-License-Identifier: Apache-2.0
"""Upsets under the eyes of the whole bench; `test_bench.py` plans them."""

import json
from pathlib import Path
from typing import Any, ClassVar

import cocotb
import msgspec
from cocotb.handle import ArrayObject, Immediate
from cocotb.triggers import RisingEdge, Timer
from cocotb.utils import get_sim_time
from msgspec import Struct

from tb.env.env import RedmuleEnv
from tb.exchange.scenario import Scenario
from tb.registers.backdoor import signal_at
from tb.sequences.directed import DirectedTest

WANTED, SEEN = Path("upsets.json"), Path("verdicts.jsonl")
"""`WantedUpsets`, and for each verdict a line with checker and status of its findings."""

_CYCLE = 2  # of the bench's clock, in its time unit


class Upset(Struct, frozen=True):
    """An inverted bit."""

    path: str  # of the register below the device
    entry: int  # of an unpacked array
    bit: int
    cycle: int  # after `busy_o` rises


class WantedUpsets(Struct, frozen=True):
    """Scenario, and the upsets in it, one in each run."""

    scenario: Scenario
    upsets: tuple[Upset, ...]


class Upsets(DirectedTest):
    """A job in each run of the test: without a fault in the first, and with one in each behind it."""

    wanted: ClassVar[WantedUpsets]
    register: ClassVar[Any]  # with the last upset
    before: ClassVar[int]  # its value without
    busy: ClassVar[float] = 0.0  # time from the call that runs the scenario until it rises

    async def run(self, env: RedmuleEnv) -> None:
        """Run the job, and invert a bit meanwhile."""
        if not self.index:
            type(self).wanted = msgspec.json.decode(WANTED.read_bytes(), type=WantedUpsets)
        await env.reset()
        began = get_sim_time("ns")
        act = cocotb.start_soon(self._upset(env, began) if self.index else self._measure(env, began))
        verdict = await env.run_scenario(self.wanted.scenario)
        act.cancel()
        if self.index:
            # A register that never changes, such as a rounding mode, may be one that nothing writes.
            type(self).register.set(Immediate(self.before))
        with SEEN.open("a") as file:
            findings = [(finding.checker, finding.status.value) for finding in verdict.findings]
            file.write(json.dumps(findings) + "\n")

    @classmethod
    async def _measure(cls, env: RedmuleEnv, began: float) -> None:
        await RisingEdge(env.dut.busy)
        cls.busy = get_sim_time("ns") - began

    async def _upset(self, env: RedmuleEnv, began: float) -> None:
        upset = self.wanted.upsets[self.index - 1]
        # Half a cycle behind the edge, when nothing else moves.
        await Timer(began + self.busy + _CYCLE * upset.cycle + _CYCLE / 2 - get_sim_time("ns"), "ns")
        handle = signal_at(env.dut.i_dut.i_device, upset.path)
        entry = upset.entry  # by dimension, the last one fastest
        while isinstance(handle, ArrayObject):
            inner = handle[min(handle.range)]
            size = len(inner.range) if isinstance(inner, ArrayObject) else 1
            handle, entry = handle[min(handle.range) + entry // size], entry % size
        type(self).register, type(self).before = handle, int(handle.value)
        handle.set(Immediate(self.before ^ 1 << upset.bit))
