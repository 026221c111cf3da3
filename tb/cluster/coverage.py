# SPDX-License-Identifier: Apache-2.0
"""What a program that passed has covered of a cluster, from the report of its monitor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from tb.cluster.task import Arbitration
from tb.coverage.counts import Counts
from tb.coverage.definition import Definition
from tb.registers.generate import register_map
from tb.registers.model import CONTEXTS, AccessTrace
from tb.scoreboard.scoreboard import JobResult
from tb.status import Status

_EVENTS = (
    *(("software", bit) for bit in range(8)),
    *(("DMA transfer", 8), ("DMA idle", 9), ("accelerator", 12), ("barrier", 16)),
)
_FROM_L2, _TO_L2, _ROWS = 256, 128, 64  # bits of a transfer, see `dma_access` in monitor.h


class ClusterCoverage:
    """Counts the bins of `cluster.toml`.

    Args:
        definition: What the bins mean.
        cores: Of the cluster.
    """

    def __init__(self, definition: Definition, cores: int) -> None:
        self.counts = Counts(definition)
        self._cores = cores

    def program(
        self,
        report: Mapping[str, Any],
        arbitration: Arbitration,
        jobs: Iterable[JobResult],
        traces: Iterable[AccessTrace],
    ) -> None:
        """Take a program that passed.

        Args:
            report: What the monitor counted, see `tb/cluster/dpi/session.cpp`.
            arbitration: What the host has set.
            jobs: Jobs of the accelerator.
            traces: Accesses of its register port with the state that each met.
        """
        self._conflicts(report, arbitration)
        for name, cycles in zip(("2", "3", "4 and more"), report["rivals"], strict=True):
            self._count("rivals", {"rivals": name}, cycles)
        self._waits(report)
        self._events(report)
        for transfer in report["transfers"]:
            self._transfer(transfer)
        for result in jobs:
            if result.status is Status.PASSED and result.cycles:
                self._job(result)
        self._acquires(traces)

    def _conflicts(self, report: Mapping[str, Any], arbitration: Arbitration) -> None:
        first = "accelerator" if arbitration.wide_first else "others"
        for winner, cycles in zip(("others", "accelerator"), report["conflicts"], strict=True):
            bins = {"winner": winner, "first": first, "ratio": ratio_bin(arbitration)}
            self._count("conflict", bins, cycles)

    def _waits(self, report: Mapping[str, Any]) -> None:
        for port, longest in enumerate(report["longest"]):
            waiter = "core" if port < self._cores else "DMA"
            self._count("wait", {"waiter": waiter, "wait": wait_bin(longest, report["log_bound"])}, 1)
        wide = wait_bin(report["longest_wide"], report["wide_bound"])
        self._count("wait", {"waiter": "accelerator", "wait": wide}, 1)

    def _events(self, report: Mapping[str, Any]) -> None:
        for effect, lines in (("came", report["events"]), ("woke", report["woken"])):
            for core, seen in enumerate(lines):
                for name, bit in _EVENTS:
                    bins = {"event": name, "effect": effect, "event_core": str(core)}
                    self._count("event", bins, seen >> bit & 1)

    def _transfer(self, transfer: int) -> None:
        from_l2, to_l2 = bool(transfer & _FROM_L2), bool(transfer & _TO_L2)
        if from_l2 == to_l2:
            return
        bins = {
            "direction": "L2 to TCDM" if from_l2 else "TCDM to L2",
            "shape": "rows" if transfer & _ROWS else "row",
            "source": alignment_bin(transfer >> 3 & 7),
            "destination": alignment_bin(transfer & 7),
        }
        self._count("transfer", bins, 1)

    def _job(self, result: JobResult) -> None:
        job = result.job
        bins = {
            "job_op": job.op.name,
            "job_format": job.format_name,
            "job_core": str(job.core),
            "job_queued": "queued" if result.queued else "alone",
        }
        self._count("cluster_job", bins, 1)

    def _acquires(self, traces: Iterable[AccessTrace]) -> None:
        offset = register_map()["ACQUIRE"].offset
        for address, wen, _, core_id, queued, holder in traces:
            if address == offset and wen:
                found = "locked by another"
                if holder is None:
                    found = "both contexts busy" if queued >= CONTEXTS else "free"
                elif holder == core_id:
                    found = "own lock"
                self._count("acquire", {"acquire": found, "contexts": str(queued)}, 1)

    def _count(self, sample: str, bins: Mapping[str, str], hits: int) -> None:
        """Add hits of every item over these points."""
        if not hits:
            return
        for item in self.counts.definition.items.values():
            if item.sample != sample:
                continue
            places = tuple(point.bins.index(bins[point.name]) for point in item.points)
            dense = np.zeros(item.size, np.int64)
            dense[np.ravel_multi_index(places, item.shape)] = hits
            self.counts.add_hits(item, dense)


def ratio_bin(arbitration: Arbitration) -> str:
    """Bin of the share of conflicts that the side with priority has."""
    numerator, denominator = arbitration.numerator, arbitration.denominator
    if not 0 < numerator < denominator:
        return "off"
    if 2 * numerator == denominator:
        return "half"
    return "below half" if 2 * numerator < denominator else "above half"


def wait_bin(longest: int, bound: int | None) -> str:
    """Bin of the longest wait, by the most cycles that it may take (None: no bound)."""
    if longest == 0:
        return "none"
    if bound is None:
        return "no bound"
    if longest >= bound:
        return "bound"
    return "below half" if 2 * longest < bound else "below bound"


def alignment_bin(lowest: int) -> str:
    """Bin of the lowest three bits of an address."""
    return "8 bytes" if lowest == 0 else "4 bytes" if lowest == 4 else "less"
