# SPDX-License-Identifier: Apache-2.0
"""The scoreboard: predicts a scenario, takes what the monitors publish, runs every check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from pyuvm import ConfigDB, uvm_analysis_export, uvm_component, uvm_scoreboard

from models.timing import utilization
from tb.agents.control.rules import DESCRIPTIONS as PERIPH_RULES
from tb.agents.tcdm.memory import job_ranges
from tb.agents.tcdm.rules import DESCRIPTIONS as TCDM_RULES
from tb.descriptor import Descriptor
from tb.registers.model import RegisterFinding
from tb.scoreboard.aborted import check_aborted
from tb.scoreboard.causes import Slots, check_causes
from tb.scoreboard.finding import Finding, Observation, Span
from tb.scoreboard.gaps import check_gaps
from tb.scoreboard.memory import compare
from tb.scoreboard.order import check_busy, check_writes
from tb.scoreboard.prediction import Prediction, prediction
from tb.scoreboard.protocol import PortLogs, check_protocol
from tb.scoreboard.requests import check_requests
from tb.scoreboard.second_opinion import SecondOpinions
from tb.scoreboard.spans import port_cycles, spans
from tb.status import Status
from tb.stimulus.job import Job, Scenario


@dataclass(frozen=True, slots=True)
class JobResult:
    """Outcome of one job.

    Attributes:
        job: What ran.
        status: Outcome of the job.
        cycles: From the grant of its trigger, or from the previous event if it was queued, to its event;
            0 if it never ended.
        bound: Most cycles it may take with the stalls it met; None when the device has no bound.
        stalled: Cycles with a request and no grant.
        utilization: Useful steps per step of the array; 0 for a job without steps.
        reads: Granted reads.
        writes: Granted writes.
        queued: Whether it waited for an earlier job.
        causes: Where its time went, by the device's probe; None without one, or if the job was cut short.
        detail: What is wrong, empty if nothing.
    """

    job: Job
    status: Status
    cycles: int = 0
    bound: int | None = None
    stalled: int = 0
    utilization: float = 0.0
    reads: int = 0
    writes: int = 0
    queued: bool = False
    causes: Slots | None = None
    detail: str = ""


@dataclass(slots=True)
class Verdict:
    """Outcome of a scenario.

    Attributes:
        jobs: Its jobs.
        findings: Everything that is wrong.
        compared_bytes: Bytes of memory that were compared.
        known: Known issues and differences of the device that showed; they do not count as findings.
        silent: Those that concern a job which passed without showing one.
    """

    jobs: list[JobResult]
    findings: list[Finding]
    compared_bytes: int
    known: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    @property
    def status(self) -> Status:
        """The gravest finding; passed when there is none."""
        if not self.findings:
            return Status.PASSED
        order = list(Status)
        return min((finding.status for finding in self.findings), key=order.index)

    @property
    def detail(self) -> str:
        """The first gravest finding, for one line."""
        if not self.findings:
            return ""
        status = self.status
        for finding in self.findings:
            if finding.status is status:
                place = "" if finding.job is None else f"job {finding.job}: "
                return f"{finding.checker}: {place}{finding.detail}"
        return ""


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


@dataclass(slots=True)
class Totals:
    """What the scoreboard compared in all; a test that compared less than it planned fails."""

    scenarios: int = 0
    jobs: int = 0
    compared_bytes: int = 0
    findings: int = 0
    rules: dict[int, int] = field(default_factory=dict)


class Scoreboard(uvm_scoreboard):
    """Compares a device with the reference model and the contract.

    The monitors write into `beats`, `events`, `probe` and `accesses`; `check` then judges a scenario. The
    descriptor comes from the configuration database under the key `descriptor`.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.totals = Totals()
        self._notes: list[Finding] = []

    def build_phase(self) -> None:
        """Make the exports that the monitors are connected to."""
        self.descriptor: Descriptor = ConfigDB().get(self, "", "descriptor")
        self.beats = Latest("beats", self)
        self.events = Latest("events", self)
        self.probe = Latest("probe", self)
        self.accesses = Latest("accesses", self)

    def check(
        self,
        scenario: Scenario,
        before: npt.NDArray[np.uint8],
        memory: npt.NDArray[np.uint8],
        rules: dict[int, tuple[int, int]],
        *,
        watchdog: bool,
        port_error: str = "",
        cut: int | None = None,
        expected: Callable[[], Prediction] | None = None,
        ports: PortLogs | None = None,
    ) -> Verdict:
        """Judge a scenario from what the monitors published last.

        Args:
            scenario: What was to run.
            before: The window's bytes before the first trigger.
            memory: The window's bytes after the last event.
            rules: Protocol rules that fired: number -> (count, first edge).
            watchdog: Whether the scenario was given up, by the watchdog or for a port error.
            port_error: Why a job could not be programmed, empty if all could.
            cut: Edge at which the first job was cut short, for a scenario with an abort.
            expected: Gives what the model predicts, if somebody predicts it already.
            ports: Logs over which the bus rules are checked once more; None for a scenario without that.
        """
        seen = Observation(
            self.beats.take(),
            self.events.take(),
            self.probe.take(),
            self.accesses.take(),
            memory,
            rules,
            watchdog,
        )
        findings = self.take_notes()
        findings += self.rule_findings(rules)
        if ports is not None:
            access = 4 * ports.beats["data"].shape[1]
            allowed = [span for job in scenario.jobs for span in job_ranges(job, access)]
            findings += check_protocol(ports, allowed, rules)
        if port_error:
            findings.append(Finding(Status.PROTOCOL, "register_port", port_error))
        ran: Sequence[Span | None]
        if scenario.abort is None:
            after = expected or partial(prediction, scenario, before, SecondOpinions(sources=()))
            ran, found = self._judge(scenario, after, seen, given_up=bool(port_error) or watchdog)
        elif cut is None:
            ran, found = [], [Finding(Status.PROTOCOL, "abort", "the soft clear was not granted")]
        else:
            ran, found = check_aborted(scenario, before, seen, cut)
        findings += found
        if watchdog and not port_error:
            done = len(ran)
            text = f"no event of job {done} within the watchdog's limit; {done} of {len(scenario.jobs)} ended"
            findings.append(
                Finding(Status.TIMEOUT, "watchdog", text, done if done < len(scenario.jobs) else None)
            )
        if not watchdog:
            self.totals.compared_bytes += memory.size
        causes, wrong = check_causes(self.descriptor, scenario, ran, seen)
        findings += wrong
        measured = [
            self._measure(job, span, slots, seen)
            for job, span, slots in zip(scenario.jobs, ran, causes, strict=False)
        ]
        findings += _slow(measured)
        findings, known = self.without_known(scenario, findings)
        jobs = [
            _result(job, measured[position] if position < len(measured) else None, position, findings, known)
            for position, job in enumerate(scenario.jobs)
        ]
        self.totals.scenarios += 1
        self.totals.jobs += len(ran)
        self.totals.findings += len(findings)
        for rule, (count, _) in rules.items():
            self.totals.rules[rule] = self.totals.rules.get(rule, 0) + count
        compared = 0 if watchdog else memory.size
        return Verdict(jobs, findings, compared, sorted(set(known.values())), self.silent(jobs, known))

    def _judge(
        self,
        scenario: Scenario,
        expected: Callable[[], Prediction],
        seen: Observation,
        *,
        given_up: bool,
    ) -> tuple[Sequence[Span], list[Finding]]:
        """The checks of a scenario whose jobs all run to their ends."""
        ran, findings = spans(scenario, seen)
        if not given_up:
            predicted = expected()
            findings += predicted.findings
            findings += compare(scenario, predicted.memory, seen.memory, self.descriptor)
        findings += check_requests(scenario, ran, seen)
        findings += check_gaps(scenario, ran, seen)
        findings += check_writes(scenario, ran, seen)
        findings += check_busy(ran, seen, complete=len(ran) == len(scenario.jobs))
        return ran, findings

    def without_known(
        self, scenario: Scenario, findings: list[Finding]
    ) -> tuple[list[Finding], dict[int, str]]:
        """Take out what the descriptor says of a job; returns the rest, and the issue of each such job."""
        rest: list[Finding] = []
        known: dict[int, str] = {}
        for finding in findings:
            issue = None
            if finding.job is not None:
                issues = self.descriptor.issues_of(scenario.jobs[finding.job])
                issue = next((each.id for each in issues if each.expect == finding.status), None)
            if issue is None or finding.job is None:
                rest.append(finding)
            else:
                known[finding.job] = issue
        return rest, known

    def silent(self, jobs: Sequence[JobResult], known: Mapping[int, str]) -> list[str]:
        """Issues and differences of jobs that ran to their ends and passed.

        Args:
            jobs: Outcomes of a scenario.
            known: Jobs that passed because of what is known of the device.
        """
        if not (self.descriptor.known_issues or self.descriptor.known_differences):
            return []
        clean = [
            result.job
            for position, result in enumerate(jobs)
            if result.status is Status.PASSED and result.cycles and position not in known
        ]
        return sorted({issue.id for job in clean for issue in self.descriptor.issues_of(job)})

    def note_register(self, finding: RegisterFinding) -> None:
        """Take a finding of the register predictor; it counts for the scenario that is judged next."""
        self._notes.append(Finding(Status.MISMATCH, "register", f"edge {finding.cycle}: {finding.text}"))

    def rule_findings(self, rules: dict[int, tuple[int, int]]) -> list[Finding]:
        """What is to be said of protocol rules that fired: number -> (count, first edge)."""
        return [_rule_finding(rule, *fired) for rule, fired in rules.items()]

    def take_notes(self) -> list[Finding]:
        """The findings noted since the last call."""
        notes, self._notes = self._notes, []
        return notes

    def _measure(self, job: Job, span: Span | None, causes: Slots | None, seen: Observation) -> JobResult:
        if span is None:
            return JobResult(job, Status.PASSED, detail="cut short")
        beats = port_cycles(span, seen)
        steps = job.macs
        return JobResult(
            job,
            Status.PASSED,
            cycles=span.cycles,
            bound=self.descriptor.bound(job, beats.waiting),
            stalled=beats.waiting,
            utilization=utilization(self.descriptor.instance, job.m, job.n, job.k, span.cycles)
            if steps
            else 0.0,
            reads=beats.reads,
            writes=beats.writes,
            queued=span.queued,
            causes=causes,
        )


