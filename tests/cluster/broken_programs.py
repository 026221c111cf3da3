# SPDX-License-Identifier: Apache-2.0
"""Streams whose programs get another task than the scoreboard is told."""

import random
from dataclasses import replace

from tb.cluster.memory_map import TCDM
from tb.cluster.streams.jobs import GemmStream
from tb.cluster.streams.run import ProgramRun
from tb.cluster.streams.software import SoftwareStream
from tb.cluster.streams.together import TogetherStream


class _Wrong:
    """One of three runs, the middle one, is wrong."""

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draw a run of the program, and break the second one."""
        run = super().draw(index, rng)
        return self.broken(run) if index == 1 else run

    def broken(self, run: ProgramRun) -> ProgramRun:
        """The run with other operands of its first job than the model has."""
        base = run.scenario.window.base
        job = next(job for job in run.scenario.jobs if job.n)
        image = bytearray(run.task.memory[base])
        at = job.z_addr - base
        image[at : at + job.z_range[1]] = bytes(0x11 for _ in range(job.z_range[1]))
        image[job.x_addr - base : job.x_addr - base + job.x_range[1]] = bytes(job.x_range[1])
        return replace(run, task=replace(run.task, memory={base: bytes(image)}))


class WrongOperand(_Wrong, GemmStream):
    """X of a job is not what the model has."""


class WrongSoftware(_Wrong, SoftwareStream):
    """The cores compute with another X than the model."""


class UnplannedJob(_Wrong, GemmStream):
    """A job runs twice, another one never."""

    def broken(self, run: ProgramRun) -> ProgramRun:
        """Run the second job in place of the first."""
        _, second, *rest = run.task.jobs
        return replace(run, task=replace(run.task, jobs=(second, second, *rest)))


class OutsideJob(_Wrong, GemmStream):
    """Z of a job is outside all memories."""

    def broken(self, run: ProgramRun) -> ProgramRun:
        """Move Z of the first job."""
        first, *rest = run.task.jobs
        return replace(run, task=replace(run.task, jobs=(replace(first, z=TCDM + (1 << 20)), *rest)))


class WrongLeft(TogetherStream):
    """A wrong expectation of what cores, DMA to L2 or DMA to the TCDM leave."""

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Change the last byte of one."""
        run = super().draw(index, rng)
        address, data = list(run.left.items())[index]
        changed = bytes([*data[:-1], data[-1] ^ 1])
        return replace(run, left={**run.left, address: changed})
