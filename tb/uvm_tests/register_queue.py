# SPDX-License-Identifier: Apache-2.0
"""Tests of the lock, the two contexts, job ids, counts and soft clear (contract A5 and A7.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

import numpy as np

from tb.agents.control.access import read
from tb.exchange.names import MAX_CORES
from tb.registers.map import JOB_IDS
from tb.registers.own import registers_of
from tb.registers.program import programmed, register_values
from tb.stimulus.job import GemmJob
from tb.uvm_tests.register_check import RegisterCheckSequence

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv

# Long enough on any device that the register tests end first; it is stopped by a soft clear.
_LONG = (48, 96, 64)
_READS = 40  # an empty job ends within so many cycles, on any device


class JobIdSequence(RegisterCheckSequence):
    """Ids count up and wrap at 256, contexts alternate, FINISHED and RUNNING_JOB follow; with empty jobs.

    Args:
        jobs: Jobs to run; more than 256 to see the ids wrap.
        cores: Cores that the device has, which get the events of their jobs.
    """

    def __init__(self, jobs: int = JOB_IDS + 3, name: str = "", cores: int = MAX_CORES) -> None:
        super().__init__(name)
        self.jobs, self.cores = jobs, cores

    needs = ("clear", "acquire", "status", "no_clear_between")

    @classmethod
    def made_in(cls, env: RedmuleEnv) -> Self:
        """Makes the sequence with the environment's cores."""
        return cls(cores=env.descriptor.n_cores)

    async def check(self) -> None:
        """Runs empty jobs one by one, by all cores in turn."""
        rules, unread = self.registers.rules, 0
        for number in range(self.jobs):
            core = number % self.cores
            self.expect(f"id of job {number}", await self.trigger_empty_job(core), number % rules.job_ids)
            await self.wait_until_idle()
            unread += 1
            if rules.has("running_job"):
                running = await self.read("RUNNING_JOB", core)
                self.expect(f"RUNNING_JOB after job {number}", running, number % rules.job_ids)
            if number % 5 == 0 and rules.has("finished") and rules.finished_cleared:
                self.expect(f"FINISHED after job {number}", await self.read("FINISHED", core), unread)
                self.expect("FINISHED read again", await self.read("FINISHED", core), 0)
                unread = 0
            if self.failures:
                return


class FinishedRaceSequence(RegisterCheckSequence):
    """Reads FINISHED in every cycle around the end of empty jobs; each of them is counted once."""

    needs = ("clear", "status", "finished", "queue", "no_clear_between")

    async def check(self) -> None:
        """One job, then two that are queued behind each other."""
        job = programmed(self.registers, self.empty_job, 0)
        for count in (1, 2):
            reads = [read(self.offset("FINISHED"))] * _READS
            data = await self.accesses(*job * count, *reads)
            self.expect(
                f"sum of FINISHED, read in every cycle, over {count} jobs", sum(data[-_READS:]), count
            )
            self.expect("STATUS when they have ended", await self.read("STATUS"), 0)


class LongJobSequence(RegisterCheckSequence):
    """Base of the tests that need a job that runs while they look.

    Args:
        long_job: Values of job registers, by name, of a job that takes thousands of cycles. The bench has to
            allow its accesses to memory. It is ended by a soft clear.
    """

    def __init__(self, long_job: Mapping[str, int], name: str = "") -> None:
        super().__init__(name)
        self.long_job = dict(long_job)

    @classmethod
    def made_in(cls, env: RedmuleEnv) -> Self:
        """Makes the sequence with a GEMM on zeros, for which the environment's memory is prepared."""
        m, n, k = _LONG
        scenario = GemmJob(np.zeros((m, n)), np.zeros((n, k)), np.zeros((m, k))).scenario()
        env.executor.prepare(scenario)
        return cls(register_values(scenario.jobs[0], registers_of(env.descriptor)))

    async def trigger_long_job(self, core: int) -> int:
        """Programs and queues the long job; returns the id or the refusal that ACQUIRE gave."""
        return await self.trigger_job(self.long_job, core)

    async def expect_nothing_ends(self, what: str) -> None:
        """No job is queued and none ends for some time."""
        for _ in range(20):
            self.expect(f"STATUS {what}", await self.read("STATUS"), 0)
        if "FINISHED" in self.registers:
            self.expect(f"FINISHED {what}", await self.read("FINISHED"), 0)


