# SPDX-License-Identifier: Apache-2.0
"""The scoreboard: predicts a scenario, takes the monitors' records, runs every check."""

from collections.abc import Callable, Sequence, Set
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from pyuvm import ConfigDB, uvm_analysis_export, uvm_component, uvm_scoreboard

from tb.agents.control.rules import DESCRIPTIONS as PERIPH_RULES
from tb.agents.tcdm.memory import job_ranges
from tb.agents.tcdm.monitor import BeatCount, BeatLog, TcdmLogs
from tb.agents.tcdm.rules import DESCRIPTIONS as TCDM_RULES
from tb.dpi.deputy import MeasuredRow
from tb.exchange.attributes import FRESH, History, Occasion, occasions
from tb.exchange.device import Descriptor
from tb.exchange.known import Excused, excuse
from tb.exchange.results import Causes, Finding, JobResult
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.registers.own import registers_of
from tb.registers.state import RegisterFinding
from tb.scoreboard.aborted import check_aborted
from tb.scoreboard.causes import check_causes
from tb.scoreboard.fast import check_fast
from tb.scoreboard.finding import Observation, Span
from tb.scoreboard.gaps import check_gaps
from tb.scoreboard.hang import hang
from tb.scoreboard.memory import compare, compare_ended
from tb.scoreboard.order import check_busy, check_writes
from tb.scoreboard.own import OwnCheckers, Watched
from tb.scoreboard.prediction import Prediction, prediction
from tb.scoreboard.protocol import PortLogs, check_protocol
from tb.scoreboard.requests import check_requests
from tb.scoreboard.schedule import check_schedule, held_request
from tb.scoreboard.second_opinion import SecondOpinions
from tb.scoreboard.spans import port_cycles, spans, trigger_edges
from tb.scoreboard.verdict import Verdict, decide, gave_up, hold, measure, slow, unmeasured
from tb.scoreboard.written import check_written


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
        own: Checkers that a user brings.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.jobs = 0
        self.own = OwnCheckers()
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
        cuts: Sequence[int] = (),
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
            cuts: Edges at which jobs were cut short, for a scenario with an abort.
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
        elif len(cuts) != len(scenario.abort.cuts):
            ran, found = [], [Finding(Status.PROTOCOL, "abort", "a soft clear was not granted")]
        else:
            traits = self.descriptor.traits
            ran, found = check_aborted(scenario, before, seen, cuts[0], traits, self._registers)
        findings += found
        if watchdog and not port_error:
            findings.append(hang(scenario, ran, seen, self._registers, silent=silent))
        causes, wrong = check_causes(self.descriptor, scenario, ran, seen)
        findings += wrong + check_fast(self.descriptor, scenario, ran)
        granted = held_request(seen.beats, cuts[-1]) if cuts else 0
        triggers = trigger_edges(seen.accesses, self._registers)
        waits = seen.beats.waiting_edges
        findings += check_schedule(self.descriptor, scenario, ran, causes, waits, triggers, granted)
        if self.own:
            view = Watched(
                *(self.descriptor, scenario, ran, before, memory), seen.beats, seen.events, seen.accesses
            )
            findings += self.own.judge(view, clean=not findings)
        jobs = [unmeasured(scenario, position) for position in range(len(scenario.jobs))]
        for result, job, span, slots in zip(jobs, scenario.jobs, ran, causes, strict=False):
            result.status = Status.PASSED
            if span is None:
                result.detail = "cut short"
            else:
                counted = None if slots is None else Causes(slots)
                measure(result, self.descriptor, job, span, port_cycles(span, seen), counted)
        findings += slow(jobs)
        ended = {result.job for result in jobs if result.cycles}
        excused = self.excuse(occasions(scenario, history), findings, ended)
        findings = excused.findings
        for result in jobs:
            decide(result, findings, excused.jobs)
        known_hang = (
            ""
            if gave_up(findings)
            else next((item for finding, item in excused.explained.items() if gave_up([finding])), "")
        )
        held = hold(jobs, "a known hang") if known_hang else 0
        self.jobs += sum(result.status is not Status.NOT_RUN for result in jobs)
        compared = memory.size
        if watchdog:  # of what jobs wrote that ended ahead of a hang
            whole = scenario.jobs[: len(ran)] if scenario.abort is None else ()
            compared = sum(job.z_range[1] for job in whole)
        stopped = "" if compared else known_hang
        return Verdict(
            jobs, findings, compared, excused.concerned, excused.shown, excused.silent, held, stopped
        )

    def passed(
        self, scenario: Scenario, measured: Sequence[MeasuredRow], results: list[JobResult]
    ) -> Verdict | None:
        """Make the verdict on a scenario that the deputy found clean, as `check` would.

        Args:
            scenario: Scenario that ran.
            measured: Measurements of each job.
            results: Of the jobs, with their bounds; they become the verdict's.

        Returns:
            None if a job was slower than its bound.
        """
        names = self.descriptor.probe.causes if self.descriptor.probe else None
        for result, job, row in zip(results, scenario.jobs, measured, strict=True):
            result.status = Status.PASSED
            slots = None if names is None else Causes.counted(names, row[6:])
            measure(result, self.descriptor, job, Span(*row[:3]), BeatCount(*row[3:6]), slots)
        return None if slow(results) else Verdict(results, [], scenario.window.size)

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
            wrong = compare_ended(scenario, before, seen.memory, len(ran), self.descriptor)
        else:
            predicted = expected()
            findings += predicted.findings
            wrong = compare(scenario, predicted.memory, seen.memory, self.descriptor, seen.beats)
        # A byte that was not written is told once: where memory shows it, by that.
        findings += wrong or check_written(scenario, ran, seen)
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


def _rule_finding(rule: int, count: int, first_edge: int, beats: BeatLog | None) -> Finding:
    place = ""
    if beats is not None and rule in TCDM_RULES and (at := np.flatnonzero(beats.edges == first_edge)).size:
        place = f", address {int(beats.records['add'][at[0]]):#010x}"
    text = TCDM_RULES.get(rule) or PERIPH_RULES.get(rule) or f"rule {rule} of rules_pkg.sv"
    return Finding(
        Status.PROTOCOL, f"rule {rule}", f"broken: {text} ({count} times, first at edge {first_edge}{place})"
    )
