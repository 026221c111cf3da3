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
    needed: int  # multiply-adds without those with zeros of a packing

    def utilization(self, instance: Instance) -> float:
        """Returns the share of the array's steps that jobs had."""
        return utilization(instance, self.macs, 1, 1, self.cycles)

    def useful(self, instance: Instance) -> float:
        """Returns the share of the array's steps that the layer needed."""
        return utilization(instance, self.needed, 1, 1, self.cycles)


def phases(
    instance: Instance,
    jobs: Sequence[EngineJob],
    cycles: Mapping[int, int],
    needed: Mapping[str, int] | None = None,
) -> list[Phase]:
    """Returns the figures of a program by label, in the order in which labels appear.

    Args:
        instance: Shape of the array.
        jobs: Jobs of the program.
        cycles: Cycles that the device took, by position in the program; jobs without are left out.
        needed: Multiply-adds that the jobs of a label are for, where they do more.
    """
    done: dict[str, int] = {}
    for job in jobs:
        done[job.label] = done.get(job.label, 0) + job.macs
    needed = {**done, **(needed or {})}
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
            sum(jobs[each].macs for each in positions) * needed[kind[0]] // max(done[kind[0]], 1),
        )
        for kind, positions in kinds.items()
    ]


def total(rows: Sequence[Phase]) -> Phase:
    """Returns the sum of all phases."""
    return Phase("all", "", "", *(sum(getattr(row, name) for row in rows) for name in Phase._fields[3:]))


def _tiles(instance: Instance, job: EngineJob) -> int:
    return tile_cycles(instance, job.op, job.m, job.n, job.k, job.fmt)
