# SPDX-License-Identifier: Apache-2.0
"""Every kind of access in every state of the engine and the lock (contract A5)."""

from tb.agents.control.access import ALL_BYTES, Access, read, write
from tb.registers.map import ONE_HOT
from tb.uvm_tests.register_queue import LongJobSequence

_JOBS = (0, 1, 2)  # running and queued
_OWNERS = (2, 5)  # cores of the long jobs
_HOLDER, _OTHER = 1, 4
_BAD_ID = 3
_ENABLES = range(ALL_BYTES + 1)
_ONES = 0xFFFF_FFFF  # as the value of TRIGGER, or of SOFT_CLEAR, not 0


class StateSequence(LongJobSequence):
    """Reads, and writes with all byte enables, of all registers, with no job, one and two.

    The reference model judges what is read.
    """

    needs = ("clear", "acquire", "lock", "ids", "status", "bytes", "two_contexts", "one_trigger", "no_wait")

    async def check(self) -> None:
        """Goes through the states, the longest way with a job that runs."""
        for jobs in _JOBS:
            await self.enter(jobs)
            await self.accesses(*self._free())
            if jobs < len(_OWNERS):
                await self.accesses(*self._held())
            await self.accesses(*self._by_all())
            status = await self.read("STATUS")
            self.expect(f"jobs after accesses with {jobs}", bin(status).count("1"), jobs)
            for enables in _ENABLES:
                await self.enter(jobs)
                await self.write("SOFT_CLEAR", 1, be=enables)
                self.expect(f"STATUS after a clear with be={enables:04b}", await self.read("STATUS"), 0)

    async def enter(self, jobs: int) -> None:
        """Stops what runs, and triggers some long jobs."""
        await self.clear()
        for core in _OWNERS[:jobs]:
            await self.trigger_long_job(core)

    def _offsets(self) -> list[int]:
        """All registers, and the first and last offsets without one."""
        unmapped = self.registers.unmapped_offsets
        return [*self.registers.offsets().values(), unmapped[0], unmapped[-1]]

    def _free(self) -> list[Access]:
        """Accesses that leave the lock free."""
        acquire, clear = self.offset("ACQUIRE"), self.offset("SOFT_CLEAR")
        found = [read(offset) for offset in self._offsets() if offset != acquire]
        found += [
            write(offset, _ONES, be % len(ONE_HOT), be)
            for offset in self._offsets()
            if offset != clear
            for be in _ENABLES
        ]
        return found

    def _held(self) -> list[Access]:
        """Accesses of the core that holds the lock, and of another."""
        return [
            read(self.offset("ACQUIRE"), _HOLDER),
            *(read(offset, core) for offset in self._offsets() for core in (_HOLDER, _OTHER)),
        ]

    def _by_all(self) -> list[Access]:
        """Reads by every core, and with an id that is none."""
        ids = (*sorted(ONE_HOT), _BAD_ID)
        return [Access(offset, id=each) for offset in self._offsets() for each in ids]
