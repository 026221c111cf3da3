# SPDX-License-Identifier: Apache-2.0
"""The environment of a cluster: the accelerator's monitors, passive, and an agent for the rest."""

from collections.abc import Mapping
from typing import Any

from pyuvm import ConfigDB, uvm_active_passive_enum, uvm_driver, uvm_env, uvm_sequence_item

from tb.agents.control.agent import ControlAgent
from tb.agents.tcdm.agent import TcdmAgent
from tb.cluster.agent import ClusterAgent
from tb.cluster.coverage import ClusterCoverage
from tb.cluster.elf import Program
from tb.cluster.executor import ClusterExecutor
from tb.cluster.scoreboard import ClusterScoreboard
from tb.cluster.streams.run import ProgramRun
from tb.dpi.bindings import BenchHandle
from tb.env.background import Background
from tb.env.lookahead import Drawn
from tb.env.recorder import Recorder
from tb.env.sequencer import ScenarioSequencer
from tb.errors import UserError
from tb.exchange.device import Descriptor
from tb.exchange.status import Status
from tb.registers.own import registers_of
from tb.registers.predictor import RegisterPredictor
from tb.scoreboard.second_opinion import SecondOpinions
from tb.scoreboard.verdict import Verdict


class ProgramItem(uvm_sequence_item):
    """A program on its way to the cluster.

    Attributes:
        index: Its place in its stream.
        run: Run in progress, its program built; or the reason why it cannot run.
        drawn: Its scenario, with the memory before and what the model predicts; None for one without jobs.
    """

    def __init__(self, name: str, index: int, run: ProgramRun | UserError, drawn: Drawn | None) -> None:
        super().__init__(name)
        self.index = index
        self.run = run
        self.drawn = drawn


class ProgramSequencer(ScenarioSequencer):
    """Takes `ProgramItem`."""

    # Built programs by name, or the reason why one could not be built.
    programs: Mapping[str, Program | UserError]


class ProgramDriver(uvm_driver):
    """Has programs run one after the other, and records how they ended."""

    def connect_executor(self, executor: ClusterExecutor, recorder: Recorder) -> None:
        """Connect the executor that runs the programs and the recorder."""
        self._executor = executor
        self._recorder = recorder
        self.runs = 0

    async def run_phase(self) -> None:
        """Serve the sequencer for ever."""
        while True:
            item: ProgramItem = await self.seq_item_port.get_next_item()
            await self._drive(item)
            self.seq_item_port.item_done()

    async def _drive(self, item: ProgramItem) -> None:
        recorder = self._recorder
        try:
            if isinstance(item.run, UserError):
                raise item.run
            verdict = await self._executor.run(item.run, item.drawn)
        except UserError as error:
            # Nothing of it has run, and the next one starts from a reset.
            recorder.fail(Status.BUILD_FAILED, f"run {item.index} cannot be loaded: {error}")
            return
        self.runs += 1
        if item.drawn is not None:
            recorder.scenario(item.drawn.scenario, verdict, [item.drawn.scenario])
            return
        recorder.compared_bytes += verdict.compared_bytes
        recorder.check(True, "")
        if verdict.findings:
            recorder.fail(verdict.status, f"run {item.index}: {verdict.detail}")


class ClusterEnv(uvm_env):
    """Everything around one cluster.

    Takes from the configuration database: `dut` (cocotb handle of cluster_tb), `bench` (`BenchHandle`),
    `session` (`SessionHandle`), `descriptor` (`Descriptor`), `recorder` (`Recorder`), `background`
    (`Background`), `opinions` (`SecondOpinions`), `programs` (by name, see `ProgramSequencer`),
    `coverage` (`ClusterCoverage`).

    Sequences of programs are started on `sequencer`.
    """

    def build_phase(self) -> None:
        """Make agents, scoreboard, and the sequencer and driver of programs."""
        database = ConfigDB()
        self.dut: Any = database.get(self, "", "dut")
        self.handle: BenchHandle = database.get(self, "", "bench")
        self.descriptor: Descriptor = database.get(self, "", "descriptor")
        self.recorder: Recorder = database.get(self, "", "recorder")
        self.background: Background = database.get(self, "", "background")
        opinions: SecondOpinions = database.get(self, "", "opinions")
        # The cores have the accelerator's register port.
        database.set(self, "control", "is_active", uvm_active_passive_enum.UVM_PASSIVE)
        self.tcdm = TcdmAgent("tcdm", self)
        self.control = ControlAgent("control", self)
        self.cluster = ClusterAgent("cluster", self)
        self.scoreboard = ClusterScoreboard("scoreboard", self)
        self.predictor = RegisterPredictor(
            "predictor",
            self,
            report=self.scoreboard.note_register,
            registers=registers_of(self.descriptor),
        )
        self.predictor.model.traces = []
        self.coverage: ClusterCoverage = database.get(self, "", "coverage")
        self.sequencer = ProgramSequencer("sequencer", self, self.background, opinions, self.recorder)
        self.sequencer.programs = database.get(self, "", "programs")
        self.driver = ProgramDriver("driver", self)

    def connect_phase(self) -> None:
        """Monitors to the scoreboard, sequencer to driver."""
        self.tcdm.monitor.log_port.connect(self.scoreboard.tcdm)
        self.control.monitor.access_port.connect(self.scoreboard.accesses)
        self.control.monitor.records_port.connect(self.predictor.analysis_export)
        self.cluster.monitor.log_port.connect(self.scoreboard.logs)
        self.driver.seq_item_port.connect(self.sequencer.seq_item_export)
        executor = ClusterExecutor(
            self.dut,
            self.handle,
            self.cluster,
            self.tcdm,
            self._collect,
            self.scoreboard,
            self.background,
            self.predictor.reset,
            self._covered,
        )
        self.driver.connect_executor(executor, self.recorder)

    def _covered(self, run: ProgramRun, verdict: Verdict) -> None:
        """Count a program for coverage if nothing was wrong with it."""
        traces = self.predictor.model.take_traces()
        if not verdict.findings:
            report = self.scoreboard.report
            self.coverage.program(report, run.task.arbitration, verdict.jobs, traces)

    def _collect(self) -> None:
        self.tcdm.monitor.collect()
        self.control.monitor.collect()
        self.cluster.monitor.collect()
