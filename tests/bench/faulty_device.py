# SPDX-License-Identifier: Apache-2.0
"""Directed tests that run in the simulation of the faulty device; `test_checkers_fire.py` plans them."""

from collections.abc import Sequence
from typing import ClassVar

from cocotb.triggers import RisingEdge

from tb.agents.control.access import Burst, read
from tb.env.env import RedmuleEnv
from tb.env.lookahead import lookahead
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario
from tb.registers.generate import register_map
from tb.sequences.directed import DirectedTest
from tests.bench.faults import CASES, fault_numbers, scenario

FOLLOWING = ("queued", "stalled")
"""Scenarios without a fault that follow the one with it."""
FIRST_INDEX = 1
"""Index of the scenario with the fault, which the checks see only if the deputy is not sure."""

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


async def run_one_of_many(env: RedmuleEnv, one: Scenario) -> None:
    """Run a scenario as if a stream had drawn it: the deputy may find it clean."""
    (drawn,) = lookahead(env.background, lambda _index: one, range(1), env.opinions, random=True)
    await env.driver.drive(drawn)


class FaultyDevice(DirectedTest):
    """Runs the case its name tells, then scenarios without a fault."""

    jobs: ClassVar[int] = 1

    async def run(self, env: RedmuleEnv) -> None:
        """Run the faulty scenario and those behind it."""
        case = _CASES[self.name]
        await select_fault(env, case.fault, case.at)
        if case.in_reset:
            await env.reset()
        await run_one_of_many(env, scenario(case.run, FIRST_INDEX))
        if case.lasts:
            await select_fault(env, "None")
        for index, name in enumerate(FOLLOWING, start=FIRST_INDEX + 1):
            await run_one_of_many(env, scenario(name, index))


class BrokenMaster(DirectedTest):
    """Breaks a rule of the bench, named after it, before or in a scenario; then runs scenarios."""

    async def run(self, env: RedmuleEnv) -> None:
        """Break the rule and run the scenarios."""
        if self.name in ("changed", "retracted"):
            await self._break_request(env)
        elif self.name == "locked":
            # Another core holds the lock: the device refuses the job, and does as it must.
            await env.accesses([read(register_map()["ACQUIRE"].offset, core=7)])
        else:
            assert self.name == "retriggered"
            _trigger_twice(env)
        for index, name in enumerate(("one", *FOLLOWING)):
            await env.run_scenario(scenario(name, index))

    async def _break_request(self, env: RedmuleEnv) -> None:
        """Change a request that waits, or take it back, while the device withholds its grant."""
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


def _trigger_twice(env: RedmuleEnv) -> None:
    """Have the next job triggered once more; the device ignores that, the lock being free again."""
    programmer = env.executor._programmer
    bursts = programmer.bursts

    def twice(jobs: Sequence[Job]) -> list[Burst]:
        programmer.bursts = bursts  # type: ignore[method-assign]
        (burst,) = bursts(jobs)
        return [Burst([*burst.accesses, burst.accesses[-1]])]

    programmer.bursts = twice  # type: ignore[method-assign]


class DeafPort(DirectedTest):
    """Makes an access that is never granted, in the first run of two."""

    jobs: ClassVar[int] = 0

    async def run(self, env: RedmuleEnv) -> None:
        """Read, and expect the second run to come after the first."""
        await select_fault(env, "None" if self.index else "GrantNever")
        await env.accesses([read(register_map()["STATUS"].offset)])
        await env.run_scenario(scenario("one", self.index))


class Flood(DirectedTest):
    """Makes the log of events too small, as a device would that has them without end."""

    async def run(self, env: RedmuleEnv) -> None:
        """Run a scenario with the small log, and one behind it."""
        await select_fault(env, "None")
        shared = env.handle.shared
        capacity, shared.event_capacity = shared.event_capacity, 2
        await env.run_scenario(scenario("three", 0))
        shared.event_capacity = capacity
        await env.run_scenario(scenario("one", 1))


class Overrun(DirectedTest):
    """Makes a log too small for the records of a scenario."""

    async def run(self, env: RedmuleEnv) -> None:
        """Run a scenario with the small log."""
        await select_fault(env, "None")
        capacity = env.handle.shared.beat_capacity
        env.handle.shared.beat_capacity = 5
        try:
            await env.run_scenario(scenario("one", 0))
        finally:
            env.handle.shared.beat_capacity = capacity
