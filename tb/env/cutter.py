# SPDX-License-Identifier: Apache-2.0
"""Cuts a running job short and programs the next one right behind (contract A7.8 to A7.12)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from cocotb.triggers import RisingEdge, ValueChange

from tb.agents.control.access import Access, Burst, Response, write
from tb.agents.control.player import RegisterPortPlayer
from tb.agents.control.transfer import ControlError
from tb.dpi.bindings import BenchHandle
from tb.env.programmer import Programmer
from tb.exchange.scenario import RESET_CYCLES, Abort, Scenario
from tb.registers.generate import register_map
from tb.registers.program import acquired
from tb.scoreboard.aborted import clear_edge

_AHEAD = 8  # cycles before a reset at which Python is woken


def check_acquired(data: int, position: int) -> None:
    """Raise `ControlError` if the value of ACQUIRE says that a job did not get a context."""
    if acquired(data) is None:
        raise ControlError(f"ACQUIRE of job {position} read {data:#010x} with a context free")


class Cutter:
    """Soft clears and resets in mid-job; `forget` is called while the device is in reset."""

    def __init__(
        self,
        dut: Any,
        handle: BenchHandle,
        port: Callable[[Sequence[Access]], Awaitable[list[Response]]],
        player: RegisterPortPlayer,
        programmer: Programmer,
        forget: Callable[[], None],
    ) -> None:
        self._dut = dut
        self._handle = handle
        self._port = port
        self._player = player
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
        # One list, so that the clear comes to the cycle, however soon or late.
        first = self._programmer.accesses(scenario.jobs[0])
        clear = write(register_map()["SOFT_CLEAR"].offset, abort.value, abort.core, idle=abort.after)
        if abort.value == 0:
            self._programmer.reset()
        second = self._programmer.accesses(scenario.jobs[1])
        self._player.start([Burst([*first, clear, *second])])
        await self._player.done()
        (responses,) = self._player.responses()
        check_acquired(responses[0].data, 0)
        check_acquired(responses[len(first) + 1].data, 1)
        return clear_edge(self._handle.periph_log())

    async def _reset(self, scenario: Scenario, abort: Abort) -> int:
        responses = await self._port(self._programmer.accesses(scenario.jobs[0]))
        check_acquired(responses[0].data, 0)
        edge = RisingEdge(self._dut.clk)
        target = self._handle.shared.cycle + abort.after
        await self._sleep(target - _AHEAD)
        while self._handle.shared.cycle < target:
            await edge
        cut = int(self._handle.shared.cycle)
        self._dut.rst_n.value = 0
        for _ in range(RESET_CYCLES):
            await edge
        self._forget()
        self._dut.rst_n.value = 1
        responses = await self._port(self._programmer.accesses(scenario.jobs[1]))
        check_acquired(responses[0].data, 1)
        return cut

    async def _sleep(self, cycle: int) -> None:
        """Sleep until a cycle has passed."""
        shared = self._handle.shared
        if shared.cycle >= cycle:
            return
        shared.alarm_cycle = cycle
        while shared.cycle < cycle:
            await self._wake
