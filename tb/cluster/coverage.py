# SPDX-License-Identifier: Apache-2.0
"""Coverage of a cluster by a program that passed, from the report of its monitor."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tb.cluster.points import FROM_L2, LINES, TO_L2, Conflict, CoreEvent, LongestWait
from tb.cluster.task import Arbitration
from tb.coverage.counts import Counts
from tb.coverage.definition import Definition
from tb.coverage.sorter import Code, Sorter
from tb.exchange.results import JobResult
from tb.exchange.status import Status
from tb.registers.generate import register_map
from tb.registers.state import AccessTrace

Sample = tuple[str, Any, int]
"""Kind, sample, and how often it occurred."""


class ClusterCoverage:
    """Counts the bins of `coverage.toml`, for a cluster of so many cores."""

    def __init__(self, definition: Definition, cores: int) -> None:
        self.counts = Counts(definition)
        self._cores = cores
        kinds = {item.sample for item in definition.items.values()}
        self._sorters = {kind: Sorter(definition, kind) for kind in kinds}

    def finish(self) -> Counts:
        """Return all that was counted."""
        return self.counts

    def program(
        self,
        report: Mapping[str, Any],
        arbitration: Arbitration,
        jobs: Iterable[JobResult],
        traces: Iterable[AccessTrace],
    ) -> None:
        """Take a program that passed.

        These are the monitor's counts, as `tb/cluster/dpi/session.cpp` writes them, the host's settings, the
        accelerator's jobs, and accesses of its register port, each with the state that it met.
        """
        codes: dict[str, Counter[Code]] = {kind: Counter() for kind in self._sorters}
        acquire = register_map()["ACQUIRE"].offset
        samples = [
            *_conflicts(report, arbitration),
            *self._waits(report),
            *_events(report),
            *(
                ("transfer", each, 1)
                for each in report["transfers"]
                if bool(each & FROM_L2) != bool(each & TO_L2)
            ),
            *(("cluster_job", each, 1) for each in jobs if each.status is Status.PASSED and each.cycles),
            *(("acquire", each, 1) for each in traces if each[:2] == (acquire, 1)),
        ]
        for kind, sample, times in samples:
            if times:
                codes[kind][self._sorters[kind].code(sample)] += times
        for kind, sorter in self._sorters.items():
            sorter.sort(codes[kind], self.counts)

    def _waits(self, report: Mapping[str, Any]) -> Iterator[Sample]:
        for port, longest in enumerate(report["longest"]):
            waiter = "core" if port < self._cores else "DMA"
            yield "wait", LongestWait(waiter, longest, report["log_bound"]), 1
        yield "wait", LongestWait("accelerator", report["longest_wide"], report["wide_bound"]), 1


def _conflicts(report: Mapping[str, Any], arbitration: Arbitration) -> Iterator[Sample]:
    for wide_won, cycles in enumerate(report["conflicts"]):
        yield "conflict", Conflict(bool(wide_won), arbitration), cycles
    for rivals, cycles in enumerate(report["rivals"], start=2):
        yield "rivals", rivals, cycles


def _events(report: Mapping[str, Any]) -> Iterator[Sample]:
    for woke, cores in enumerate((report["events"], report["woken"])):
        for core, seen in enumerate(cores):
            for line in (*range(8), *LINES):
                yield "event", CoreEvent(line, bool(woke), core), seen >> line & 1
