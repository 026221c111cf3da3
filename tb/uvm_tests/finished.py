# SPDX-License-Identifier: Apache-2.0
"""Directed test of FINISHED, read in the very cycle in which a job ends (contract A5.5)."""

from __future__ import annotations

from typing import ClassVar

from tb.agents.control.access import read, write
from tb.registers.check_sequence import RegisterCheckSequence
from tb.uvm_tests.registers import RegisterTest

_READS = 40  # an empty job ends within so many cycles, on any device


class FinishedRaceSequence(RegisterCheckSequence):
    """Reads FINISHED in every cycle around the end of empty jobs; each of them is counted once."""

    async def check(self) -> None:
        """One job, then two that are queued behind each other."""
        offset = self.offset
        job = (read(offset("ACQUIRE")), write(offset("MCFG0"), 0), write(offset("TRIGGER"), 0))
        for count in (1, 2):
            reads = [read(offset("FINISHED"))] * _READS
            data = await self.accesses(*job * count, *reads)
            self.expect(
                f"sum of FINISHED, read in every cycle, over {count} jobs", sum(data[-_READS:]), count
            )
            self.expect("STATUS when they have ended", await self.read("STATUS"), 0)


class FinishedRace(RegisterTest):
    """A job that ends in the cycle in which FINISHED is read counts in the next read."""

    kind: ClassVar[type[FinishedRaceSequence]] = FinishedRaceSequence
