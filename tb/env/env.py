# SPDX-License-Identifier: Apache-2.0
"""The environment: agents, scoreboard, and the scenario driver on top of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyuvm import ConfigDB, uvm_env

from tb.agents.control.access import Access, Burst, Response
from tb.agents.control.agent import ControlAgent
from tb.agents.control.sequences import AccessSequence
from tb.agents.tcdm.agent import TcdmAgent
from tb.agents.tcdm.monitor import BeatLog, EventLog
from tb.coverage.collector import Collector
from tb.dpi.bindings import BenchHandle
from tb.env.background import Background
from tb.env.coverage import CoverageTap
from tb.env.driver import ScenarioDriver
from tb.env.executor import ScenarioExecutor
from tb.env.keeper import LogKeeper
from tb.env.lookahead import lookahead
from tb.env.recorder import Recorder
from tb.env.sequencer import ScenarioSequencer
from tb.exchange.applicable import CannotRun
from tb.exchange.device import Descriptor
from tb.exchange.results import JobResult
from tb.exchange.scenario import Scenario
from tb.exchange.traits import CONTRACT
from tb.registers.adapter import ControlAdapter
from tb.registers.backdoor import RegisterBackdoor
from tb.registers.generate import register_block
from tb.registers.own import contexts_of, description_of, registers_of
from tb.registers.predictor import RegisterPredictor
from tb.scoreboard.deputy import Deputy
from tb.scoreboard.idle import idle_requests
from tb.scoreboard.scoreboard import Scoreboard
from tb.scoreboard.second_opinion import SecondOpinions
from tb.scoreboard.verdict import Verdict
from tb.stimulus.job import GemmJob


class RedmuleEnv(uvm_env):
    """Everything around one accelerator.

    Takes from the configuration database: `dut` (cocotb handle of tb_top), `bench` (`BenchHandle`),
    `descriptor` (`Descriptor`), `recorder` (`Recorder`), `background` (`Background`),
    `coverage` (`Collector`), `opinions` (`SecondOpinions`), `checkers` (`OwnCheckers`), `segment`
    (`Segment`), `folder` (that of the simulation), `logs` (true if it keeps the logs of each scenario).

    Tests use `run_job`, `run_scenario` and `accesses`; sequences of scenarios are started on `sequencer`.
    """

    def build_phase(self) -> None:
        """Make agents, scoreboard, and the sequencer and driver of scenarios."""
        self.dut: Any = ConfigDB().get(self, "", "dut")
        self.handle: BenchHandle = ConfigDB().get(self, "", "bench")
        self.descriptor: Descriptor = ConfigDB().get(self, "", "descriptor")
        self.recorder: Recorder = ConfigDB().get(self, "", "recorder")
        self.background: Background = ConfigDB().get(self, "", "background")
        self.opinions: SecondOpinions = ConfigDB().get(self, "", "opinions")
        collector: Collector = ConfigDB().get(self, "", "coverage")
        self.tcdm = TcdmAgent("tcdm", self)
        self.control = ControlAgent("control", self)
        self.scoreboard = Scoreboard("scoreboard", self)
        self.scoreboard.own = ConfigDB().get(self, "", "checkers")
        registers = registers_of(self.descriptor)
        self.registers = register_block(
            rdl=description_of(self.descriptor),
            mixed_formats=registers.mixed_formats,
            fault_tolerant=registers.fault_tolerant,
            contexts=contexts_of(registers.rules),
        )
        self.predictor = RegisterPredictor(
            "predictor",
            self,
            self.registers,
            report=self.scoreboard.note_register,
            registers=registers,
        )
        self.coverage = CoverageTap(self.handle, self.predictor.model, collector, self.descriptor)
        self.sequencer = ScenarioSequencer("sequencer", self, self.background, self.opinions, self.recorder)
        self.driver = ScenarioDriver("driver", self)
        self._directed = 0

    def connect_phase(self) -> None:
        """Monitors to the scoreboard, sequencer to driver."""
        self.tcdm.monitor.log_port.connect(self.scoreboard.tcdm)
        self.control.monitor.access_port.connect(self.scoreboard.accesses)
        self.control.monitor.records_port.connect(self.predictor.analysis_export)
        self.registers.get_default_map().set_sequencer(self.control.sequencer, ControlAdapter())
        self.driver.seq_item_port.connect(self.sequencer.seq_item_export)
        assert self.control.player is not None
        folder: Path = ConfigDB().get(self, "", "folder")
        test = ConfigDB().get(self, "", "segment").entry.name
        self.executor = ScenarioExecutor(
            self.dut,
            self.handle,
            self.descriptor,
            self.tcdm,
            self.control.player,
            self._collect,
            self.scoreboard,
            Deputy(
                self.handle.deputy,
                self.scoreboard,
                self.predictor,
                self._untouched,
            ),
            self.background,
            self.opinions,
            self.predictor.reset,
            self.coverage,
            LogKeeper(self.handle, folder, test, everything=ConfigDB().get(self, "", "logs")),
        )
        self.driver.connect_executor(self.executor, self.recorder)

    async def reset(self) -> None:
        """Reset the device; what happened before is checked first."""
        self.check_registers()
        await self.executor.reset()

    def backdoor(self) -> RegisterBackdoor | None:
        """Back door to the registers, None if the descriptor names no paths."""
        if not self.descriptor.backdoor:
            return None
        root, paths = self.dut.i_dut.i_device, self.descriptor.backdoor
        return RegisterBackdoor(root, paths, self._poked, registers=registers_of(self.descriptor))

    def check_registers(self) -> None:
        """Judge the register accesses made outside of scenarios; a finding fails the test."""
        for detail in self.judge_registers():
            self.recorder.check(False, detail)

    def judge_registers(self) -> list[str]:
        """Judge the register accesses made outside of scenarios; returns what is wrong."""
        self._collect()
        noted = self.scoreboard.take_notes()
        excused = self.scoreboard.excuse((), noted)
        for counter in (self.recorder.concerned, self.recorder.known):
            counter.update(excused.shown)
        self.coverage.accesses(passed=not noted)
        return [finding.detail for finding in excused.findings]

    def judge_idle(self) -> list[str]:
        """Tell of requests since the logs were cleared that an idle device made."""
        if self.descriptor.traits != CONTRACT:
            return []
        handle = self.handle
        beats, events = BeatLog(handle.beat_log()), EventLog(handle.event_log())
        return idle_requests(beats, events, handle.periph_log(), registers_of(self.descriptor))

    async def run_scenario(self, scenario: Scenario) -> Verdict:
        """Run a scenario, judge and record it; a device that failed is reset.

        A scenario that the device cannot run is left out, and its verdict has no jobs.
        """
        if (reason := self.descriptor.cannot(scenario)) is not None:
            self.recorder.leave_out(reason, len(scenario.jobs))
            return Verdict([], [], 0)
        (drawn,) = lookahead(
            self.background, lambda _index: scenario, range(1), self.opinions, self.descriptor
        )
        return await self.driver.drive(drawn)

    async def run_job(self, job: GemmJob) -> JobResult:
        """Run a directed job and return its outcome, which is also recorded.

        A job that fails makes the test fail; there is nothing to assert.

        Raises:
            CannotRun: The device cannot run it; the test ends here, unless it goes on.
        """
        scenario = job.scenario(self._directed)
        self._directed += 1
        jobs = (await self.run_scenario(scenario)).jobs
        if not jobs:
            raise CannotRun
        return jobs[0]

    async def accesses(self, accesses: Sequence[Access]) -> list[Response]:
        """Make accesses on the register port, one a cycle where the device grants.

        Raises:
            ControlError: No grant, or no response.
        """
        sequence = AccessSequence("accesses", accesses)
        await sequence.start(self.control.sequencer)
        return sequence.responses

    async def play(self, accesses: Sequence[Access]) -> list[int]:
        """Make accesses to the cycle, without Python at each of them; returns their read data.

        Raises:
            ControlError: No grant, or no response.
            ValueError: There are more than the player holds.
        """
        player = self.control.player
        assert player is not None, "the agent of an environment with tests is active"
        player.start([Burst(accesses)])
        await player.done()
        (responses,) = player.responses()
        return [response.data for response in responses]

    def _poked(self, register: str, value: int) -> None:
        # Earlier reads must be judged before the value changes.
        self._collect()
        self.predictor.poke(register, value)

    def _untouched(self) -> bool:
        """Nobody else listens to the monitors, and none published a part of the present scenario."""
        wide, control = self.tcdm.monitor, self.control.monitor
        listeners = (
            wide.log_port.subscribers,
            control.access_port.subscribers,
            control.records_port.subscribers,
        )
        return sum(map(len, listeners)) == len(listeners) and control.last <= self.handle.since

    def _collect(self) -> None:
        self.tcdm.monitor.collect()
        self.control.monitor.collect()
