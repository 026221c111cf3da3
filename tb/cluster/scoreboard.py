# SPDX-License-Identifier: Apache-2.0
"""Scoreboard of a cluster: that of the accelerator, and the rules of everything around it."""

from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from tb.cluster import memory_map
from tb.cluster.agent import ClusterLog
from tb.cluster.config import cluster_of
from tb.cluster.left import left_findings
from tb.cluster.observed import in_order, triggered_jobs
from tb.cluster.rules import rule_finding
from tb.cluster.streams.run import ProgramRun
from tb.cluster.task import named_problems
from tb.env.lookahead import Drawn
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario, Window
from tb.scoreboard.aborted import clear_edges
from tb.scoreboard.memory import compare
from tb.scoreboard.prediction import Prediction
from tb.scoreboard.scoreboard import Latest, Scoreboard
from tb.scoreboard.verdict import Verdict

Bytes = npt.NDArray[np.uint8]
_NOTHING: Bytes = np.zeros(0, np.uint8)


class ClusterScoreboard(Scoreboard):
    """Judges programs: how they ended, the interconnect's rules, the accelerator's jobs as when alone.

    Which jobs ran in which order is decided by the cores; it is read from the accelerator's register port.

    Attributes:
        report: Monitor's report of the program judged last.
    """

    def build_phase(self) -> None:
        """Make the exports that the monitors are connected to."""
        super().build_phase()
        self.config = cluster_of(self.descriptor)
        self.logs = Latest("logs", self)
        self.report: dict[str, Any] = {}

    def judge(self, run: ProgramRun, drawn: Drawn | None, rules: dict[int, tuple[int, int]]) -> Verdict:
        """Judge a program by the last records of the monitors.

        `drawn` is None for one without jobs; `rules` are protocol rules that fired: number -> (count, first
        edge).
        """
        log: ClusterLog = self.logs.take()
        self.report = log.report
        problems = [rule_finding(*problem) for problem in named_problems(run.task, log.report)]
        ended = bool(log.report["ended"])
        triggered = triggered_jobs(self.accesses.peek().tolist())
        if run.blocks:
            verdict = self._in_blocks(run, drawn, log, rules, [job for _, job in triggered], ended)
        elif drawn is None or not run.on_accelerator:
            verdict = self._without_jobs(drawn, log, rules, ended)
        else:
            verdict = self._jobs(drawn, log, rules, [job for _, job in triggered], ended)
        verdict.findings[:0] = (
            [*problems, *left_findings(run.left, log.tcdm, log.l2, run.matrices)] if ended else problems
        )
        verdict.compared_bytes = len(log.tcdm) + len(log.l2)
        return verdict

    def _jobs(
        self, drawn: Drawn, log: ClusterLog, rules: dict[int, tuple[int, int]], seen: list[Job], ended: bool
    ) -> Verdict:
        """The jobs of the mailbox, in the order in which they were triggered."""
        scenario = drawn.scenario
        jobs, wrong = in_order(scenario.jobs, seen)
        # Jobs share no bytes: in any order they leave the same memory.
        ordered = replace(scenario, jobs=jobs)
        verdict = self.check(
            ordered,
            drawn.image,
            _window(ordered, log),
            rules,
            watchdog=not ended,
            cuts=clear_edges(self.accesses.peek())[:1] if scenario.abort is not None else (),
            expected=drawn.expected,
        )
        return _with(verdict, wrong)

    def _in_blocks(
        self,
        run: ProgramRun,
        drawn: Drawn | None,
        log: ClusterLog,
        rules: dict[int, tuple[int, int]],
        seen: list[Job],
        ended: bool,
    ) -> Verdict:
        """Jobs that the program makes: their ports, and the result of the larger one that has them."""
        wrong = "" if len(seen) == run.blocks else f"{len(seen)} jobs were triggered, {run.blocks} are to be"
        if not seen:
            return _with(self._without_jobs(None, log, rules, ended), wrong)
        window = Window(memory_map.OPERANDS, memory_map.TCDM + self.config.tcdm_bytes - memory_map.OPERANDS)
        blocks = Scenario(drawn.scenario.index if drawn else 0, tuple(seen), window)
        nothing = Prediction(_NOTHING, [])
        verdict = self.check(blocks, _NOTHING, _NOTHING, rules, watchdog=not ended, expected=lambda: nothing)
        if drawn is not None and drawn.expected is not None and ended:
            whole = drawn.expected()
            found = compare(drawn.scenario, whole.memory, _window(drawn.scenario, log), self.descriptor)
            verdict.findings += [replace(each, job=None) for each in (*whole.findings, *found)]
        return _with(verdict, wrong)

    def _without_jobs(
        self, drawn: Drawn | None, log: ClusterLog, rules: dict[int, tuple[int, int]], ended: bool
    ) -> Verdict:
        """Check programs that leave the accelerator alone: the cores' results against the model."""
        for export in (self.tcdm, self.accesses):
            export.take()
        findings = [*self.take_notes(), *self.rule_findings(rules)]
        if drawn is not None and drawn.expected is not None and ended:
            after = drawn.expected()
            findings += after.findings
            findings += compare(drawn.scenario, after.memory, _window(drawn.scenario, log), self.descriptor)
        return Verdict([], findings, 0)


def _with(verdict: Verdict, wrong: str) -> Verdict:
    if wrong:
        # In front: what else is wrong with these jobs follows from it.
        verdict.findings.insert(0, rule_finding("cluster_jobs", wrong))
    return verdict


def _window(scenario: Scenario, log: ClusterLog) -> Bytes:
    """The bytes of a scenario's window, which lies in one of the memories."""
    window = scenario.window
    base, memory = (memory_map.L2, log.l2) if window.base >= memory_map.L2 else (memory_map.TCDM, log.tcdm)
    return np.frombuffer(memory, np.uint8)[window.base - base : window.base - base + window.size]
