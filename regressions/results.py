# SPDX-License-Identifier: Apache-2.0
"""Reads what a simulation reports in ``results.jsonl``, while it runs or after it ended."""

import json
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from regressions.status import parse_status
from tb.status import Status


@lru_cache(maxsize=4096)
def _shared(names: tuple[str, ...]) -> tuple[str, ...]:
    """The first of equal tuples."""
    return names


@dataclass(frozen=True, slots=True)
class Causes:
    """Slots of a job by cause; a nightly run keeps a million of these, and few different sets of names."""

    names: tuple[str, ...]
    slots: "array[int]"

    @classmethod
    def from_json(cls, table: dict[str, int]) -> "Causes":
        """Reads the ``causes`` of a ``job`` line."""
        return cls(_shared(tuple(map(sys.intern, table))), array("Q", map(int, table.values())))

    def items(self) -> Iterator[tuple[str, int]]:
        """Names and slots."""
        return zip(self.names, self.slots, strict=True)


@dataclass(frozen=True, slots=True)
class Covered:
    """A ``coverage`` line, small: a long run keeps some thousands of these.

    Attributes:
        definition: What the numbers of bins mean.
        items: Bins that were hit, and how often, by item.
        events: Hits of internal events.
    """

    definition: str
    items: dict[str, tuple["array[int]", "array[int]"]]
    events: dict[str, int]

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> "Covered":
        """Reads a line; raises `ValueError` or `TypeError` if it is none."""
        items = {
            sys.intern(name): (array("Q", places), array("Q", hits))
            for name, (places, hits) in dict(line["items"]).items()
        }
        events = {str(name): int(hits) for name, hits in dict(line["events"]).items()}
        return cls(str(line["definition"]), items, events)

    def to_json(self) -> dict[str, Any]:
        """The line's values, as `tb.coverage.counts.Counts` reads them."""
        return {"definition": self.definition, "items": self.items, "events": self.events}


@dataclass(frozen=True, slots=True)
class JobResult:
    """One checked job; the fields are those of a ``job`` line (None for what was not measured)."""

    test: str
    scenario: int
    job: int
    op: str
    format: str
    m: int
    n: int
    k: int
    stall: str
    core: int
    queued: bool
    cycles: int | None
    bound: int | None
    stalled: int
    utilization: float
    beats_read: int
    beats_written: int
    causes: Causes | None
    status: Status
    detail: str

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> "JobResult":
        """Reads a ``job`` line; missing numbers count as zero, a missing status as a crash."""

        def number(key: str) -> int:
            return int(line.get(key) or 0)

        def optional(key: str) -> int | None:
            return None if line.get(key) is None else int(line[key])

        def text(key: str) -> str:
            # A nightly run has a million jobs, and their names are few.
            return sys.intern(str(line.get(key, "")))

        return cls(
            test=text("test"),
            scenario=number("scenario"),
            job=number("job"),
            op=text("op"),
            format=text("format"),
            m=number("M"),
            n=number("N"),
            k=number("K"),
            stall=text("stall"),
            core=number("core"),
            queued=bool(line.get("queued", False)),
            cycles=optional("cycles"),
            bound=optional("bound"),
            stalled=number("stalled"),
            utilization=float(line.get("utilization") or 0.0),
            beats_read=number("beats_read"),
            beats_written=number("beats_written"),
            causes=Causes.from_json(line["causes"]) if line.get("causes") else None,
            status=parse_status(line.get("status")),
            detail=str(line.get("detail") or ""),
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed scenario and where its record lies (relative to the simulation's folder)."""

    test: str
    scenario: int
    status: Status
    detail: str
    record: str


@dataclass(slots=True)
class TestLog:
    """What a simulation said of one segment between its begin and its end.

    Attributes:
        key: Test, first scenario, the one after the last.
        ended: Whether there was a ``test_end``; the fields below it come from there.
        known: Scenarios in which a known issue of the device showed, by its id.
        silent: Scenarios with a job that it concerns and that passed without it.
    """

    __test__ = False  # not a pytest class

    key: tuple[str, int, int]
    jobs: list[JobResult] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    ended: bool = False
    status: Status = Status.NOT_RUN
    detail: str = ""
    jobs_reported: int = 0
    compared_bytes: int = 0
    cycles: int = 0
    seconds: float = 0.0
    rejected: dict[str, int] = field(default_factory=dict)
    coverage: Covered | None = None
    known: dict[str, int] = field(default_factory=dict)
    silent: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class SimulationLog:
    """All of a ``results.jsonl``.

    Attributes:
        tests: Segments that began, in their order.
        ended: Whether there was a ``sim_end``.
        cycles: Simulated cycles, of ``sim_end`` or summed from the tests.
        seconds: Wall time of the simulation in seconds.
        damaged: Number of lines that could not be read; a cut last line is not one of them.
    """

    tests: list[TestLog] = field(default_factory=list)
    ended: bool = False
    cycles: int = 0
    seconds: float = 0.0
    damaged: int = 0

    @property
    def running(self) -> TestLog | None:
        """The segment that began and has not ended."""
        return self.tests[-1] if self.tests and not self.tests[-1].ended else None


class ResultsReader:
    """Reads a results file that may still be growing; a line counts once its end has been written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""
        self.log = SimulationLog()

    def poll(self) -> int:
        """Takes in what was added since the last call; returns the number of new lines."""
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
        try:
            line = json.loads(text)
            if not isinstance(line, dict):
                raise ValueError("not an object")
            self._apply(line)
        except (ValueError, TypeError, KeyError, OverflowError):
            self.log.damaged += 1

    def _apply(self, line: dict[str, Any]) -> None:
        log = self.log
        kind = line.get("type")
        if kind == "test_begin":
            log.tests.append(TestLog((str(line["test"]), int(line["begin"]), int(line["end"]))))
        elif kind == "sim_end":
            log.ended = True
            log.cycles = int(line.get("cycles") or 0)
            log.seconds = float(line.get("seconds") or 0.0)
        elif log.running is None:
            log.damaged += 1
        elif kind == "job":
            log.running.jobs.append(JobResult.from_json(line))
        elif kind == "failure":
            log.running.failures.append(
                Failure(
                    test=str(line.get("test", "")),
                    scenario=int(line.get("scenario") or 0),
                    status=parse_status(line.get("status")),
                    detail=str(line.get("detail") or ""),
                    record=str(line.get("record") or ""),
                )
            )
        elif kind == "coverage":
            log.running.coverage = Covered.from_json(line)
        elif kind == "test_end":
            _end(log.running, line)
        else:
            log.damaged += 1


def _end(test: TestLog, line: dict[str, Any]) -> None:
    test.status = parse_status(line.get("status"))
    test.detail = str(line.get("detail") or "")
    test.jobs_reported = int(line.get("jobs") or 0)
    test.compared_bytes = int(line.get("compared_bytes") or 0)
    test.cycles = int(line.get("cycles") or 0)
    test.seconds = float(line.get("seconds") or 0.0)
    test.rejected, test.known, test.silent = (
        _counts(line.get(key)) for key in ("rejected", "known", "silent")
    )
    test.ended = True


def _counts(table: object) -> dict[str, int]:
    return {str(name): int(count) for name, count in table.items()} if isinstance(table, dict) else {}


def read_results(path: Path) -> SimulationLog:
    """Reads a whole results file; a missing file, or a last line cut short, is what a crash leaves behind."""
    reader = ResultsReader(path)
    reader.poll()
    return reader.log
