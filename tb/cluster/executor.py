# SPDX-License-Identifier: Apache-2.0
"""Runs programs on a cluster: load, boot, wait, collect, judge."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cocotb.triggers import ValueChange

from tb.agents.tcdm.agent import TcdmAgent
from tb.cluster import memory_map
from tb.cluster.agent import ClusterAgent
from tb.cluster.scoreboard import ClusterScoreboard
from tb.cluster.streams.run import ProgramRun
from tb.cluster.task import request
from tb.dpi.bindings import BenchHandle
from tb.env.background import Background
from tb.env.executor import BenchError
from tb.env.lookahead import Drawn
from tb.scoreboard.verdict import Verdict

_NEVER = 2**63  # ends of jobs that are awaited: the program tells when it is over, not they


@dataclass
class ClusterExecutor:
    """Runs one program after the other, each from a reset on."""

    dut: Any  # cocotb handle of `cluster_tb`
    handle: BenchHandle  # the bench instance, which watches the accelerator's ports
    agent: ClusterAgent  # host and monitor of the cluster
    tcdm: TcdmAgent  # agent of the accelerator's wide port, passive
    collect: Callable[[], None]  # lets all monitors publish
    scoreboard: ClusterScoreboard  # judges each run
    background: Background  # computes ahead while a program runs
    on_reset: Callable[[], None]  # called when the cluster is reset
    covered: Callable[[ProgramRun, Verdict], None]  # takes each run with its verdict, for coverage

    def __post_init__(self) -> None:
        self._wake = ValueChange(self.dut.wake)

    async def run(self, run: ProgramRun, drawn: Drawn | None) -> Verdict:
        """Run a program, which is built, and judge it; `drawn` is None for one without jobs.

        Raises:
            UserError: The run does not fit the cluster; nothing was simulated.
            BenchError: A log overran.
        """
        config = self.scoreboard.config
        content = request(config, run.task)
        handle = self.handle
        self.on_reset()
        handle.clear_logs()
        handle.clear_violations()
        handle.shared.awaited_ends = _NEVER
        # The accelerator's memory is that of the cluster: nothing of the bench answers for it.
        handle.shared.base = handle.shared.size = 0
        self._allow(run)
        self.agent.session.begin(content)
        self.background.begin()
        await self._wake
        self.background.pause()
        if handle.shared.overrun:
            raise BenchError(
                "a log of the bench overran: a program this long needs larger buffers in tb/dpi/log_writer.h"
            )
        self.collect()
        verdict = self.scoreboard.judge(run, drawn, handle.violations())
        self.covered(run, verdict)
        handle.clear_violations()
        handle.clear_logs()
        handle.allow([])
        return verdict

    def _allow(self, run: ProgramRun) -> None:
        """Let the wide port touch the memory of the jobs; blocks of a larger job lie where operands do."""
        if run.scenario is not None and not run.blocks:
            self.tcdm.memory.allow(run.scenario.jobs)
            return
        length = memory_map.TCDM + self.scoreboard.config.tcdm_bytes - memory_map.OPERANDS
        self.handle.allow(
            [(memory_map.OPERANDS, length, False), (memory_map.OPERANDS, length, True)] if run.blocks else []
        )
