# SPDX-License-Identifier: Apache-2.0
"""Directed test of queued jobs that follow each other without a gap (contract A8.11)."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from models.formats import Format
from models.ops import Op
from models.timing import tile_cycles
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario, Window
from tb.registers.map import CONTEXTS
from tb.sequences.directed import DirectedTest

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry

QUEUED = 4
"""Jobs of a queue for each two contexts."""
PROGRAMMING = 30
"""Most cycles from the event that frees a context to the trigger of the job that takes it."""
CHANGE = 4
"""Most cycles from event to event beyond those of a job's tiles."""
_BASE, _ROOM = 0x1000_0000, 0x4000


class QueuedSpeed(DirectedTest):
    """Runs queues of equal jobs that share no memory; from the second on, each takes the time of its tiles.

    With two contexts jobs have at least three tiles, so that each is programmed in time: a context is free
    only when the job before the one before has ended. With three, jobs of one tile are.
    """

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return why nothing is promised of a device, if nothing is."""
        del entry
        return "" if device.schedule else f"{device.name} does not promise that jobs follow each other"

    @classmethod
    def planned(cls, device: Descriptor) -> int:
        """Count the jobs."""
        return _queued(device) * len(_shapes(device))

    async def run(self, env: RedmuleEnv) -> None:
        """Run a queue of each shape."""
        queued = _queued(env.descriptor)
        for number, (op, fmt, m, n, k) in enumerate(_shapes(env.descriptor)):
            jobs = tuple(
                Job(op, m, n, k, x, x + _ROOM, x + 2 * _ROOM, fmt=fmt, data_seed=job)
                for job, x in enumerate(range(_BASE, _BASE + 3 * queued * _ROOM, 3 * _ROOM))
            )
            verdict = await env.run_scenario(Scenario(number, jobs, Window(_BASE, 3 * queued * _ROOM)))
            most = tile_cycles(env.descriptor.instance, op, m, n, k, fmt) * 51 // 50 + CHANGE
            for result in verdict.jobs[1:]:
                text = f"{result.cycles} cycles behind the event before; {most} are allowed (contract A8.11)"
                env.recorder.check((result.cycles or 0) <= most, text)


def _queued(device: Descriptor) -> int:
    """Jobs of a queue; they take each context more than once."""
    return QUEUED * device.registers.contexts // 2


def _shapes(device: Descriptor) -> list[tuple[Op, Format, int, int, int]]:
    """Operation, format, M, N and K of the jobs of each queue."""
    at = device.instance
    sizes = [(3 * at.l, 4 * at.h, at.tile_cols), (2 * at.l, 6 * at.h, 2 * at.tile_cols)]
    if device.registers.contexts > CONTEXTS:
        # So many steps that the jobs before one last as long as the contract asks for.
        ahead = 3 * at.l + 2 * at.tile_cols + 25 + PROGRAMMING
        steps = -(-ahead // ((device.registers.contexts - 1) * (at.p + 1)))
        sizes.append((at.l, -(-steps // (4 * at.h)) * 4 * at.h, at.tile_cols))
    return [
        (op, fmt, *size)
        for (op, fmt), size in product(((Op.GEMM, Format.FP16), (Op.MATMUL, Format.E4M3)), sizes)
        if op in device.operations and fmt in device.formats
    ]
