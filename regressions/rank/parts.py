# SPDX-License-Identifier: Apache-2.0
"""Parts of tests as runs measured them: time, functional bins, kinds of failures, defects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from regressions import account
from regressions.account import SegmentEntry
from regressions.planner import COVERAGE
from regressions.results import stream_lines
from tb.coverage.abilities import defined
from tb.coverage.definition import Definition
from tb.exchange.bucket import bucket, bucket_of
from tb.exchange.device import Descriptor
from tb.exchange.results import CoverageHits, Failure, TestBegin, TestEnd
from tb.exchange.status import Status


@dataclass(slots=True)
class MeasuredPart:
    """A segment of a test: what it took and what it found."""

    begin: int  # first scenario
    end: int  # the one after the last
    seconds: float = 0.0  # processor time, or wall time where that is all there is
    bins: int = 0  # a bit for each bin that it hit
    kinds: frozenset[str] = frozenset()  # of failures


@dataclass(slots=True)
class MeasuredRun:
    """A run on one device: the parts of each test, in their order."""

    name: str
    seed: int
    tests: dict[str, list[MeasuredPart]]
    foreign: int = 0  # segments whose bins are those of other covergroups
    unreadable: int = 0  # lines of its results that are none


class Bins:
    """Numbers of the bins that a device can reach, for sets of them as bits of an integer."""

    def __init__(self, definition: Definition, device: Descriptor) -> None:
        self._digest = definition.digest
        self._bits: dict[str, dict[int, int]] = {}
        number = 0
        for name, mask in defined(definition, [device]).items():
            wanted = np.flatnonzero(mask & ~definition.excluded(definition.items[name])).tolist()
            self._bits[name] = {place: number + at for at, place in enumerate(wanted)}
            number += len(wanted)
        self._events = {name: number + at for at, name in enumerate(device.counted_events)}
        self.count = number + len(self._events)

    def of(self, line: CoverageHits) -> int | None:
        """Bins that a segment hit; None for counts of another definition."""
        if line.definition != self._digest:
            return None
        found = bytearray(self.count // 8 + 1)
        for item, (places, _) in line.items.items():
            bits = self._bits.get(item, {})
            for place in places:
                if (bit := bits.get(place)) is not None:
                    found[bit // 8] |= 1 << bit % 8
        for event, hits in line.events.items():
            if hits and (bit := self._events.get(event)) is not None:
                found[bit // 8] |= 1 << bit % 8
        return int.from_bytes(found, "little")


def measured(folder: Path, device: str, bins: Bins, without: Iterable[str] = ()) -> MeasuredRun:
    """Read what the segments of a device found in a run, `without` some tests.

    Builds that measure code coverage are several times slower, so they do not count.

    Raises:
        SchemaError: The run is damaged.
        OSError: It cannot be read.
    """
    part = account.read(folder)
    run = MeasuredRun(folder.resolve().name, part.info.seed, {})
    by_folder: dict[str, dict[tuple[str, int, int], SegmentEntry]] = {}
    for entry in part.segments:
        known = entry.test not in without and entry.kind != COVERAGE and bool(entry.folder)
        if known and Path(entry.descriptor).stem == device:
            by_folder.setdefault(entry.folder, {})[entry.test, entry.begin, entry.end] = entry
    for place, segments in by_folder.items():
        path = folder / place / "results.jsonl"
        if path.exists():
            _read(path, segments, run, bins)
    for parts in run.tests.values():
        parts.sort(key=lambda part: part.begin)
    return run


def _read(
    path: Path, segments: Mapping[tuple[str, int, int], SegmentEntry], run: MeasuredRun, bins: Bins
) -> None:
    """Take in the results of a simulation."""
    now: MeasuredPart | None = None
    for line in stream_lines(path, jobs=False):
        if line is None:
            run.unreadable += 1
        elif isinstance(line, TestBegin):
            entry = segments.get((line.test, line.begin, line.end))
            now = None if entry is None else MeasuredPart(line.begin, line.end)
            if entry is not None and now is not None:
                run.tests.setdefault(line.test, []).append(now)
                if entry.status is not Status.PASSED:
                    now.kinds |= {bucket(entry.status, entry.detail)}
        elif now is None:
            continue
        elif isinstance(line, Failure):
            now.kinds |= {bucket_of(each) for each in line.findings}
        elif isinstance(line, CoverageHits):
            hit = bins.of(line)
            run.foreign += hit is None
            now.bins = hit or 0
        elif isinstance(line, TestEnd):
            now.seconds = sum(line.processor.values()) or line.seconds
