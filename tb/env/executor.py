# SPDX-License-Identifier: Apache-2.0
"""Runs scenarios on a device: memory, programming, waiting, collecting, reset."""

from collections.abc import Callable
from typing import Any

from cocotb.triggers import RisingEdge, ValueChange
from msgspec.structs import replace

from tb.agents.control.player import RegisterPortPlayer
from tb.agents.control.transfer import ControlError
from tb.agents.tcdm.agent import TcdmAgent
from tb.agents.tcdm.monitor import EventLog
from tb.agents.tcdm.rules import TcdmRule
from tb.dpi.bindings import WATCHDOG_SILENT, BenchHandle
from tb.env.background import Background
from tb.env.coverage import CoverageTap
from tb.env.cutter import Cutter
from tb.env.keeper import LogKeeper
from tb.env.lookahead import Drawn, lookahead
from tb.env.preparation import device_setting, prepare
from tb.env.programmer import Programmer
from tb.exchange.attributes import FRESH, History, history_behind, occasions
from tb.exchange.device import Descriptor
from tb.exchange.results import Finding
from tb.exchange.scenario import RESET_CYCLES, Scenario
from tb.exchange.status import Status
from tb.exchange.traits import CONTRACT
from tb.registers.own import registers_of
from tb.scoreboard.deputy import Deputy
from tb.scoreboard.protocol import SHARE, PortLogs
from tb.scoreboard.scoreboard import Scoreboard
from tb.scoreboard.second_opinion import SecondOpinions
from tb.scoreboard.verdict import Verdict
from tb.stimulus.image import Image, initial_image

DRAIN_CYCLES = 8  # after the last event: late writes and a late fall of busy_o show here


class BenchError(RuntimeError):
    """The bench itself failed, not the device: nothing that follows in this simulation could be trusted."""