class LockQueueSequence(LongJobSequence):
    """The lock, both contexts taken, and the programming set while jobs run."""

    needs = (
        *("clear", "acquire", "lock", "ids", "contexts", "running_job", "finished", "two_contexts"),
        *("one_trigger", "bytes"),
    )

    async def check(self) -> None:
        """One job running, one queued, a third refused."""
        rules = self.registers.rules
        self.expect("id of the running job", await self.trigger_long_job(core=2), 0)
        self.expect("STATUS with one job", await self.read("STATUS"), 0x0001)
        self.expect("ACQUIRE by core 5 while a job runs", await self.read("ACQUIRE", 5), 1)
        self.expect("STATUS with a context acquired", await self.read("STATUS"), 0x0001)
        self.expect(
            "ACQUIRE by core 2 while core 5 holds the lock",
            await self.read("ACQUIRE", 2),
            rules.acquire_taken,
        )
        self.expect("id of the queued job", await self.trigger_long_job(core=5), 1)
        self.expect("STATUS with both contexts", await self.read("STATUS"), 0x0101)
        self.expect("RUNNING_JOB with one queued", await self.read("RUNNING_JOB"), 0)
        for core in range(8):
            self.expect(
                f"ACQUIRE by core {core} of a third job", await self.read("ACQUIRE", core), rules.acquire_full
            )
            await self.write("X_ADDR", 0xDEAD_BEEF, core)
            await self.write("TRIGGER", 0, core)
        held = await self.job_values()
        for name, value in self.long_job.items():
            self.expect(f"{name} while jobs run", held[name], value)
        self.expect("FINISHED while both jobs run", await self.read("FINISHED"), 0)


class FullQueueSequence(LongJobSequence):
    """A job that runs, as many behind it as the queue holds, and one more that finds no context."""

    needs = ("clear", "acquire", "status")

    async def check(self) -> None:
        """Fills the queue, asks for more, and clears it."""
        rules = self.registers.rules
        cores = range(8) if rules.access_ids else (0,)
        for number in range(rules.contexts):
            core = cores[number % len(cores)]
            self.expect(f"id of job {number}", await self.trigger_long_job(core), number % rules.job_ids)
        for core in cores:
            self.expect(
                f"ACQUIRE by core {core} with all contexts taken",
                await self.read("ACQUIRE", core),
                rules.acquire_full,
            )
        if rules.has("running_job"):
            self.expect("RUNNING_JOB with a full queue", await self.read("RUNNING_JOB"), 0)
        await self.clear()
        await self.expect_nothing_ends("after a clear of a full queue")
        self.expect("id of the job after it", await self.trigger_empty_job(), 0)
        await self.wait_until_idle()


class ProgramWhileRunningSequence(LongJobSequence):
    """Job registers written while a job runs read what was written, never the running job's values."""

    needs = ("clear", "status", "queue")

    async def check(self) -> None:
        """The set is filled again behind the trigger of a long job."""
        several = self.registers.rules.access_ids
        await self.trigger_long_job(core=1 if several else 0)
        values = await self.fill_job_registers(core=3 if several else 0)
        await self.expect_job_values("programmed while a job runs", values)
        if self.registers.rules.status_shows == "contexts":
            self.expect("STATUS meanwhile", await self.read("STATUS"), 0x0001)


class SoftClearSequence(LongJobSequence):
    """Soft clear in every state of the register file, with both kinds of values."""

    needs = (
        *("clear", "clear_keep", "acquire", "lock", "ids", "contexts", "running_job", "finished"),
        *("two_contexts", "one_trigger", "no_wait"),
    )

    async def check(self) -> None:
        """Clears with the lock held, with one job, and with two."""
        for value in (1, 0, 0xFFFF_FFFF):
            await self._with_the_lock_held(value)
            for jobs in (1, 2):
                await self._with_jobs(value, jobs)
        await self._of_finished_jobs()

    async def _with_the_lock_held(self, value: int) -> None:
        what = f"after a clear with 0x{value:X} while the lock was held"
        before = await self.fill_job_registers(core=4)
        await self.write("SOFT_CLEAR", value, core=6)
        await self._expect_registers(what, value, before)
        # The id of the lock is used up.
        self.expect(f"ACQUIRE {what}", await self.read("ACQUIRE", core=6), 1 if value else 0)
        await self.clear()

    async def _with_jobs(self, value: int, jobs: int) -> None:
        what = f"after a clear with 0x{value:X} and {jobs} jobs"
        for core in range(jobs):
            self.expect(f"id of job {core} before a clear", await self.trigger_long_job(core), core)
        # Contexts start with the first again after the clears before.
        self.expect(f"STATUS with {jobs} jobs", await self.read("STATUS"), (0x0001, 0x0101)[jobs - 1])
        before = await self.job_values()
        await self.write("SOFT_CLEAR", value, core=7)
        self.expect(f"STATUS right {what}", await self.read("STATUS"), 0)
        await self.expect_nothing_ends(what)
        await self._expect_registers(what, value, before)
        next_id = await self.trigger_empty_job()
        self.expect(f"id of the next job {what}", next_id, jobs if value else 0)
        await self.wait_until_idle()
        self.expect(f"FINISHED of the next job {what}", await self.read("FINISHED"), 1)
        self.expect(f"RUNNING_JOB of the next job {what}", await self.read("RUNNING_JOB"), next_id)
        await self.clear()

    async def _of_finished_jobs(self) -> None:
        for _ in range(2):
            last = await self.trigger_empty_job()
            await self.wait_until_idle()
        await self.clear(1)
        self.expect("FINISHED after a clear", await self.read("FINISHED"), 0)
        self.expect("RUNNING_JOB after a clear", await self.read("RUNNING_JOB"), last)

    async def _expect_registers(self, what: str, value: int, before: dict[str, int]) -> None:
        await self.expect_job_values(what, before if value else dict.fromkeys(before, 0))
