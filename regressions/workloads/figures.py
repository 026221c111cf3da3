# SPDX-License-Identifier: Apache-2.0
"""Figures of a workload by phase, from the jobs of its program and the cycles that they took."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.engine import EngineJob
from models.timing import Instance, tile_cycles, utilization
from tb.exchange.names import format_name


class Phase(NamedTuple):
    """Jobs of one kind: products of a layer in one phase of training, or a squaring."""

    label: str
    shape: str
    formats: str
    jobs: int
    macs: int
    tiles: int  # cycles of all tiles (contract A8.3)
    cycles: int

    def utilization(self, instance: Instance) -> float:
        """Returns the share of the array's steps that were useful."""
        return utilization(instance, self.macs, 1, 1, self.cycles)


def phases(instance: Instance, jobs: Sequence[EngineJob], cycles: Mapping[int, int]) -> list[Phase]:
    """Returns the figures of a program by label, in the order in which labels appear.

    Args:
        instance: Shape of the array.
        jobs: Jobs of the program.
        cycles: Cycles that the device took, by position in the program; jobs without are left out.
    """
    kinds: dict[tuple[str, str, str], list[int]] = {}
    for position, job in enumerate(jobs):
        if position in cycles:
            shape = f"{job.m} x {job.n} x {job.k}"
            kinds.setdefault((job.label, shape, format_name(job.fmt)), []).append(position)
    return [
        Phase(
            *kind,
            len(positions),
            sum(jobs[each].macs for each in positions),
            sum(_tiles(instance, jobs[each]) for each in positions),
            sum(cycles[each] for each in positions),
        )
        for kind, positions in kinds.items()
    ]


def total(rows: Sequence[Phase]) -> Phase:
    """Returns the sum of all phases."""
    return Phase("all", "", "", *(sum(getattr(row, name) for row in rows) for name in Phase._fields[3:]))


def _tiles(instance: Instance, job: EngineJob) -> int:
    return tile_cycles(instance, job.op, job.m, job.n, job.k, job.fmt)
