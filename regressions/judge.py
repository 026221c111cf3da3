# SPDX-License-Identifier: Apache-2.0
"""Decides the status of each segment from its log and from how its process ended.

Nothing passes by default: a segment passes if it ended as passed, with all planned jobs, in a simulation that
ended too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from regressions.packed_results import PackedHits, PackedJobs
from regressions.planner import Simulation
from regressions.results import SimulationLog, TestLog
from tb.exchange.plan import Segment
from tb.exchange.results import STOPPED_EARLY, Failure, JobResult, TestEnd
from tb.exchange.status import Status, gravest


class Ending(Enum):
    """Ways in which a process ends."""

    EXITED = "exited"
    TIMEOUT = "timeout"
    INTERRUPTED = "interrupted"
    NOT_STARTED = "not started"
    LOST = "lost"  # with every worker of a farm that ran it


@dataclass(frozen=True, slots=True)
class ProcessEnd:
    """The end of a simulation's process.

    Attributes:
        ending: Way in which it ended.
        code: Exit code; negative for a signal; None if it was never started.
        detail: Message of the runner, or the log's last lines.
        xml_failures: Failures in cocotb's own results file, in case the bench itself broke.
        seconds: Wall time from start to end.
    """

    ending: Ending
    code: int | None = None
    detail: str = ""
    xml_failures: tuple[str, ...] = ()
    seconds: float = 0.0

    def raised(self, place: int) -> str:
        """Tell what ended the segment at a place of the plan from without; empty if nobody knows."""
        name = f"segment/number={place}: "
        said = next((each.removeprefix(name) for each in self.xml_failures if each.startswith(name)), "")
        return "" if said.startswith(_PREMATURE) else said


# What cocotb says of any end that it did not ask for; the log says why.
_PREMATURE = "cocotb expected it would shut down the simulation"


@dataclass(slots=True)
class SegmentResult:
    """Result of a segment, and its simulation's folder."""

    segment: Segment
    status: Status
    detail: str
    folder: str
    jobs: Sequence[JobResult] = field(default_factory=PackedJobs)
    failures: list[Failure] = field(default_factory=list)
    coverage: PackedHits | None = None
    end: TestEnd | None = None

    @property
    def cycles(self) -> int:
        """Simulated cycles; 0 where the end was not reached."""
        return self.end.cycles if self.end else 0

    @property
    def seconds(self) -> float:
        """Wall time; 0 where the end was not reached."""
        return self.end.seconds if self.end else 0.0

    @property
    def began(self) -> bool:
        """True if the segment had its turn; one that had not may be run in another simulation."""
        return self.end is not None or bool(self.jobs) or self.status is not Status.NOT_RUN


def describe_exit(code: int | None) -> str:
    """An exit code in words."""
    if code is None:
        return "no exit code"
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


def _stopped(outcome: ProcessEnd, test: TestLog | None) -> tuple[Status, str]:
    """Status of the segment during which a process ended too early."""
    place = f" in scenario {test.jobs[-1].scenario} or the next" if test and test.jobs else ""
    if outcome.ending is Ending.TIMEOUT:
        return Status.TIMEOUT, f"{outcome.detail}{place}"
    if outcome.ending is Ending.INTERRUPTED:
        return Status.NOT_RUN, "interrupted"
    said = f": {outcome.detail}" if outcome.detail else ""
    return Status.CRASH, f"simulation stopped{place}, {describe_exit(outcome.code)}{said}"


def _absent(log: SimulationLog, outcome: ProcessEnd) -> tuple[Status, str]:
    """Status of a segment that never began; one that was skipped would only be skipped again."""
    if outcome.ending is Ending.LOST:
        return Status.CRASH, outcome.detail
    if outcome.ending is Ending.EXITED and log.ended:
        fault = f": {outcome.xml_failures[0]}" if outcome.xml_failures else ""
        return Status.CRASH, f"the simulation ended without running it{fault}"
    return Status.NOT_RUN, "its simulation stopped before it"


