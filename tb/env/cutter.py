# SPDX-License-Identifier: Apache-2.0
"""Cuts a running job short and programs the next one right behind (section 7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from cocotb.triggers import RisingEdge, ValueChange

from tb.agents.control.access import Access, Response, write
from tb.agents.control.program import acquired
from tb.agents.control.transfer import ControlError
from tb.dpi.bindings import BenchHandle
from tb.env.programmer import Programmer
from tb.registers.generate import register_map
from tb.scoreboard.aborted import clear_edge
from tb.stimulus.abort import Abort
from tb.stimulus.job import Scenario

_RESET_CYCLES = 3
_BURST = 64  # cycles up to which the clear goes out in the burst that triggered the job, to the cycle
_AHEAD = 8  # cycles before the clear at which Python is woken


def check_acquired(responses: Sequence[Response], position: int) -> None:
    """Raise `ControlError` if the burst that programmed a job did not get a context."""
    if acquired(responses) is None:
        raise ControlError(f"ACQUIRE of job {position} read {responses[0].data:#010x} with a context free")


class Cutter:
    """Soft clears and resets in mid-job.

    Args:
        dut: cocotb handle of `tb_top`.
        handle: The bench instance.
        port: Makes accesses on the register port.
        programmer: Makes the accesses that program jobs.
        forget: Called while the device is in reset.
    """

    def __init__(
        self,
        dut: Any,
        handle: BenchHandle,
        port: Callable[[Sequence[Access]], Awaitable[list[Response]]],
        programmer: Programmer,
        forget: Callable[[], None],
    ) -> None:
        self._dut = dut
        self._handle = handle
        self._port = port
        self._programmer = programmer
        self._forget = forget
        self._wake = ValueChange(dut.wake)

    async def cut(self, scenario: Scenario, abort: Abort) -> int | None:
        """Trigger the first job, cut it, trigger the second.

        Returns:
            The edge of the cut: grant of the clear, or the last edge before the reset; None if the clear was
            not granted.

        Raises:
            ControlError: A job could not be programmed.
        """
        return await (self._clear if abort.kind == "clear" else self._reset)(scenario, abort)

    async def _clear(self, scenario: Scenario, abort: Abort) -> int | None:
        burst = self._programmer.accesses(scenario.jobs[0])
        idle = abort.after
        if idle > _BURST:
            check_acquired(await self._port(burst), 0)
            # As from within the burst, in which no cycle is spent on the way to Python and back.
            target = self._handle.shared.cycle + abort.after - 1
            await self._sleep(target - _AHEAD)
            burst, idle = [], max(0, target - self._handle.shared.cycle)
        clear = write(register_map()["SOFT_CLEAR"].offset, abort.value, abort.core, idle=idle)
        if abort.value == 0:
            self._programmer.reset()
        second = self._programmer.accesses(scenario.jobs[1])
        responses = await self._port([*burst, clear, *second])
        check_acquired(responses[len(burst) + 1 :], 1)
        return clear_edge(self._handle.periph_log())

    async def _reset(self, scenario: Scenario, abort: Abort) -> int:
        check_acquired(await self._port(self._programmer.accesses(scenario.jobs[0])), 0)
        edge = RisingEdge(self._dut.clk)
        target = self._handle.shared.cycle + abort.after
        await self._sleep(target - _AHEAD)
        while self._handle.shared.cycle < target:
            await edge
        cut = int(self._handle.shared.cycle)
        self._dut.rst_n.value = 0
        for _ in range(_RESET_CYCLES):
            await edge
        self._forget()
        self._dut.rst_n.value = 1
        check_acquired(await self._port(self._programmer.accesses(scenario.jobs[1])), 1)
        return cut

    async def _sleep(self, cycle: int) -> None:
        """Sleep until a cycle has passed."""
        shared = self._handle.shared
        if shared.cycle >= cycle:
            return
        shared.alarm_cycle = cycle
        while shared.cycle < cycle:
            await self._wake
