# SPDX-License-Identifier: Apache-2.0
"""Fate of a defect: killed, by which checkers and when, or survived; and whether that is allowed."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from msgspec import MsgspecError

from regressions.judge import Ending, ProcessEnd, judge
from regressions.mutants.defects import Defect
from regressions.planner import Simulation
from regressions.results import SimulationLog
from tb.exchange.results import Failure, JobResult, TestEnd, decode
from tb.exchange.status import Status

# Names in the place of a checker for what no checker of the scoreboard reports.
TEST_CHECK = "test"  # a directed test's own checks
CRASH = "crash"  # the simulation ended by itself: an assertion of the device, no convergence, a broken bench
TIME_LIMIT = "time_limit"  # the simulated time stood still


class Fate(StrEnum):
    """Fate of a defect under the tests."""

    KILLED = "killed"
    SURVIVED = "survived"
    INVALID = "invalid"  # it does not compile


@dataclass(frozen=True, slots=True)
class DefectResult:
    """A defect after its jobs."""

    defect: Defect
    number: int  # its number, which selects it in the simulation
    fate: Fate  # fate of the defect
    checkers: tuple[str, ...] = ()  # checkers that reported it first, all of the same scenario
    test: str = ""  # the test in which it was reported
    # Jobs until then, that scenario's included, or cycles, as the campaign counts; of a survivor all of them.
    after: int = 0
    detail: str = ""  # first line of what was reported
    seconds: float = 0.0  # wall time of the simulation
    # All tests in which something was reported; the first alone if the simulation stopped there.
    tests: tuple[str, ...] = ()

    @property
    def complaint(self) -> str:
        """Reason why the result makes the run fail; empty if it is as the defect's data say."""
        defect = self.defect
        if self.fate is Fate.INVALID:
            return f"does not compile: {self.detail}; correct its replacement"
        if self.fate is Fate.SURVIVED and not defect.reason:
            return "survived; add a test that finds it, or say why it is equivalent or unreachable"
        if self.fate is Fate.KILLED and defect.reason and not (defect.unreachable and defect.elsewhere):
            kind = "equivalent" if defect.equivalent else "unreachable"
            return f"was found by {', '.join(self.checkers)}, so it is not {kind}: remove the reason"
        if self.fate is Fate.KILLED and defect.seen_by and not set(defect.seen_by) & set(self.checkers):
            seen = ", ".join(self.checkers)
            return (
                f"was found by {seen}, not by {' or '.join(defect.seen_by)}; correct seen_by or the checker"
            )
        return ""


def read_result(
    defect: Defect, number: int, folder: Path, simulation: Simulation, log: SimulationLog, outcome: ProcessEnd
) -> DefectResult:
    """Judge a defect by the results of its simulation, as far as it came, and by the end of its process."""

    def result(
        fate: Fate, checkers: tuple[str, ...] = (), test: str = "", jobs: int = 0, detail: str = ""
    ) -> DefectResult:
        text = " ".join(detail.split())[:300]
        tests = dict.fromkeys([test, *log.failed_tests] if test else [])
        return DefectResult(
            defect, number, fate, checkers, test, jobs, text, round(outcome.seconds, 3), tuple(tests)
        )

    done = sum(len(test.jobs) for test in log.tests)
    if (found := _first_failure(folder / "results.jsonl")) is not None:
        checkers, test, jobs, detail = found
        return result(Fate.KILLED, checkers, test, jobs, detail)
    results = judge(simulation, log, outcome, "")
    bad = [r for r in results if r.status is not Status.PASSED]
    if not bad:
        return result(Fate.SURVIVED, jobs=done)
    began = [r for r in bad if r.status is not Status.NOT_RUN] or bad
    checker = TIME_LIMIT if outcome.ending is Ending.TIMEOUT else CRASH
    return result(Fate.KILLED, (checker,), began[0].segment.entry.name, done, began[0].detail)


def _first_failure(path: Path) -> tuple[tuple[str, ...], str, int, str] | None:
    """Checkers, test, jobs so far and detail of the first failure in a results file."""
    jobs = 0
    for text in path.read_bytes().splitlines() if path.exists() else []:
        try:
            line = decode(text)
        except MsgspecError:
            return None  # the process was stopped in the middle of the line
        if isinstance(line, JobResult):
            jobs += 1
        elif isinstance(line, Failure):
            names = dict.fromkeys(finding.checker for finding in line.findings)
            return tuple(names), line.test, jobs, line.detail
        elif isinstance(line, TestEnd) and line.status is not Status.PASSED:
            finder = CRASH if line.status is Status.CRASH else TEST_CHECK
            return (finder,), line.test, jobs, line.detail
    return None
