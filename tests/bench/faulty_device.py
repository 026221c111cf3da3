# SPDX-License-Identifier: Apache-2.0
"""Directed tests that run in the simulation of the faulty device; `test_checkers_fire.py` plans them."""

from __future__ import annotations

from typing import ClassVar

from cocotb.triggers import RisingEdge

from tb.env.env import RedmuleEnv
from tb.tests.directed import DirectedTest
from tests.bench.faults import CASES, fault_numbers, scenario

FOLLOWING = ("queued", "stalled")
"""Scenarios without a fault that follow the one with it."""

_CASES = {case.name: case for case in CASES}
_NUMBERS = fault_numbers()


async def select_fault(env: RedmuleEnv, fault: str, at: int = 0) -> None:
    """Arm a fault; it acts on its chance number `at`."""
    device = env.dut.i_dut.i_device
    device.fault_select.value = _NUMBERS["None"]
    device.fault_at.value = at
    for _ in range(2):  # a cycle without a fault makes the device forget its chances
        await RisingEdge(env.dut.clk)
    device.fault_select.value = _NUMBERS[fault]
    await RisingEdge(env.dut.clk)


class FaultyDevice(DirectedTest):
    """Runs the case its name tells, then scenarios without a fault."""

    jobs: ClassVar[int] = 1

    async def run(self, env: RedmuleEnv) -> None:
        """See the class."""
        case = _CASES[self.name]
        await select_fault(env, case.fault, case.at)
        if case.in_reset:
            await env.reset()
        await env.run_scenario(scenario(case.run, 0))
        if case.lasts:
            await select_fault(env, "None")
        for index, name in enumerate(FOLLOWING, start=1):
            await env.run_scenario(scenario(name, index))


class BrokenMaster(DirectedTest):
    """Breaks the rules that bind the bench's own requests, while the device withholds its grant."""

    async def run(self, env: RedmuleEnv) -> None:
        """Change a waiting request (test `changed`), or take it back (`retracted`); then run scenarios."""
        dut, edge = env.dut, RisingEdge(env.dut.clk)
        await select_fault(env, "GrantNever")
        dut.periph_req.value = 1
        await edge
        if self.name == "changed":
            dut.periph_add.value = 0x48
            await edge
            await edge
            dut.rst_n.value = 0  # a reset ends the request without a rule broken
            await edge
        dut.periph_req.value = 0
        await edge
        dut.rst_n.value = 1
        await select_fault(env, "None")
        for index, name in enumerate(FOLLOWING):
            await env.run_scenario(scenario(name, index))


class Overrun(DirectedTest):
    """Makes a log too small for what happens."""

    async def run(self, env: RedmuleEnv) -> None:
        """See the class."""
        await select_fault(env, "None")
        capacity = env.handle.shared.beat_capacity
        env.handle.shared.beat_capacity = 5
        try:
            await env.run_scenario(scenario("one", 0))
        finally:
            env.handle.shared.beat_capacity = capacity
