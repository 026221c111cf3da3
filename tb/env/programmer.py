# SPDX-License-Identifier: Apache-2.0
"""How a job is programmed: the order and shape of its register accesses, chosen by the job's seed."""

from __future__ import annotations

from collections.abc import Sequence

from tb.agents.control.access import Access, Burst
from tb.agents.control.program import program, register_values, split_writes, with_idle_gaps, with_rivals
from tb.registers.generate import register_map
from tb.stimulus.job import Job
from tb.stimulus.rng import stream

CONTEXTS = 2
_STYLES = 8


class Programmer:
    """Makes the accesses that program and trigger jobs, in varying ways.

    Half of the jobs write all registers in order, a quarter only those that change ("unwritten registers
    keep their last value", section 5), an eighth in random order with pauses, an eighth with partial writes
    between accesses of other cores, which want the lock too.
    A job is always programmed the same way after the same history, so that a replay repeats it.

    Args:
        mixed_formats: Whether the device has a format for each operand.
    """

    def __init__(self, *, mixed_formats: bool = False) -> None:
        self._mixed_formats = mixed_formats
        self._held: dict[str, int] = {}
        self.reset()

    def reset(self) -> None:
        """The device was reset: its job registers hold 0."""
        self._held = {register.name: register.reset for register in register_map().job_registers}

    def accesses(self, job: Job) -> list[Access]:
        """The accesses of one job: ACQUIRE first, TRIGGER last."""
        style = job.data_seed % _STYLES
        held = self._held if style in (4, 5) else None
        values = register_values(job, mixed_formats=self._mixed_formats)
        if style < 6:
            result = program(job, held, values=values)
        else:
            rng = stream(job.data_seed, "programming")
            result = program(job, None, rng, values=values)
            if style == 6:
                result = with_idle_gaps(result, rng)
            else:
                result = with_rivals(split_writes(result, rng), rng)
        self._held = values
        return result

    def bursts(self, jobs: Sequence[Job]) -> list[Burst]:
        """The accesses of jobs queued behind each other, each programmed as soon as a context is free."""
        return [
            Burst(self.accesses(job), max(0, position - CONTEXTS + 1)) for position, job in enumerate(jobs)
        ]
