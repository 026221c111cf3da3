# SPDX-License-Identifier: Apache-2.0
"""Reads a run as rows of the tables, line by line: memory does not grow with its jobs."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from msgspec import MsgspecError, json

from regressions import account
from regressions.account import Account, SegmentEntry
from regressions.paths import relative
from regressions.query.columns import FindingColumns, JobColumns, Row, RunColumns
from regressions.query.totals import TestTotals, bin_rows
from regressions.results import stream_lines
from tb.exchange.bucket import bucket, bucket_of
from tb.exchange.results import CoverageHits, Failure, Finding, JobResult, TestBegin, TestEnd
from tb.exchange.status import Status

_Segments = dict[tuple[str, int, int], SegmentEntry]


def rows(folder: Path, run: str) -> Iterator[Row]:
    """Read a run of a folder under a name; its own row is the last one.

    Raises:
        SchemaError: Its account is damaged.
        OSError: Something of it cannot be read.
    """
    part = account.read(folder)
    reader = _RunReader(folder, run, part)
    yield from reader.results()
    yield from reader.totals()


class _RunReader:
    """Reads a run."""

    def __init__(self, folder: Path, run: str, part: Account) -> None:
        self._folder, self._run, self._part = folder, run, part
        self._tests: dict[tuple[str, str, int], TestTotals] = {}
        self._findings = 0
        self._unreadable = 0

    def results(self) -> Iterator[Row]:
        """Rows of jobs and findings."""
        by_folder: dict[str, list[SegmentEntry]] = {}  # of their simulations; empty for those without
        for segment in self._part.segments:
            self._of(segment).take(segment)
            by_folder.setdefault(segment.folder, []).append(segment)
        for place, segments in by_folder.items():
            found: set[tuple[SegmentEntry, Status]] = set()
            for row, segment in self._simulation(place, segments) if place else ():
                if isinstance(row, FindingColumns):
                    self._findings += 1
                    found.add((segment, Status(row.status)))
                yield row
            for segment in segments:
                if segment.status is not Status.PASSED and (segment, segment.status) not in found:
                    self._findings += 1
                    yield self._finding(segment, Finding(segment.status, "", segment.detail))

    def totals(self) -> Iterator[Row]:
        """Rows of bins and tests, and the run's own."""
        bins, counts = bin_rows(self._run, self._tests)
        yield from bins
        rows = [totals.row(self._run, *key, counts[key]) for key, totals in self._tests.items()]
        yield from rows
        part, info, shares = self._part, self._part.info, _coverage(self._folder)
        passed = sum(row.status == Status.PASSED for row in rows)
        yield RunColumns(
            run=self._run,
            began=began(self._folder.resolve().name),
            tier=info.tier,
            seed=info.seed,
            git=info.git,
            dut=info.dut,
            shard=info.shard,
            portion=info.portion.words,
            complete=info.complete,
            interrupted=part.interrupted,
            passed=not part.interrupted and not part.faults and 0 < len(rows) == passed,
            tests=len(rows),
            tests_passed=passed,
            jobs=sum(row.jobs for row in rows),
            failures=self._findings,
            cycles=part.cycles,
            seconds=part.seconds,
            build_seconds=sum(part.builds.values()),
            functional=shares.get("functional"),
            line=shares.get("line"),
            branch=shares.get("branch"),
            toggle=shares.get("toggle"),
            unreadable=self._unreadable,
            path=relative(self._folder),
        )

    def _of(self, segment: SegmentEntry) -> TestTotals:
        key = (device_of(segment), segment.test, segment.seed)
        return self._tests.setdefault(key, TestTotals())

    def _simulation(self, place: str, segments: list[SegmentEntry]) -> Iterator[tuple[Row, SegmentEntry]]:
        """Rows of a simulation, each with its segment; lines of none of these count as unreadable."""
        path = self._folder / place / "results.jsonl"
        known: _Segments = {(each.test, each.begin, each.end): each for each in segments}
        now: SegmentEntry | None = None
        for line in stream_lines(path) if path.exists() else ():
            if isinstance(line, TestBegin):
                now = known.get((line.test, line.begin, line.end))
            elif line is None or (now is None and isinstance(line, JobResult | Failure)):
                self._unreadable += 1
            elif now is None:
                continue
            elif isinstance(line, JobResult):
                self._of(now).jobs += line.status is not Status.NOT_RUN
                yield self._job(now, line), now
            elif isinstance(line, Failure):
                for finding in self._failure(now, line):
                    yield finding, now
            elif isinstance(line, CoverageHits):
                self._of(now).cover(line)
            elif isinstance(line, TestEnd):
                self._of(now).end(line)

    def _job(self, segment: SegmentEntry, job: JobResult) -> JobColumns:
        return JobColumns(
            run=self._run,
            device=device_of(segment),
            kind=segment.kind,
            test=segment.test,
            seed=segment.seed,
            scenario=job.scenario,
            job=job.job,
            op=job.op,
            format=job.format,
            m=job.m,
            n=job.n,
            k=job.k,
            stall=job.stall,
            core=job.core,
            queued=job.queued,
            cycles=job.cycles,
            bound=job.bound,
            stalled=job.stalled,
            utilization=job.utilization,
            beats_read=job.beats_read,
            beats_written=job.beats_written,
            causes=job.slots,
            status=job.status.value,
            detail=job.detail,
            simulation=segment.folder,
        )

    def _failure(self, segment: SegmentEntry, failure: Failure) -> Iterator[FindingColumns]:
        """Findings of a scenario; of earlier versions, which told none, the failure itself."""
        for each in failure.findings or (Finding(failure.status, "", failure.detail),):
            key = bucket_of(each) if each.checker else ""
            yield self._finding(segment, each, failure, key)

    def _finding(
        self, segment: SegmentEntry, finding: Finding, failure: Failure | None = None, key: str = ""
    ) -> FindingColumns:
        return FindingColumns(
            run=self._run,
            device=device_of(segment),
            kind=segment.kind,
            test=segment.test,
            seed=segment.seed,
            scenario=failure.scenario if failure else None,
            job=finding.job,
            status=finding.status.value,
            checker=finding.checker,
            detail=finding.detail,
            bucket=key or bucket(finding.status, finding.detail),
            record=f"{segment.folder}/{failure.record}" if failure and failure.record else "",
        )


def device_of(segment: SegmentEntry) -> str:
    """Name of the device of a segment."""
    return _stem(segment.descriptor)


@cache
def _stem(path: str) -> str:
    return Path(path).stem


def began(name: str) -> datetime | None:
    """Time at which a run began, by the name of its folder; None for a folder of another name."""
    try:
        return datetime.strptime(name[:15], "%Y%m%d-%H%M%S")
    except ValueError:
        return None


def _coverage(folder: Path) -> Mapping[str, float | None]:
    """Coverage of a run in percent, as its summary has it; nothing where that is not there."""
    try:
        table = json.decode((folder / "summary.json").read_bytes())
        shares = table["coverage"]
        return {name: shares[name] for name in ("functional", "line", "branch", "toggle")}
    except (OSError, MsgspecError, KeyError, TypeError):
        return {}
