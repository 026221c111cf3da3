# SPDX-License-Identifier: Apache-2.0
"""Programming of a job: order and shape of its register accesses, chosen by the job's seed."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from tb.agents.control.access import Access, Burst
from tb.exchange.job import Job
from tb.registers.generate import register_map
from tb.registers.map import CONTEXTS
from tb.registers.program import program, register_values, split_writes, with_idle_gaps, with_rivals
from tb.stimulus.rng import stream

_STYLES = 8
_REMEMBERED = 64  # jobs, more than are drawn ahead


def _writes_changes(job: Job) -> bool:
    return job.data_seed % _STYLES in (4, 5)


@lru_cache(maxsize=_REMEMBERED)
def programming(job: Job, mixed_formats: bool) -> tuple[Mapping[str, int], Sequence[Access]]:
    """Prepare the programming of a job as far as no earlier job matters; the latest are remembered.

    Returns:
        Values of the job registers by name, and the accesses of a job that writes all of them.
    """
    style = job.data_seed % _STYLES
    values = register_values(job, mixed_formats=mixed_formats)
    if style < 6:
        return values, program(job, None, values=values)
    rng = stream(job.data_seed, "programming")
    accesses = program(job, None, rng, values=values)
    if style == 6:
        return values, with_idle_gaps(accesses, rng)
    return values, with_rivals(split_writes(accesses, rng), rng)


class Programmer:
    """Makes the accesses that program and trigger jobs, in varying ways.

    Half of the jobs write all registers in order, a quarter only those that change ("unwritten registers
    keep their last value", contract A5.8), an eighth in random order with pauses, an eighth with partial
    writes between accesses of other cores, which want the lock too.
    A job is always programmed the same way after the same history, so that a replay repeats it.

    Args:
        mixed_formats: True if the device has a format for each operand.
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
        values, whole = programming(job, self._mixed_formats)
        result = program(job, self._held, values=values) if _writes_changes(job) else list(whole)
        self._held = dict(values)
        return result

    def bursts(self, jobs: Sequence[Job]) -> list[Burst]:
        """The accesses of jobs queued behind each other, each programmed as soon as a context is free."""
        return [
            Burst(self.accesses(job), max(0, position - CONTEXTS + 1)) for position, job in enumerate(jobs)
        ]
