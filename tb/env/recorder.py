# SPDX-License-Identifier: Apache-2.0
"""Writes results of a simulation to `results.jsonl`, line by line, so that a crash loses nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from time import thread_time

from tb.exchange.bucket import bucket_of, foremost
from tb.exchange.plan import Segment
from tb.exchange.record import Record
from tb.exchange.results import Failure, Finding, Line, encode
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.scoreboard.verdict import Verdict

TEST = "test"
"""Checker of what a test says itself."""

_FINDINGS = 20  # of a scenario that are told in its line; its record has all


class Recorder:
    """Results of one segment (scenarios of one test).

    Attributes:
        jobs: Jobs that were checked.
        compared_bytes: Bytes of memory that were compared.
        held: Jobs that did not run, since they stood behind a hang that is known.
        stopped: Jobs of scenarios that a known hang left nothing to compare of, by the known issue.
        without: Planned jobs that did not run, since the device cannot.
        checks: Checks of directed tests.
        register_reads: Reads that the reference model of the registers compared.
        concerned: Scenarios with a job that a known issue of the device concerns, by its id.
        known: Those in which it showed.
        silent: Scenarios with a job that it concerns and that passed without it.
        left_out: Scenarios that were drawn and not run, since the device cannot, by reason.
        worst: Gravest status so far.
        detail: Description of the first problem.
        complete: The segment came to its end; one that did not has crashed.

    Args:
        folder: Folder of the simulation; records of failures go to its sub-folder `failures`.
        descriptor: Path of the device's descriptor, for failure records.
        segment: The segment.
        state: Seed of the random state that the simulation started from; 0 for none.
        spend: Told the processor time of writing lines, in seconds, with its purpose.
        checkers: Files of a user's checkers, for failure records.
    """

    def __init__(
        self,
        folder: Path,
        descriptor: str,
        segment: Segment,
        state: int,
        spend: Callable[[str, float], None],
        checkers: tuple[str, ...] = (),
    ) -> None:
        self._folder = folder
        self._descriptor = descriptor
        self._segment = segment
        self._state = state
        self._test = segment.entry.name
        self._spend = spend
        self._checkers = checkers
        self._file = (folder / "results.jsonl").open("ab")
        self.jobs = 0
        self.compared_bytes = 0
        self.held = 0
        self.stopped: Counter[str] = Counter()
        self.without = 0
        self.checks = 0
        self.register_reads = 0
        self.worst = Status.PASSED
        self.complete = False
        self.concerned: Counter[str] = Counter()
        self.known: Counter[str] = Counter()
        self.silent: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.detail = ""

    def line(self, line: Line) -> None:
        """Write one line."""
        self._write((line,))

    def scenario(self, scenario: Scenario, verdict: Verdict, since_reset: Sequence[Scenario]) -> None:
        """Record the jobs of a scenario, and a failure record if it did not pass."""
        for result in verdict.jobs:
            result.test = self._test
        self._write(verdict.jobs)
        self.jobs += sum(result.status is not Status.NOT_RUN for result in verdict.jobs)
        self.held += verdict.held
        if verdict.stopped:
            self.stopped[verdict.stopped] += len(verdict.jobs)
        self.compared_bytes += verdict.compared_bytes
        if verdict.concerned or verdict.known:
            self.concerned.update(verdict.concerned)
            self.known.update(verdict.known)
            self.silent.update(verdict.silent)
        if verdict.findings:
            self._failure(scenario, verdict, since_reset)

    def leave_out(self, reason: str, jobs: int) -> None:
        """Note a scenario of a directed test that the device cannot run."""
        self.left_out[reason] += 1
        self.without += jobs

    def check(self, passed: bool, what: str) -> None:
        """Record a check of a directed test, such as a register that read back what it should.

        Where it did not pass, `what` tells people what is wrong.
        """
        self.checks += 1
        if not passed:
            self.fail(Status.MISMATCH, what)

    def error(self, number: int, detail: str) -> None:
        """Note that the test's own code raised something, in a run or scenario; the others go on."""
        self.fail(Status.ERROR, f"{TEST}: {detail}")
        finding = Finding(Status.ERROR, TEST, detail)
        self.line(Failure(self._test, number, Status.ERROR, finding.line, (finding,)))

    def fail(self, status: Status, detail: str) -> None:
        """Make the test fail; the gravest status and its first detail are kept."""
        if status.gravity < self.worst.gravity:
            self.worst, self.detail = status, detail

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, lines: Sequence[Line]) -> None:
        started = thread_time()
        self._file.write(b"".join(map(encode, lines)))
        self._file.flush()
        self._spend("reporting", thread_time() - started)

    def _failure(self, scenario: Scenario, verdict: Verdict, since_reset: Sequence[Scenario]) -> None:
        self.fail(verdict.status, f"scenario {scenario.index}: {verdict.detail}")
        about = foremost(verdict.findings)
        place = f"failures/{self._test}-{scenario.index}.json"
        record = Record(
            descriptor=self._descriptor,
            entry=self._segment.entry,
            seed=self._segment.seed,
            state=self._state,
            checkers=self._checkers,
            status=about.status,
            detail=about.line,
            findings=(about, *(each for each in verdict.findings if each is not about)),
            scenarios=tuple(since_reset),
        )
        record.write(self._folder / place)
        told = _told(verdict.findings)
        self.line(Failure(self._test, scenario.index, verdict.status, verdict.detail, told, place))


def _told(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings of a line, in their order: the first of each bucket, and the first ones."""
    firsts = {bucket_of(each): number for number, each in reversed([*enumerate(findings)])}
    chosen = list(dict.fromkeys([*sorted(firsts.values()), *range(len(findings))]))[:_FINDINGS]
    return tuple(findings[number] for number in sorted(chosen))
