# SPDX-License-Identifier: Apache-2.0
"""Jobs of a run as a table: those that show a bucket, and what a condition holds for."""

from collections.abc import Callable, Collection, Sequence

import numpy as np

from regressions.triage.rows import JobRow
from regressions.triage.subgroup import Mask, Subgroup
from tb.exchange.condition import parse_condition
from tb.schema import Where

# Checkers that look at scenarios with jobs that are cut short alone.
_OF_CUTS = ("abort", "abort_cycles")

Place = tuple[str, int, int]
"""Test, seed and number of a scenario."""


class JobTable:
    """Jobs with the same attributes.

    Args:
        rows: The jobs.
        names: The attributes.
    """

    def __init__(self, rows: Sequence[JobRow], names: Collection[str]) -> None:
        self._rows = rows
        self.columns = {name: np.array([row.values[name] for row in rows]) for name in names}
        self._sound = self._those(lambda row: row.sound)

    def _those(self, holds: Callable[[JobRow], bool]) -> Mask:
        return np.array([holds(row) for row in self._rows], bool)

    def failing(self, bucket: str) -> tuple[Mask, int, bool]:
        """Jobs of a bucket that follow from no other failure, how many may, and whether it names them.

        A finding names its job, or its scenario has no other; where none does, all of the scenario count.
        """
        named = self._those(lambda row: bucket in (row.buckets if row.alone else row.named))
        if not named.any():
            return self._those(lambda row: bucket in row.buckets), 0, False
        first = self._those(lambda row: row.first)
        return named & first, int((named & ~first).sum()), True

    def sound(self, bucket: str) -> Mask:
        """Jobs with nothing wrong at which the checker of a bucket looks.

        What all jobs share at which it looks is no condition of a defect.
        """
        return self._sound & self._looked_at(bucket)

    def _looked_at(self, bucket: str) -> Mask:
        if bucket.split(": ")[1] not in _OF_CUTS:
            return np.ones(len(self._rows), bool)
        return self._those(lambda row: row.values.get("abort", "none") != "none")

    def scenarios(self, bucket: str) -> set[Place]:
        """Scenarios at which the checker of a bucket looks."""
        return self.places(self._looked_at(bucket))

    def places(self, mask: Mask) -> set[Place]:
        """Scenarios of some jobs."""
        return {self._rows[index].scenario for index in np.flatnonzero(mask).tolist()}

    def meeting(self, text: str) -> set[Place]:
        """Scenarios with a job that meets a condition."""
        condition = parse_condition(text, Where("condition"))
        return self.places(self._those(lambda row: condition.fits(row.values)))

    def showing(self, bucket: str) -> set[Place]:
        """Scenarios in which a bucket shows."""
        return self.places(self._those(lambda row: bucket in row.buckets))

    def standing(self, bucket: str, text: str) -> tuple[int, int, int]:
        """Numbers of jobs of a bucket that meet a condition, that stand behind one that does, and of others.

        Where findings name no job, a scenario counts as its job that meets the condition.
        """
        condition = parse_condition(text, Where("condition"))
        at = behind = others = 0
        met: set[Place] = set()
        for row in self._rows:
            meets = condition.fits(row.values)
            if bucket in row.named:
                at += meets
                behind += not meets and row.scenario in met
                others += not meets and row.scenario not in met
            elif meets and bucket in row.buckets:
                at += 1
            if meets:
                met.add(row.scenario)
        return at, behind, others

    def by_scenario(self, found: Subgroup, failing: Mask, passing: Mask) -> Subgroup:
        """A condition with the numbers of scenarios instead of jobs."""
        met, own, others = self.meeting(found.text), self.places(failing), self.places(passing)
        return Subgroup(found.text, (len(own & met), len(own)), (len(others & met), len(others)))
