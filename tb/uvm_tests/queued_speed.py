# SPDX-License-Identifier: Apache-2.0
"""Directed test of queued jobs that follow each other without a gap (contract A8.11)."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from msgspec.structs import replace

from models.formats import Format
from models.ops import Op
from models.timing import tile_cycles
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario, Window
from tb.registers.map import CONTEXTS
from tb.sequences.directed import DirectedTest
from tb.stimulus.rng import stream

if TYPE_CHECKING:
    import random

    from tb.env.env import RedmuleEnv
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry

QUEUED = 4
"""Jobs of a queue for each two contexts."""
PROGRAMMING = 30
"""Most cycles from the event that frees a context to the trigger of the job that takes it."""
CHANGE = 4
"""Most cycles from event to event beyond those of a job's tiles."""
STREAMS, JOBS = 7, 15
"""Streams of drawn jobs, and jobs of each: as many as the bench knows memory of at once."""
_BASE, _ROOM, _APART = 0x1000_0000, 0x4000, 64


class QueuedSpeed(DirectedTest):
    """Runs queues of equal jobs that share no memory; from the second on, each takes the time of its tiles.

    With two contexts jobs have at least three tiles, so that each is programmed in time: a context is free
    only when the job before the one before has ended. With three, jobs of one tile are. Streams of small
    jobs, a hundred that are drawn, the same in each run, take the time of their tiles, and on average at most
    `CHANGE` cycles a job.
    """

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return why nothing is promised of a device, if nothing is."""
        del entry
        return "" if device.schedule else f"{device.name} does not promise that jobs follow each other"

    @classmethod
    def planned(cls, device: Descriptor) -> int:
        """Count the jobs."""
        return _queued(device) * len(_shapes(device)) + STREAMS * JOBS

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
        await self._streams(env)

    async def _streams(self, env: RedmuleEnv) -> None:
        """Run streams of jobs of any operation, format and small size."""
        rng, at = stream(1, self.name), env.descriptor.instance
        took = most = 0
        for number in range(len(_shapes(env.descriptor)), len(_shapes(env.descriptor)) + STREAMS):
            scenario = _drawn(number, env.descriptor, rng)
            verdict = await env.run_scenario(scenario)
            took += sum(result.cycles or 0 for result in verdict.jobs[1:])
            for job in scenario.jobs[1:]:
                most += tile_cycles(at, job.op, job.m, job.n, job.k, job.fmt) + CHANGE
        text = f"{took} cycles for {STREAMS * (JOBS - 1)} drawn jobs behind others; {most} are allowed"
        env.recorder.check(took <= most, text)


def _drawn(number: int, device: Descriptor, rng: random.Random) -> Scenario:
    """Small jobs that share no memory: of one tile where there are more than two contexts."""
    at, tiles = device.instance, 1 if device.registers.contexts > CONTEXTS else 2
    jobs, place = [], _BASE
    for seed in range(JOBS):
        m, n, k = (rng.randint(1, most) for most in (tiles * at.l, 8 * at.h, tiles * at.tile_cols))
        op, fmt = rng.choice(device.operations), rng.choice(device.formats)
        job, places = Job(op, m, n, k, 0, 0, 0, fmt=fmt, data_seed=seed), list[int]()
        for _, length in (job.x_range, job.w_range, job.z_range):
            places.append(place)
            place += -(-length // _APART) * _APART
        jobs.append(replace(job, x_addr=places[0], w_addr=places[1], z_addr=places[2]))
    return Scenario(number, tuple(jobs), Window(_BASE, place - _BASE))


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
