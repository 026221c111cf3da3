# SPDX-License-Identifier: Apache-2.0
"""The scoreboard: predicts a scenario, takes the monitors' records, runs every check."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from pyuvm import ConfigDB, uvm_analysis_export, uvm_component, uvm_scoreboard

from models.timing import utilization
from tb.agents.control.rules import DESCRIPTIONS as PERIPH_RULES
from tb.agents.tcdm.memory import job_ranges
from tb.agents.tcdm.monitor import BeatCount, BeatLog, TcdmLogs
from tb.agents.tcdm.rules import DESCRIPTIONS as TCDM_RULES
from tb.dpi.deputy import MeasuredRow
from tb.exchange.attributes import FRESH, History, Occasion, occasions
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.known import Excused, excuse
from tb.exchange.results import Causes, Finding, JobResult
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status, gravest
from tb.registers.model import RegisterFinding
from tb.registers.own import registers_of
from tb.scoreboard.aborted import check_aborted
from tb.scoreboard.causes import check_causes
from tb.scoreboard.fast import check_fast
from tb.scoreboard.finding import Observation, Span
from tb.scoreboard.gaps import check_gaps
from tb.scoreboard.hang import hang
from tb.scoreboard.memory import compare, compare_ended
from tb.scoreboard.order import check_busy, check_writes
from tb.scoreboard.prediction import Prediction, prediction
from tb.scoreboard.protocol import PortLogs, check_protocol
from tb.scoreboard.requests import check_requests
from tb.scoreboard.schedule import Waiting, check_schedule, held_request
from tb.scoreboard.second_opinion import SecondOpinions
from tb.scoreboard.spans import port_cycles, spans


@dataclass(slots=True)
class Verdict:
    """Outcome of a scenario.

    Attributes:
        jobs: Its jobs.
        findings: Everything that is wrong.
        compared_bytes: Bytes of memory that were compared.
        concerned: Known issues and differences of the device that concern one of its jobs.
        known: Those that showed; they do not count as findings.
        silent: Those that concern a job which passed without showing one.
        held: Jobs that did not run, since they stood behind a hang that is known.
    """

    jobs: list[JobResult]
    findings: list[Finding]
    compared_bytes: int
    concerned: Sequence[str] = ()
    known: Sequence[str] = ()
    silent: Sequence[str] = ()
    held: int = 0

    @property
    def status(self) -> Status:
        """The gravest finding; passed when there is none."""
        if not self.findings:
            return Status.PASSED
        return gravest(finding.status for finding in self.findings)

    @property
    def detail(self) -> str:
        """The first gravest finding, for one line."""
        status = self.status
        return next((finding.line for finding in self.findings if finding.status is status), "")


class Latest(uvm_analysis_export):
    """Keeps the last thing written until it is taken; nothing is judged twice."""

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self._items: list[Any] = []

    def write(self, item: Any) -> None:
        """Take an item from a monitor."""
        self._items[:] = [item]

    def take(self) -> Any:
        """The last item.

        Raises:
            IndexError: No monitor published anything since the last call: the bench is broken.
        """
        return self._items.pop()

    def peek(self) -> Any:
        """The last item, which stays; raises as `take`."""
        return self._items[-1]


class Scoreboard(uvm_scoreboard):
    """Compares a device with the reference model and the contract.

    The monitors write into `tcdm` and `accesses`; `check` then judges a scenario. The descriptor comes from
    the configuration database under the key `descriptor`.

    Attributes:
        jobs: Jobs that were judged; a test with fewer than it planned fails.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.jobs = 0
        self._notes: list[Finding] = []

    def build_phase(self) -> None:
        """Make the exports that the monitors are connected to."""
        self.descriptor: Descriptor = ConfigDB().get(self, "", "descriptor")
        self._registers = registers_of(self.descriptor)
        self.tcdm = Latest("tcdm", self)
        self.accesses = Latest("accesses", self)

    def check(
        self,
        scenario: Scenario,
        before: npt.NDArray[np.uint8],
        memory: npt.NDArray[np.uint8],
        rules: dict[int, tuple[int, int]],
        *,
        watchdog: bool,
        silent: bool = False,
        port_error: str = "",
        cut: int | None = None,
        expected: Callable[[], Prediction] | None = None,
        ports: PortLogs | None = None,
        history: History = FRESH,
    ) -> Verdict:
        """Judge a scenario by the last records of the monitors.

        Args:
            scenario: Scenario that was to run.
            before: The window's bytes before the first trigger.
            memory: The window's bytes after the last event.
            rules: Protocol rules that fired: number -> (count, first edge).
            watchdog: True if the scenario was given up, by the watchdog or for a port error.
            silent: The device had become silent then.
            port_error: Why a job could not be programmed, empty if all could.
            cut: Edge at which the first job was cut short, for a scenario with an abort.
            expected: Gives what the model predicts, if somebody predicts it already.
            ports: Logs over which the bus rules are checked once more; None for a scenario without that.
            history: Jobs that the device ran before it.
        """
        logs: TcdmLogs = self.tcdm.take()
        seen = Observation(*logs, self.accesses.take(), memory, watchdog)
        findings = self.take_notes()
        findings += self.rule_findings(rules, seen.beats)
        if ports is not None:
            access = 4 * ports.beats["data"].shape[1]
            allowed = [
                span for job in scenario.jobs for span in job_ranges(job, access, self.descriptor.traits)
            ]
            findings += check_protocol(ports, allowed, rules, self.descriptor.traits.waived_rules)
        if port_error:
            findings.append(Finding(Status.PROTOCOL, "register_port", port_error))
        ran: Sequence[Span | None]
        if scenario.abort is None:
            opinions = SecondOpinions(sources=())
            after = expected or partial(prediction, scenario, before, opinions, self.descriptor.traits)
            ran, found = self._judge(scenario, before, after, seen, given_up=bool(port_error) or watchdog)
        elif cut is None:
            ran, found = [], [Finding(Status.PROTOCOL, "abort", "the soft clear was not granted")]
        else:
            traits = self.descriptor.traits
            ran, found = check_aborted(scenario, before, seen, cut, traits, self._registers)
        findings += found
        if watchdog and not port_error:
            findings.append(hang(scenario, ran, seen, silent=silent))
        causes, wrong = check_causes(self.descriptor, scenario, ran, seen)
        findings += wrong + check_fast(self.descriptor, scenario, ran)
        held = 0 if cut is None else held_request(seen.beats, cut)
        findings += check_schedule(self.descriptor, scenario, ran, causes, seen.beats.waiting_edges, held)
        gave_up = _gave_up(findings)
        jobs = [_unmeasured(scenario, position) for position in range(len(scenario.jobs))]
        for result, job, span, slots in zip(jobs, scenario.jobs, ran, causes, strict=False):
            result.status = Status.PASSED
            if span is None:
                result.detail = "cut short"
            else:
                self._measure(result, job, span, port_cycles(span, seen), slots)
        findings += _slow(jobs)
        ended = {result.job for result in jobs if result.cycles}
        excused = self.excuse(occasions(scenario, history), findings, ended)
        findings = excused.findings
        for result in jobs:
            _decide(result, findings, excused.jobs)
        held = _hold(jobs, "a known hang") if gave_up and not _gave_up(findings) else 0
        self.jobs += sum(result.status is not Status.NOT_RUN for result in jobs)
        compared = memory.size
        if watchdog:  # of what jobs wrote that ended ahead of a hang
            whole = scenario.jobs[: len(ran)] if scenario.abort is None else ()
            compared = sum(job.z_range[1] for job in whole)
        return Verdict(jobs, findings, compared, excused.concerned, excused.shown, excused.silent, held)

    def passed(self, scenario: Scenario, measured: Sequence[MeasuredRow], waiting: Waiting) -> Verdict | None:
        """Make the verdict on a scenario that the deputy found clean, as `check` would.

        Args:
            scenario: Scenario that ran.
            measured: Measurements of each job.
            waiting: Tells where requests waited.

        Returns:
            None if a job was slower than its bound, faster than it can be done, or not on its schedule.
        """
        names = self.descriptor.probe.causes if self.descriptor.probe else None
        jobs = [_unmeasured(scenario, position) for position in range(len(scenario.jobs))]
        ran = [Span(*row[:3]) for row in measured]
        causes = [
            None if names is None else {name: n for name, n in zip(names, row[6:], strict=False) if n}
            for row in measured
        ]
        for result, job, span, row, slots in zip(jobs, scenario.jobs, ran, measured, causes, strict=True):
            result.status = Status.PASSED
            self._measure(result, job, span, BeatCount(*row[3:6]), slots)
        wrong = _slow(jobs) or check_fast(self.descriptor, scenario, ran)
        wrong = wrong or check_schedule(self.descriptor, scenario, ran, causes, waiting)
        return None if wrong else Verdict(jobs, [], scenario.window.size)

    def _judge(
        self,
        scenario: Scenario,
        before: npt.NDArray[np.uint8],
        expected: Callable[[], Prediction],
        seen: Observation,
        *,
        given_up: bool,
    ) -> tuple[Sequence[Span], list[Finding]]:
        """The checks of a scenario of which no job is cut short."""
        ran, findings = spans(scenario, seen, self._registers)
        if given_up:
            findings += compare_ended(scenario, before, seen.memory, len(ran), self.descriptor)
        else:
            predicted = expected()
            findings += predicted.findings
            findings += compare(scenario, predicted.memory, seen.memory, self.descriptor)
        traits = self.descriptor.traits
        findings += check_requests(scenario, ran, seen, traits)
        findings += check_gaps(scenario, ran, seen, traits)
        findings += check_writes(scenario, ran, seen, traits)
        findings += check_busy(ran, seen, complete=len(ran) == len(scenario.jobs), traits=traits)
        return ran, findings

    def excuse(
        self, jobs: Sequence[Occasion], findings: list[Finding], ended: Set[int] = frozenset()
    ) -> Excused:
        """Take out findings that the descriptor explains (`tb.exchange.known.excuse`)."""
        return excuse(self.descriptor.known, jobs, findings, ended)

    def note_register(self, finding: RegisterFinding) -> None:
        """Take a finding of the register predictor; it counts for the scenario that is judged next."""
        self._notes.append(Finding(Status.MISMATCH, "register", f"edge {finding.cycle}: {finding.text}"))

    def rule_findings(self, rules: dict[int, tuple[int, int]], beats: BeatLog | None = None) -> list[Finding]:
        """Make the findings of protocol rules that fired: number -> (count, first edge)."""
        return [_rule_finding(rule, *fired, beats) for rule, fired in rules.items()]

    @property
    def noted(self) -> bool:
        """True if findings were noted for the scenario that is judged next."""
        return bool(self._notes)

    def take_notes(self) -> list[Finding]:
        """The findings noted since the last call."""
        notes, self._notes = self._notes, []
        return notes

    def _measure(
        self, result: JobResult, job: Job, span: Span, beats: BeatCount, slots: dict[str, int] | None
    ) -> None:
        """Note the measurements of a job that ended."""
        result.cycles = span.cycles or None
        result.bound = self.descriptor.bound(job, beats.waiting)
        result.stalled = beats.waiting
        if job.macs and span.cycles:
            share = utilization(self.descriptor.instance, job.m, job.n, job.k, span.cycles)
            result.utilization = round(share, 6)
        result.beats_read = beats.reads
        result.beats_written = beats.writes
        result.queued = span.queued
        result.causes = None if slots is None else Causes(slots)


