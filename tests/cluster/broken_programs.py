# SPDX-License-Identifier: Apache-2.0
"""Sequences whose programs get another task than the scoreboard is told."""

from __future__ import annotations

import random
from dataclasses import replace

from tb.cluster.memory_map import TCDM
from tb.cluster.sequences import ProgramSequence
from tb.cluster.streams import GemmStream, ProgramRun, SoftwareStream, TogetherStream


class _Wrong(GemmStream):
    """One of three runs, the middle one, is wrong."""

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draw a run of the program, and break the second one."""
        run = super().draw(index, rng)
        return self.broken(run) if index == 1 else run

    def broken(self, run: ProgramRun) -> ProgramRun:
        """The run with something wrong."""
        raise NotImplementedError


def wrong_operands(run: ProgramRun) -> ProgramRun:
    """The run with other operands of its first job than the model has."""
    assert run.scenario is not None
    assert run.task.memory is not None
    base = run.scenario.window.base
    job = next(job for job in run.scenario.jobs if job.n)
    image = bytearray(run.task.memory[base])
    at = job.z_addr - base
    image[at : at + job.z_range[1]] = bytes(0x11 for _ in range(job.z_range[1]))
    image[job.x_addr - base : job.x_addr - base + job.x_range[1]] = bytes(job.x_range[1])
    return replace(run, task=replace(run.task, memory={base: bytes(image)}))


class _Operand(_Wrong):
    def broken(self, run: ProgramRun) -> ProgramRun:
        return wrong_operands(run)


class _Software(SoftwareStream):
    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        run = super().draw(index, rng)
        return wrong_operands(run) if index == 1 else run


class _Unplanned(_Wrong):
    def broken(self, run: ProgramRun) -> ProgramRun:
        _, second, *rest = run.task.jobs
        return replace(run, task=replace(run.task, jobs=(second, second, *rest)))


class _Outside(_Wrong):
    def broken(self, run: ProgramRun) -> ProgramRun:
        first, *rest = run.task.jobs
        return replace(run, task=replace(run.task, jobs=(replace(first, z=TCDM + (1 << 20)), *rest)))


class _Left(TogetherStream):
    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        run = super().draw(index, rng)
        address, data = list(run.left.items())[index]
        changed = bytes([*data[:-1], data[-1] ^ 1])
        return replace(run, left={**run.left, address: changed})


class WrongOperand(ProgramSequence):
    """X of a job differs from the model's."""

    stream_class = _Operand


class UnplannedJob(ProgramSequence):
    """A job runs twice, another one never."""

    stream_class = _Unplanned


class WrongSoftware(ProgramSequence):
    """The cores compute with another X than the model in the second of three runs."""

    stream_class = _Software


class WrongLeft(ProgramSequence):
    """A wrong expectation of what cores, DMA to L2 or DMA to the TCDM leave."""

    stream_class = _Left


class OutsideJob(ProgramSequence):
    """Z of a job is outside all memories."""

    stream_class = _Outside
