# SPDX-License-Identifier: Apache-2.0
"""Cuts jobs short and programs the next one right behind (contract A7.7 to A7.12)."""

from collections.abc import Callable, Sequence
from typing import Any

from cocotb.triggers import RisingEdge, ValueChange

from tb.agents.control.access import Access, Burst, Response
from tb.agents.control.player import RegisterPortPlayer, first_read
from tb.dpi.bindings import BenchHandle
from tb.env.programmer import Programmer
from tb.exchange.scenario import RESET_CYCLES, Abort, Scenario
from tb.registers.map import RegisterMap
from tb.scoreboard.aborted import clear_edges

_List = tuple[Sequence[Access], int | None]
_AHEAD = 8  # cycles before a reset at which Python is woken


class Cutter:
    """Soft clears and resets in mid-job; `forget` is called while the device is in reset."""

    def __init__(
        self,
        dut: Any,
        handle: BenchHandle,
        player: RegisterPortPlayer,
        registers: RegisterMap,
        programmer: Programmer,
        forget: Callable[[], None],
    ) -> None:
        self._dut = dut
        self._handle = handle
        self._player = player
        self._registers = registers
        self._programmer = programmer
        self._forget = forget
        self._wake = ValueChange(dut.wake)

    async def cut(self, scenario: Scenario, abort: Abort) -> tuple[int, ...]:
        """Trigger all jobs but the last, cut them, trigger the last.

        Returns:
            The edges of the cuts: grant of a clear, or the last edge before a reset; fewer than there are
            cuts if a clear was not granted.

        Raises:
            ControlError: A job could not be programmed.
        """
        last = len(scenario.jobs) - 1
        lists: list[_List] = [
            (self._programmer.accesses(job), place) for place, job in enumerate(scenario.jobs[:-1])
        ]
        resets = []
        for cut in abort.cuts:
            if cut.kind == "clear":
                lists.append(([self._programmer.clear(cut.core, cut.value, idle=cut.after)], None))
            else:
                await self._play(lists)
                resets.append(await self._reset(cut.after))
                lists = []
        await self._play([*lists, (self._programmer.accesses(scenario.jobs[last]), last)])
        return tuple(sorted([*resets, *clear_edges(self._handle.periph_log(), self._registers)]))

    async def _play(self, lists: Sequence[_List]) -> None:
        """Make accesses to the cycle, as one list of the player; those of a job come with its position."""
        if not lists:
            return
        self._player.start([Burst([access for accesses, _ in lists for access in accesses])])
        await self._player.done()
        (responses,) = self._player.responses()
        for accesses, position in lists:
            if position is not None:
                self._check_acquired(accesses, responses, position)
            responses = responses[len(accesses) :]

    async def _reset(self, after: int) -> int:
        edge = RisingEdge(self._dut.clk)
        target = self._handle.shared.cycle + after
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
        return cut

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
