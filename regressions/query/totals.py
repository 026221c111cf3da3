# SPDX-License-Identifier: Apache-2.0
"""Totals of the tests of a run, and the functional bins that each hit."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from regressions.account import SegmentEntry
from regressions.query.columns import BinColumns, TestColumns
from tb.exchange.results import CoverageHits, TestEnd
from tb.exchange.status import Status, gravest

Key = tuple[str, str, int]
"""Device, test and seed."""

Place = tuple[str, int]
"""A bin: its item and number, or the name of an internal event and 0."""


@dataclass(slots=True)
class TestTotals:
    """Totals of a test on a device."""

    __test__ = False  # not a pytest class

    statuses: list[Status] = field(default_factory=list)
    detail: str = ""
    planned: int = 0
    jobs: int = 0
    cycles: int = 0
    seconds: float = 0.0
    processor: float = 0.0
    without: int = 0  # planned jobs that did not run, since the device cannot or a known hang stands before
    bins: Counter[Place] = field(default_factory=Counter)

    def take(self, segment: SegmentEntry) -> None:
        """Take in the verdict on a segment."""
        if segment.status is not Status.PASSED and segment.status is gravest(
            (segment.status, *self.statuses)
        ):
            self.detail = self.detail if segment.status in self.statuses else segment.detail
        self.statuses.append(segment.status)
        self.planned += segment.jobs

    def cover(self, line: CoverageHits) -> None:
        """Take in what a segment covered."""
        for item, (numbers, hits) in line.items.items():
            for number, count in zip(numbers, hits, strict=False):
                self.bins[item, number] += count
        for event, count in line.events.items():
            if count:
                self.bins[event, 0] += count

    def end(self, line: TestEnd) -> None:
        """Take in the end of a segment."""
        self.cycles += line.cycles
        self.seconds += line.seconds
        self.processor += sum(line.processor.values())
        self.without += line.held + line.without

    def row(self, run: str, device: str, test: str, seed: int, alone: int) -> TestColumns:
        """Make the row of the test; `alone` of its bins no other test hit."""
        return TestColumns(
            run=run,
            device=device,
            test=test,
            seed=seed,
            status=gravest(self.statuses).value,
            segments=len(self.statuses),
            jobs_planned=max(self.planned - self.without, self.jobs),
            jobs=self.jobs,
            cycles=self.cycles,
            seconds=round(self.seconds, 6),
            processor=round(self.processor, 6),
            bins=len(self.bins),
            alone=alone,
            detail=self.detail,
        )


def bin_rows(run: str, tests: Mapping[Key, TestTotals]) -> tuple[Iterator[BinColumns], dict[Key, int]]:
    """Rows of all bins that tests hit, and for each test the number of those that it alone hit.

    A test that hit a bin on two devices, or with two seeds, is one.
    """
    finders: Counter[Place] = Counter()
    for name in dict.fromkeys(test for _, test, _ in tests):
        finders.update({place for key, totals in tests.items() if key[1] == name for place in totals.bins})
    alone = {key: sum(finders[place] == 1 for place in totals.bins) for key, totals in tests.items()}
    rows = (
        BinColumns(run, *key, item, number, hits)
        for key, totals in tests.items()
        for (item, number), hits in totals.bins.items()
    )
    return rows, alone