def stopped_by(segment: Segment, end: TestEnd) -> list[str]:
    """Known issues whose hangs left a segment nothing to compare.

    None if it compared something, or lacks the result of any job for another reason.
    """
    everything = sum(end.stopped.values()) + end.without == segment.jobs
    return sorted(end.stopped) if everything and not end.compared_bytes else []


def _ended(segment: Segment, test: TestLog) -> tuple[Status, str]:
    """Status of a segment whose end was reported."""
    assert test.end is not None
    ran = [job for job in test.jobs if job.status is not Status.NOT_RUN]
    status = gravest([test.end.status, *(job.status for job in ran), *(f.status for f in test.failures)])
    if status is not Status.PASSED:
        details = [test.end.detail, *(f.detail for f in test.failures), *(job.detail for job in test.jobs)]
        return status, next((detail for detail in details if detail), "no detail was given")
    checked, planned = min(len(ran), test.end.jobs), segment.jobs - test.end.held - test.end.without
    if checked < planned:
        return Status.NOT_RUN, f"ended early: {checked} of {planned} planned jobs were checked"
    compared = test.end.compared_bytes or stopped_by(segment, test.end)
    if segment.jobs > test.end.without and not compared:
        return Status.NOT_RUN, "nothing was compared"
    return Status.PASSED, ""


def _simulation_fault(log: SimulationLog, outcome: ProcessEnd) -> tuple[Status, str] | None:
    """Why no segment of a simulation may pass although all of them ended."""
    if outcome.ending is Ending.EXITED and log.ended and outcome.code == 0:
        if log.damaged:
            return Status.CRASH, f"{log.damaged} damaged lines in results.jsonl"
        if outcome.xml_failures:
            return Status.CRASH, f"the bench failed: {outcome.xml_failures[0]}"
        return None
    return _stopped(outcome, None)


def judge(
    simulation: Simulation, log: SimulationLog, outcome: ProcessEnd, folder: str
) -> list[SegmentResult]:
    """Gives each segment of a simulation its status.

    Args:
        simulation: Simulation as planned.
        log: Results of the simulation, as far as it came.
        outcome: ProcessEnd of its process.
        folder: The simulation's folder, relative to the run's.
    """
    logs = {test.key: test for test in log.tests}
    results: list[SegmentResult] = []
    for place, segment in enumerate(simulation.segments):
        test = logs.get(segment.key)
        if test is None:
            status, detail = _absent(log, outcome)
            results.append(SegmentResult(segment, status, detail, folder))
            continue
        if test.end is not None:
            status, detail = _ended(segment, test)
            if detail == STOPPED_EARLY:
                said = outcome.raised(place)
                detail = f"{detail}: {said or outcome.detail or 'its log may say why'}"
                if said.startswith(f"{segment.entry.sequence.rpartition(':')[0]}:"):
                    status = Status.ERROR  # a task that the test's own code started
        else:
            status, detail = _stopped(outcome, test)
            status = gravest([status, *(f.status for f in test.failures)])
        results.append(
            SegmentResult(segment, status, detail, folder, test.jobs, test.failures, test.coverage, test.end)
        )
    _apply_simulation_fault(results, log, outcome)
    return results


def _apply_simulation_fault(results: list[SegmentResult], log: SimulationLog, outcome: ProcessEnd) -> None:
    fault = _simulation_fault(log, outcome)
    if fault is None or outcome.ending is Ending.LOST:
        return
    explained = any(result.status not in (Status.PASSED, Status.NOT_RUN) for result in results)
    if explained and log.ended and outcome.ending is Ending.EXITED:
        return  # it ended, and a bad exit code is what a failed test gives
    status, detail = fault
    if not log.tests and outcome.ending is not Ending.INTERRUPTED:
        # It never reached a test: the first one stands for the reason, and the others are not tried again.
        for result in results:
            result.status, result.detail = status, f"{detail} (before its first test)"
        return
    for result in results:
        if result.status is Status.PASSED:
            # A test that brought the simulation down is to blame; without one, the fault is everybody's.
            result.status = Status.NOT_RUN if explained else status
            result.detail = f"finished, but its simulation did not end well: {detail}"
