# SPDX-License-Identifier: Apache-2.0
"""Cuts a running job short and programs the next one right behind (contract A7.8 to A7.12)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from cocotb.triggers import RisingEdge, ValueChange

from tb.agents.control.access import Access, Burst, Response
from tb.agents.control.player import RegisterPortPlayer, first_read
from tb.dpi.bindings import BenchHandle
from tb.env.programmer import Programmer
from tb.exchange.scenario import RESET_CYCLES, Abort, Scenario
from tb.registers.map import RegisterMap
from tb.scoreboard.aborted import clear_edge

_AHEAD = 8  # cycles before a reset at which Python is woken


class Cutter:
    """Soft clears and resets in mid-job; `forget` is called while the device is in reset."""

    def __init__(
        self,
        dut: Any,
        handle: BenchHandle,
        port: Callable[[Sequence[Access]], Awaitable[list[Response]]],
        player: RegisterPortPlayer,
        registers: RegisterMap,
        programmer: Programmer,
        forget: Callable[[], None],
    ) -> None:
        self._dut = dut
        self._handle = handle
        self._port = port
        self._player = player
        self._registers = registers
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
        clear = self._programmer.clear(abort.core, abort.value, idle=abort.after)
        second = self._programmer.accesses(scenario.jobs[1])
        self._player.start([Burst([*first, clear, *second])])
        await self._player.done()
        (responses,) = self._player.responses()
        self._check_acquired(first, responses, 0)
        self._check_acquired(second, responses[len(first) + 1 :], 1)
        return clear_edge(self._handle.periph_log(), self._registers)

    async def _reset(self, scenario: Scenario, abort: Abort) -> int:
        await self._program(scenario, 0)
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
        for _ in range(self._registers.rules.after_reset):
            await edge
        await self._program(scenario, 1)
        return cut

    async def _program(self, scenario: Scenario, position: int) -> None:
        accesses = self._programmer.accesses(scenario.jobs[position])
        self._check_acquired(accesses, await self._port(accesses), position)

    def _check_acquired(
        self, accesses: Sequence[Access], responses: Sequence[Response], position: int
    ) -> None:
        for place in first_read(accesses):
            self._programmer.check_acquired(responses[place].data, position)

    async def _sleep(self, cycle: int) -> None:
        """Sleep until a cycle has passed."""
        shared = self._handle.shared
        if shared.cycle >= cycle:
            return
        shared.alarm_cycle = cycle
        while shared.cycle < cycle:
            await self._wake
