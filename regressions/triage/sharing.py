# SPDX-License-Identifier: Apache-2.0
"""Triage of the buckets of a run: conditions that failing jobs share and passing ones have not, and kin."""

from collections.abc import Collection, Sequence

import numpy as np

from regressions.judge import SegmentResult
from regressions.triage.common import Common
from regressions.triage.kinship import kinship
from regressions.triage.rows import MEASURED, JobRow, drawn, measured
from regressions.triage.subgroup import MINIMUM, Mask, Subgroup, find
from tb.exchange.attributes import ATTRIBUTES
from tb.exchange.bucket import bucket_of
from tb.exchange.device import Descriptor


def commons(results: Sequence[SegmentResult], device: Descriptor) -> dict[str, Common]:
    """Return what the failures of each bucket of a device have in common.

    Args:
        results: Results of a run's segments.
        device: The device; segments of others are left out.
    """
    own = [result for result in results if result.segment.device == device.name]
    own.sort(key=lambda result: not result.failures)
    streams = list(drawn(own, device))
    # Without a pointer of its own, Y has the address of Z.
    names = [name for name in ATTRIBUTES if name != "y_addr" or device.registers.own_y]
    # What results have of a job is enough where too few can be drawn once more.
    tables = _Table(streams, names), _Table([*streams, *measured(own, device)], MEASURED)
    scenarios: dict[str, set[tuple[str, int, int]]] = {}
    for result in own:
        for failure in result.failures:
            place = result.segment.entry.name, result.segment.seed, failure.scenario
            for finding in failure.findings:
                scenarios.setdefault(bucket_of(finding), set()).add(place)
    told = {bucket: _told(bucket, tables, device) for bucket in scenarios}
    ran = {
        (result.segment.entry.name, result.segment.seed, job.scenario)
        for result in own
        for job in result.jobs
    }
    texts = {bucket: each.text for bucket, each in told.items() if isinstance(each, Subgroup)}
    kin = kinship(scenarios, texts, len(ran.union(*scenarios.values())))
    return {bucket: Common(each, kin.get(bucket, "")) for bucket, each in told.items()}


class _Table:
    """Jobs with the same attributes.

    Args:
        rows: The jobs.
        names: The attributes.
    """

    def __init__(self, rows: Sequence[JobRow], names: Collection[str]) -> None:
        self._rows = rows
        self.columns = {name: np.array([row.values[name] for row in rows]) for name in names}
        self.sound = np.array([row.sound for row in rows], bool)

    def failing(self, bucket: str) -> tuple[Mask, int]:
        """Jobs of a bucket that follow from no other failure, and the number of those that may.

        A finding names its job, or its scenario has no other; where none does, all of the scenario count.
        """
        named = np.array([bucket in (row.buckets if row.alone else row.named) for row in self._rows], bool)
        if not named.any():
            return np.array([bucket in row.buckets for row in self._rows], bool), 0
        first = np.array([row.first for row in self._rows], bool)
        return named & first, int((named & ~first).sum())


def _told(bucket: str, tables: Sequence[_Table], device: Descriptor) -> Subgroup | str:
    """The condition of a bucket, or why there is none."""
    for table in tables:
        failing, behind = table.failing(bucket)
        if failing.sum() >= MINIMUM:
            break
    told = failing | table.sound
    count, others = int(failing.sum()), int((told & ~failing).sum())
    if not count:
        return "no condition: " + (
            f"its {behind} jobs stand behind others that failed" if behind else "it names no job"
        )
    more = f" and {behind} behind others that failed" if behind else ""
    if min(count, others) < MINIMUM:
        return f"too few to tell ({count} failing jobs{more}, {others} others)"
    columns = {name: each[told] for name, each in table.columns.items()}
    found = find(columns, failing[told], device.divisors)
    return found or f"no condition: nothing tells its {count} failing jobs from {others} others"