def _rule_finding(rule: int, count: int, first_edge: int) -> Finding:
    text = TCDM_RULES.get(rule) or PERIPH_RULES.get(rule) or f"rule {rule} of rules_pkg.sv"
    return Finding(Status.PROTOCOL, f"rule {rule}", f"{text} ({count} times, first at edge {first_edge})")


def _slow(measured: list[JobResult]) -> list[Finding]:
    """A job slower than its bound fails (contract A8.3)."""
    return [
        Finding(
            Status.TIMEOUT,
            "bound",
            f"{result.cycles} cycles, at most {result.bound} allowed with {result.stalled} stalled",
            position,
        )
        for position, result in enumerate(measured)
        if result.bound is not None and result.cycles > result.bound
    ]


def _result(
    job: Job, measured: JobResult | None, position: int, findings: list[Finding], known: dict[int, str]
) -> JobResult:
    own = [finding for finding in findings if finding.job == position]
    result = measured or JobResult(job, Status.NOT_RUN)
    if not own and position in known:
        return replace(result, status=Status.PASSED, detail=f"known: {known[position]}")
    if not own:
        return result
    order = list(Status)
    worst = min(own, key=lambda finding: order.index(finding.status))
    return replace(result, status=worst.status, detail=f"{worst.checker}: {worst.detail}")
