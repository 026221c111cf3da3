# SPDX-License-Identifier: Apache-2.0
"""Reads the results of a simulation from ``results.jsonl``, while it runs or after it ended."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import MsgspecError

from regressions.packed_results import PackedHits, PackedJobs
from tb.exchange.results import (
    CoverageHits,
    Failure,
    JobResult,
    Line,
    SimulationEnd,
    TestBegin,
    TestEnd,
    decode,
)
from tb.exchange.status import Status


@dataclass(slots=True)
class TestLog:
    """Results of one segment between its begin and its end."""

    __test__ = False  # not a pytest class

    key: tuple[str, int, int]  # test, first scenario, the one after the last
    jobs: PackedJobs = field(default_factory=PackedJobs)
    failures: list[Failure] = field(default_factory=list)  # its failed scenarios
    coverage: PackedHits | None = None  # its functional coverage
    end: TestEnd | None = None  # its end; None as long as there was none


@dataclass(slots=True)
class SimulationLog:
    """All of a ``results.jsonl``."""

    tests: list[TestLog] = field(default_factory=list)  # segments that began, in their order
    ended: bool = False  # True if there was a ``sim_end``
    cycles: int = 0  # simulated cycles, of ``sim_end`` or summed from the tests
    seconds: float = 0.0  # wall time of the simulation in seconds
    start: float = 0.0  # processor time in seconds that belongs to no segment, of ``sim_end``
    damaged: int = 0  # number of lines that could not be read; a cut last line is not one of them

    @property
    def processor(self) -> Counter[str]:
        """Processor time in seconds by purpose, as far as it was told."""
        spent = Counter({"start": self.start})
        for test in self.tests:
            spent.update(test.end.processor if test.end else {})
        return spent

    @property
    def failed_tests(self) -> list[str]:
        """Names of the tests that have reported anything wrong so far."""
        return [
            test.key[0]
            for test in self.tests
            if test.failures or (test.end is not None and test.end.status is not Status.PASSED)
        ]

    @property
    def running(self) -> TestLog | None:
        """The segment that began and has not ended."""
        return self.tests[-1] if self.tests and self.tests[-1].end is None else None


class ResultsReader:
    """Reads a results file that may still be growing; a line counts once its end has been written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""
        self.log = SimulationLog()

    def poll(self) -> int:
        """Read the lines added since the last call; return their number."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return 0
        self._offset += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(line)
        return len(lines)

    def _take(self, text: bytes) -> None:
        if not text.strip():
            return
        if (line := _line(text)) is None:
            self.log.damaged += 1
        else:
            self._apply(line)

    def _apply(self, line: Line) -> None:
        log = self.log
        if isinstance(line, TestBegin):
            log.tests.append(TestLog((line.test, line.begin, line.end)))
        elif isinstance(line, SimulationEnd):
            log.ended = True
            log.cycles, log.seconds, log.start = line.cycles, line.seconds, line.start
        elif log.running is None:
            log.damaged += 1
        elif isinstance(line, JobResult):
            log.running.jobs.append(line)
        elif isinstance(line, Failure):
            log.running.failures.append(line)
        elif isinstance(line, CoverageHits):
            log.running.coverage = PackedHits(line)
        else:
            log.running.jobs.close()
            log.running.end = line


def read_results(path: Path) -> SimulationLog:
    """Reads a whole results file; a missing file, or a last line cut short, is what a crash leaves behind."""
    reader = ResultsReader(path)
    reader.poll()
    return reader.log


MAX_LINE = 1 << 26
"""Bytes of a line beyond which it is none: coverage, the longest, takes some hundred thousand."""

_JOB = b'"job"'  # a line of a job begins with its type


def stream_lines(path: Path, jobs: bool = True) -> Iterator[Line | None]:
    """Reads the lines of a results file one by one, in bounded memory; None for each that is none.

    Without `jobs`, their lines, which are most, are passed over. A last line without its end does not count.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        while text := file.readline(MAX_LINE):
            if not text.endswith(b"\n"):
                if len(text) < MAX_LINE:
                    return
                while (rest := file.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                    pass
                yield None
            elif text.strip() and (jobs or _JOB not in text[:24]):
                yield _line(text)


def _line(text: bytes) -> Line | None:
    try:
        return decode(text)
    except (MsgspecError, OverflowError):
        return None
