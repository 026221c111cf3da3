# SPDX-License-Identifier: Apache-2.0
"""Base of the register test sequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from pyuvm import uvm_sequence

from tb.agents.control.access import Access, read, write
from tb.agents.control.sequences import send
from tb.exchange.applicable import Applicable
from tb.registers.abilities import lacking
from tb.registers.generate import register_map
from tb.registers.map import merge_bytes
from tb.registers.program import empty_job, programmed

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry

POLLS = 2000
"""Reads of STATUS after which a job that does not end is given up."""


class RegisterCheckError(AssertionError):
    """A register test found differences; the message lists the first of them."""


class RegisterCheckSequence(Applicable, uvm_sequence):
    """A register test: accesses of the register port and their required results (contract A5).

    Subclasses implement `check`. Start one on the sequencer of a control agent; it begins (unless
    `clears_first` is off) and ends with a soft clear of value 0, so that it neither needs nor leaves anything
    behind. All differences are collected before the sequence fails.

    Attributes:
        clears_first: True if the test begins with a soft clear.
        registers: The register map; the public one unless set otherwise before the start.
        failures: Differences, in order.
    """

    clears_first = True

    needs: ClassVar[tuple[str, ...]] = ("clear",)
    """Abilities of the registers without which the test has no meaning (`tb.registers.abilities`)."""

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return the first ability that the device has not."""
        del entry
        return lacking(device, cls.needs)

    def __init__(self, name: str = "") -> None:
        super().__init__(name or type(self).__name__)
        self.registers = register_map()
        self.failures: list[str] = []
        self._cleared = False

    @classmethod
    def made_in(cls, env: RedmuleEnv) -> Self:
        """Makes the sequence with all that it needs of the environment that it is to run in."""
        del env
        return cls()

    async def check(self) -> None:
        """The test; reports differences with `expect`."""
        raise NotImplementedError(f"{type(self).__name__} has to implement check()")

    async def body(self) -> None:
        """Runs the test, and a soft clear after it.

        Raises:
            RegisterCheckError: Something differed.
            ControlError: The device gave no grant or no response.
        """
        if self.clears_first:
            await self.clear()
        await self.check()
        if self.registers.rules.has("clear"):
            await self.clear()
        if self.failures:
            shown = "\n  ".join(self.failures[:10])
            raise RegisterCheckError(f"{self.get_name()}: {len(self.failures)} differences\n  {shown}")

    def expect(self, what: str, actual: int, expected: int | Sequence[int]) -> None:
        """Notes a difference between a value and the one, two or range of values it may have."""
        allowed = (expected,) if isinstance(expected, int) else expected
        if actual in allowed:
            return
        values = " or ".join(f"0x{value:08X}" for value in allowed[:2])
        if len(allowed) > 2:
            values = f"0x{allowed[0]:08X} to 0x{allowed[-1]:08X}"
        self.failures.append(f"{what}: 0x{actual:08X}, expected {values}")

    async def accesses(self, *accesses: Access) -> list[int]:
        """Makes accesses back to back, after the wait that a clear may need; returns their read data."""
        if self._cleared and accesses:
            accesses = (accesses[0]._replace(idle=self.registers.rules.after_clear), *accesses[1:])
        self._cleared = False
        return [response.data for response in await send(self, accesses)]

    async def read(self, name: str, core: int = 0) -> int:
        """Reads a register."""
        return (await self.accesses(read(self.offset(name), core)))[0]

    async def write(self, name: str, value: int, core: int = 0, be: int = 0xF) -> None:
        """Writes a register."""
        await self.accesses(write(self.offset(name), value, core, be))

    def offset(self, name: str) -> int:
        """Byte offset of a register."""
        return self.registers[name].offset

    async def clear(self, value: int = 0) -> None:
        """Soft clear; 0 also zeroes the job registers and the next id."""
        await self.write("SOFT_CLEAR", self.registers.rules.clear_value(value))
        self._cleared = True

    async def job_values(self, core: int = 0) -> dict[str, int]:
        """All job registers, read in one burst."""
        names = [register.name for register in self.registers.job_registers]
        data = await self.accesses(*(read(self.offset(name), core) for name in names))
        return dict(zip(names, data, strict=True))

    async def expect_job_values(self, what: str, expected: dict[str, int]) -> None:
        """Reads all job registers and compares them."""
        for name, value in (await self.job_values()).items():
            self.expect(f"{name} {what}", value, expected[name])

    async def fill_job_registers(self, core: int = 0) -> dict[str, int]:
        """Takes the lock and writes a distinct value with many ones to each job register.

        Returns:
            What the registers must then read.
        """
        await self.acquire(core)
        values = {}
        burst = []
        for index, register in enumerate(self.registers.job_registers):
            data = 0xF1E2_D3C4 ^ (0x1111_1111 * index)
            burst.append(write(register.offset, data, core))
            values[register.name] = merge_bytes(0, data, 0xF) & register.writable_mask
        await self.accesses(*burst)
        return values

    async def acquire(self, core: int = 0) -> None:
        """Takes a context, on a device where that is asked for."""
        if "ACQUIRE" in self.registers:
            ids = range(self.registers.rules.job_ids)
            self.expect(f"ACQUIRE by core {core} before programming", await self.read("ACQUIRE", core), ids)

    async def trigger_job(self, values: Mapping[str, int], core: int = 0) -> int:
        """Takes a context, writes registers by name, and starts the job.

        Returns:
            Its id or the refusal; 0 on a device that is not asked for a context.
        """
        data = await self.accesses(*programmed(self.registers, values, core))
        return data[0] if "ACQUIRE" in self.registers else 0

    async def trigger_empty_job(self, core: int = 0) -> int:
        """Queues a job of no elements, which touches no memory (contract A6.7); returns as `trigger_job`."""
        return await self.trigger_job(self.empty_job, core)

    @property
    def empty_job(self) -> dict[str, int]:
        """Registers to write for a job of no elements."""
        return empty_job(self.registers)

    async def wait_until_idle(self) -> None:
        """Polls STATUS until no job is queued or running; notes a failure if that never happens."""
        for _ in range(POLLS):
            if await self.read("STATUS") == 0:
                return
        self.failures.append(f"STATUS shows a job after {POLLS} reads: it does not end")