def _unmeasured(scenario: Scenario, position: int) -> JobResult:
    """The result of a job that never ended."""
    job = scenario.jobs[position]
    return JobResult(
        scenario=scenario.index,
        job=position,
        op=job.op.name,
        format=job.format_name,
        m=job.m,
        n=job.n,
        k=job.k,
        stall=scenario.stall.kind,
        core=job.core,
        status=Status.NOT_RUN,
    )


def _rule_finding(rule: int, count: int, first_edge: int, beats: BeatLog | None) -> Finding:
    place = ""
    if beats is not None and rule in TCDM_RULES and (at := np.flatnonzero(beats.edges == first_edge)).size:
        place = f", address {int(beats.records['add'][at[0]]):#010x}"
    text = TCDM_RULES.get(rule) or PERIPH_RULES.get(rule) or f"rule {rule} of rules_pkg.sv"
    return Finding(
        Status.PROTOCOL, f"rule {rule}", f"broken: {text} ({count} times, first at edge {first_edge}{place})"
    )


def _slow(results: Sequence[JobResult]) -> list[Finding]:
    """A job slower than its bound fails (contract A8.3)."""
    return [
        Finding(
            Status.TIMEOUT,
            "bound",
            f"{result.cycles} cycles, at most {result.bound} allowed with {result.stalled} stalled",
            result.job,
        )
        for result in results
        if result.bound is not None and (result.cycles or 0) > result.bound
    ]


def _gave_up(findings: Sequence[Finding]) -> bool:
    """Return whether a finding says why a scenario was given up before all of its jobs had ended."""
    return any(finding.checker in ("watchdog", "register_port") for finding in findings)


def _hold(jobs: Sequence[JobResult], what: str) -> int:
    """Say of the jobs that did not run what they stood behind; return their number."""
    held = [result for result in jobs if result.status is Status.NOT_RUN]
    for result in held:
        result.detail = f"behind {what}"
    return len(held)


def _decide(result: JobResult, findings: Sequence[Finding], known: Mapping[int, str]) -> None:
    """Gives a job the gravest of its findings, or says which known issue it showed."""
    own = [finding for finding in findings if finding.job == result.job]
    if own:
        worst = min(own, key=lambda finding: finding.status.gravity)
        result.status, result.detail = worst.status, f"{worst.checker}: {worst.detail}"
    elif result.job in known:
        result.status, result.detail = Status.PASSED, f"known: {known[result.job]}"
