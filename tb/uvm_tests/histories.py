# SPDX-License-Identifier: Apache-2.0
"""Directed test of long histories: what registers count, beyond 8 and 16 bits (contract A5.2 to A5.5)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from tb.agents.control.access import Access, read, write
from tb.registers.abilities import lacking
from tb.registers.own import registers_of
from tb.registers.program import empty_job, programmed, register_values
from tb.sequences.directed import DirectedTest
from tb.stimulus.job import GemmJob

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry

COUNT = 2**16 + 2**8 + 3
"""Jobs, and refusals of each kind: no counter of up to 16 bits shows as many."""
_BLOCK = 2**10  # jobs or accesses between two looks at the logs
_PAUSE = 3  # cycles after a job before the next one asks for a context; on a slower device some are refused
_STEPS = 2**16 - 1  # of a job with one output, which takes more cycles than there are refusals
_NEAR_END = 2**32 - 2  # FINISHED, two jobs before it comes round


class LongHistory(DirectedTest):
    """More than 2**16 jobs before FINISHED is read, and as many refusals of each kind.

    The reference model of the register file judges each read and each event, and so the ids, too. By the back
    door, where the device has one, FINISHED also begins two jobs before 2**32.
    """

    jobs: ClassVar[int] = 0

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return the first ability of the registers that the histories need, and is not there."""
        del entry
        return lacking(device, ("clear", "clear_keep", "acquire", "finished", "no_clear_between", "no_wait"))

    async def run(self, env: RedmuleEnv) -> None:
        """Jobs, refusals with the lock held and with all contexts taken, and the last counts of FINISHED."""
        self._env, self._registers = env, registers_of(env.descriptor)
        self._acquire = self._registers["ACQUIRE"].offset
        several = not lacking(env.descriptor, ("lock", "ids", "one_trigger"))
        self._cores = range(env.descriptor.n_cores if several else 1)
        await env.reset()
        await self._expect_finished(await self._empty_jobs(COUNT), "behind many jobs")
        if several:
            await self._refused_by_the_lock()
            await self._expect_finished(1, "behind many refusals")
            await self._refused_by_the_queue()
        backdoor = env.backdoor()
        if backdoor is not None and backdoor.has("FINISHED"):
            backdoor.poke("FINISHED", _NEAR_END)
            await self._expect_finished(_NEAR_END + await self._empty_jobs(3), "at its end")
        await env.reset()

    async def _empty_jobs(self, count: int) -> int:
        """Run empty jobs of all cores in turn, at least `count`; returns how many."""
        values, last = empty_job(self._registers), self._registers.last
        await self._play(programmed(self._registers, values, 0))
        again = {last: values[last]} if last else {}
        jobs = [programmed(self._registers, again, core) for core in self._cores]
        ran, turns = 1, cycle([[job[0]._replace(idle=_PAUSE), *job[1:]] for job in jobs])
        while ran < count:
            block = list(islice(turns, min(_BLOCK, count - ran)))
            data = await self._play([access for job in block for access in job])
            asked = data[:: len(block[0])]
            taken = sum(self._registers.acquired(each) is not None for each in asked)
            if not taken:
                self._env.recorder.check(False, f"no context is given behind {ran} jobs")
                break
            ran += taken
        return ran

    async def _refused_by_the_lock(self) -> None:
        """Other cores want the lock and trigger, the holder triggers wrongly; then its job runs."""
        holder, *others = self._cores
        acquire, trigger = self._acquire, self._registers["TRIGGER"].offset
        await self._play([read(acquire, holder)])
        await self._repeat([read(acquire, core) for core in others])
        await self._repeat([write(trigger, 1, holder), *(write(trigger, 0, core) for core in others)])
        await self._play([write(trigger, 0, holder)])

    async def _refused_by_the_queue(self) -> None:
        """All cores want a context while all are taken; a clear ends the jobs."""
        env = self._env
        job = GemmJob(np.zeros((1, _STEPS)), np.zeros((_STEPS, 1)), np.zeros((1, 1))).scenario()
        if env.descriptor.supports(job.jobs[0]) is not None:
            return
        env.executor.prepare(job)
        values = register_values(job.jobs[0], self._registers)
        for _ in range(self._registers.rules.contexts):
            await self._play(programmed(self._registers, values, 0))
        await self._repeat([read(self._acquire, core) for core in self._cores])
        await self._play([write(self._registers["SOFT_CLEAR"].offset, self._registers.rules.clear_value(1))])

    async def _repeat(self, accesses: Sequence[Access]) -> None:
        """Make accesses in turn, `COUNT` in all."""
        turns = cycle(accesses)
        for done in range(0, COUNT, _BLOCK):
            await self._play(list(islice(turns, min(_BLOCK, COUNT - done))))

    async def _expect_finished(self, count: int, when: str) -> None:
        """Read FINISHED when all jobs have ended."""
        register = self._registers["FINISHED"]
        (seen,) = await self._play([read(register.offset, idle=_BLOCK)])
        expected = count % 2 ** register.fields[0].width
        self._env.recorder.check(seen == expected, f"FINISHED {when} reads {seen}, not {expected}")

    async def _play(self, accesses: Sequence[Access]) -> list[int]:
        """Make accesses, without Python at each of them, and judge them; returns their data."""
        data = await self._env.play(accesses)
        self._env.check_registers()
        self._env.handle.clear_logs()
        return data