class ScenarioExecutor:
    """Runs one scenario after the other.

    `deputy` tells which scenarios are clean, `background` computes ahead meanwhile, `coverage` takes what
    passed, and `on_reset` is called while the device is in reset, after the monitors published what was
    before. `keeper` is told each verdict while the logs are there.
    """

    def __init__(
        self,
        dut: Any,
        handle: BenchHandle,
        descriptor: Descriptor,
        tcdm: TcdmAgent,
        player: RegisterPortPlayer,
        collect: Callable[[], None],
        scoreboard: Scoreboard,
        deputy: Deputy,
        background: Background,
        opinions: SecondOpinions,
        on_reset: Callable[[], None],
        coverage: CoverageTap,
        keeper: LogKeeper,
    ) -> None:
        self._dut = dut
        self._handle = handle
        self._descriptor = descriptor
        self._traits = descriptor.traits
        self._waived = [int(TcdmRule[name]) for name in self._traits.waived_rules]
        self._tcdm = tcdm
        self._player = player
        self._collect = collect
        self._scoreboard = scoreboard
        self._deputy = deputy
        self._background = background
        self._opinions = opinions
        self._on_reset = on_reset
        self._coverage = coverage
        self._keeper = keeper
        self._wake = ValueChange(dut.wake)
        self._registers = registers_of(descriptor)
        self._programmer = Programmer(self._registers)
        self._cutter = Cutter(dut, handle, player, self._registers, self._programmer, self._forget)
        self.since_reset: list[Scenario] = []
        self._history = FRESH

    async def reset(self) -> None:
        """Reset the device; nothing it did before matters afterwards."""
        edge = RisingEdge(self._dut.clk)
        self._handle.allow([])
        self._dut.rst_n.value = 0
        for _ in range(RESET_CYCLES):
            await edge
        self._forget()
        # The acts of a failed device until its reset belong to the failure that was reported already.
        self._scoreboard.take_notes()
        self._coverage.accesses(passed=False)
        self._dut.rst_n.value = 1
        for _ in range(1 + self._registers.rules.after_reset):
            await edge
        self._handle.clear_logs()
        self.since_reset.clear()
        self._history = FRESH

    def _forget(self) -> None:
        """The device is in reset: what it did before is published, what it held is gone."""
        self._collect()
        self._on_reset()
        self._programmer.reset()

    def prepare(self, scenario: Scenario, image: Image | None = None) -> None:
        """Make memory ready for a scenario that a test runs itself, with a content if it is there."""
        before = initial_image(scenario) if image is None else image
        self._tcdm.memory.set(device_setting(scenario, self._descriptor), before, scenario.window)

    async def run(self, drawn: Drawn) -> Verdict:
        """Run a scenario and judge it.

        Raises:
            BenchError: A log overran.
        """
        scenario, before, expected, ready, random = drawn
        self.since_reset.append(scenario)
        history, self._history = self._history, history_behind(scenario, self._history)
        handle, memory = self._handle, self._tcdm.memory
        setting, rows, results = ready or prepare(scenario, self._descriptor)
        memory.set(setting, before, scenario.window)
        if handle.shared.access_count:
            # Accesses that a directed test made since the last scenario: the register predictor needs them.
            self._collect()
        handle.clear_logs()
        port_error, finished = "", False
        cuts: tuple[int, ...] = ()
        try:
            if scenario.abort is None:
                finished = await self._to_the_end(scenario)
            else:
                self._background.begin()
                cuts = await self._cutter.cut(scenario, scenario.abort)
                finished = len(cuts) == len(scenario.abort.cuts) and await self._ended_after(cuts[-1])
                if finished:
                    await self._drain()
            if finished and self._traits is not CONTRACT:
                await self._settle()
        except ControlError as error:
            port_error = str(error)
        self._background.pause()
        handle.unwatch()
        silent = handle.shared.watchdog_fired == WATCHDOG_SILENT
        if handle.overran():
            raise BenchError(
                "a log of the bench overran: a scenario this long needs larger buffers in tb/dpi/log_writer.h"
            )
        rules = handle.violations()
        for rule in self._waived:
            rules.pop(rule, None)
        sampled = bool(rules) or scenario.index % SHARE == 0
        clean = None
        if random and finished and expected is not None and not (rules or port_error):
            clean = self._deputy.verdict(scenario, rows, results, expected, alone=not sampled)
        if clean is None and scenario.abort is None and not port_error:
            port_error = self._refused()
            finished = finished and not port_error
        accesses = int(handle.shared.access_count)
        if clean is not None and not sampled:
            verdict = clean
            self._deputy.adopt(clean)
            seen = self._coverage.look(scenario, cuts, self._deputy.traces(accesses))
        else:
            self._collect()
            verdict = self._scoreboard.check(
                scenario,
                before,
                memory.view(),
                rules,
                watchdog=not finished,
                silent=silent,
                port_error=port_error,
                cuts=cuts,
                expected=expected,
                ports=PortLogs.of(handle) if sampled else None,
                history=history,
            )
            if clean is not None:
                verdict.findings += self._deputy.compare(clean, verdict, accesses)
            seen = self._coverage.look(scenario, cuts)
        self._keeper.judged(scenario, cuts, verdict)
        if rules:
            handle.clear_violations()
        handle.clear_logs()
        handle.allow([])
        if scenario.abort is not None and not verdict.findings and scenario.stall.kind == "none":
            await self._compare_with_alone(scenario, history, verdict)
        self._coverage.judged(scenario, before, seen, verdict)
        return verdict

    async def _to_the_end(self, scenario: Scenario) -> bool:
        """Program all jobs and wait for their ends and the drain; False if the watchdog came first."""
        player = self._player
        player.start(self._programmer.bursts(scenario.jobs))
        self._background.begin()
        finished = await self._ended(len(scenario.jobs), DRAIN_CYCLES)
        if finished and player.playing:
            # Events that no job caused: what is still to be programmed is, as for any device.
            await player.done()
            await self._drain()
        return finished

    def _refused(self) -> str:
        """Tell which job got no context; empty if all did, of which the deputy is sure where it is clean."""
        try:
            for position, data in enumerate(self._player.first_data()):
                self._programmer.check_acquired(data, position)
        except ControlError as error:
            return str(error)
        return ""

    async def _compare_with_alone(self, scenario: Scenario, history: History, verdict: Verdict) -> None:
        """The job behind a cut one takes the cycles it takes alone (contract A7.11); stalls would hide it."""
        alone = replace(scenario, jobs=scenario.jobs[-1:], abort=None)
        (drawn,) = lookahead(self._background, lambda _index: alone, range(1), self._opinions)
        again = await self.run(drawn)
        self.since_reset.pop()
        verdict.findings += again.findings
        behind, fresh = verdict.jobs[-1].cycles, again.jobs[0].cycles
        if not again.findings and behind != fresh:
            text = f"{behind} cycles behind a cut job, {fresh} alone"
            late = [Finding(Status.PROTOCOL, "abort_cycles", text, len(scenario.jobs) - 1)]
            excused = self._scoreboard.excuse(occasions(scenario, history), late)
            verdict.findings += excused.findings
            verdict.known = tuple(dict.fromkeys((*verdict.known, *excused.shown)))

    async def _ended(self, count: int, drain: int = 0) -> bool:
        """Wait until `count` jobs have ended, and `drain` cycles more; False if the watchdog came first.

        Raises:
            ControlError: The player of the register port failed.
        """
        shared = self._handle.shared
        if shared.end_count >= count:
            if drain:
                await self._drain()
            return True
        shared.awaited_ends, shared.awaited_delay = count, drain
        while shared.end_count < count or shared.alarm_cycle:
            self._player.check()
            if shared.end_count < count and shared.watchdog_fired:
                return False
            await self._wake
        return True

    async def _ended_after(self, edge: int) -> bool:
        """Wait for an event after an edge; False if the watchdog came first."""
        shared = self._handle.shared
        while not (shared.end_count and EventLog(self._handle.event_log()).ends[-1][0] > edge):
            if shared.watchdog_fired:
                return False
            await self._wake
        return True

    async def _drain(self) -> None:
        shared = self._handle.shared
        target = shared.cycle + DRAIN_CYCLES
        shared.alarm_cycle = target
        while shared.cycle < target:
            await self._wake

    async def _settle(self) -> None:
        """Wait for what may come behind the drain: the last write, which may have to wait, and busy_o."""
        lead = self._traits.event_lead
        for _ in range(max(lead, self._traits.busy.fall_late) // DRAIN_CYCLES):
            await self._drain()
        while lead and not self._handle.shared.watchdog_fired:
            beats = self._handle.beat_log()
            if not beats.size or int(beats["cycle"][-1]) + lead < self._handle.shared.cycle:
                return
            await self._drain()
