# SPDX-License-Identifier: Apache-2.0
"""Programming of a job: order and shape of its register accesses, chosen by the job's seed."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from tb.agents.control.access import Access, Burst, write
from tb.agents.control.player import played
from tb.agents.control.transfer import ControlError
from tb.exchange.job import Job
from tb.registers.map import RegisterMap
from tb.registers.program import program, register_values, split_writes, with_idle_gaps, with_rivals
from tb.stimulus.rng import stream

STYLES = 8
"""Ways to program a job, by the rest of its data seed; with the rest 0 all registers are written in order."""

_REMEMBERED = 256  # jobs, more than are drawn ahead


def _writes_changes(job: Job) -> bool:
    return job.data_seed % STYLES in (4, 5)


class Programming(NamedTuple):
    """Programming of a job as far as no earlier job matters."""

    values: Mapping[str, int]  # of the job registers, by name
    burst: Burst  # accesses that write all of them


@lru_cache(maxsize=_REMEMBERED)
def programming(job: Job, position: int, registers: RegisterMap) -> Programming:
    """Prepare the programming of a job at a position in its scenario; the latest are remembered."""
    values = register_values(job, registers)
    burst = Burst(_whole(job, values, registers), max(0, position - registers.rules.contexts + 1))
    return Programming(
        values, burst if _writes_changes(job) else burst._replace(played=played(burst, position))
    )


def _whole(job: Job, values: Mapping[str, int], registers: RegisterMap) -> Sequence[Access]:
    """The accesses of a job that writes all registers."""
    style, rules = job.data_seed % STYLES, registers.rules
    if style < 6:
        return program(job, None, registers=registers, values=values)
    rng = stream(job.data_seed, "programming")
    accesses = program(job, None, rng, registers=registers, values=values)
    if style == 6:
        return with_idle_gaps(accesses, rng)
    if not rules.whole_words:
        accesses = split_writes(accesses, rng, registers=registers)
    if rules.lock and rules.access_ids:
        accesses = with_rivals(accesses, rng, registers=registers)
    return accesses


class Programmer:
    """Makes the accesses that program and trigger jobs, in varying ways.

    Half of the jobs write all registers in order, a quarter only those that change ("unwritten registers
    keep their last value", contract A5.8), an eighth in random order with pauses, an eighth with partial
    writes between accesses of other cores, which want the lock too.
    What a device cannot do (partial writes, rivals for the lock) is left out of these ways.
    A job is always programmed the same way after the same history, so that a replay repeats it.
    """

    def __init__(self, registers: RegisterMap) -> None:
        self._registers = registers
        self._held: dict[str, int] = {}
        self.reset()

    def reset(self) -> None:
        """The device was reset: its job registers hold what they hold then."""
        self._held = {register.name: register.reset for register in self._registers.job_registers}
        self._fresh = True  # no job since the last reset or clear
        self._cleared = False

    def clear(self, core: int, value: int = 0, idle: int = 0) -> Access:
        """A soft clear; with the value 0, and on a device that has no other, of all registers too."""
        rules = self._registers.rules
        if value == 0 or rules.clear_keep < 0:
            self.reset()
        self._fresh = self._cleared = True
        return write(self._registers["SOFT_CLEAR"].offset, rules.clear_value(value), core, idle=idle)

    def accesses(self, job: Job) -> Sequence[Access]:
        """The accesses of one job: a clear if the device needs one, ACQUIRE, ..., TRIGGER."""
        return self._burst(job, 0).accesses

    def bursts(self, jobs: Sequence[Job]) -> list[Burst]:
        """The accesses of jobs queued behind each other, each programmed as soon as a context is free."""
        return [self._burst(job, position) for position, job in enumerate(jobs)]

    def _burst(self, job: Job, position: int) -> Burst:
        registers = self._registers
        before = [self.clear(job.core)] if registers.rules.clear_between and not self._fresh else []
        values, burst = programming(job, position, registers)
        cleared, self._cleared, self._fresh = self._cleared, False, False
        if cleared or _writes_changes(job):
            whole = burst.accesses
            if _writes_changes(job):
                whole = program(job, self._held, registers=registers, values=values)
            first, *rest = whole
            if cleared:
                first = first._replace(idle=max(first.idle, registers.rules.after_clear))
            burst = Burst([*before, first, *rest], burst.after_ends)
        self._held |= values
        return burst

    def check_acquired(self, data: int, position: int) -> None:
        """Raise `ControlError` if the first value that a job's accesses read says that it got no context."""
        if "ACQUIRE" in self._registers and self._registers.acquired(data) is None:
            raise ControlError(f"ACQUIRE of job {position} read {data:#010x} with a context free")
