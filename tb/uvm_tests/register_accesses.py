# SPDX-License-Identifier: Apache-2.0
"""Register access tests: those of the UVM library that pyuvm 5 lacks, and those this port needs.

Reset values and bit bash go through the pyuvm register model; the others make accesses a register model
cannot express (byte enables, unmapped offsets, wrong ids), straight on the port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pyuvm import uvm_reg, uvm_reg_block, uvm_status_e

from tb.agents.control.access import Access, read, write
from tb.registers.adapter import AccessAs
from tb.registers.backdoor import RegisterBackdoor
from tb.registers.map import DECODED_ADDRESS_BITS, ONE_HOT, merge_bytes
from tb.uvm_tests.register_check import RegisterCheckSequence

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv

BAD_IDS = tuple(id_ for id_ in range(256) if id_ not in ONE_HOT)
"""Ids that are zero or not one-hot."""


class RegisterModelSequence(RegisterCheckSequence):
    """Base of the tests that use the pyuvm register model.

    Args:
        block: Register block, its default map connected to the sequencer this sequence runs on.
        backdoor: Back door for the registers it knows; None tests by the front door alone.
    """

    def __init__(
        self, block: uvm_reg_block, backdoor: RegisterBackdoor | None = None, name: str = ""
    ) -> None:
        super().__init__(name)
        self.block = block
        self.backdoor = backdoor

    @classmethod
    def made_in(cls, env: RedmuleEnv) -> Self:
        """Makes the sequence with the environment's register block and back door."""
        return cls(env.registers, env.backdoor())

    async def read_reg(self, reg: uvm_reg, core: int = 0) -> int:
        """Front-door read through the model; a failed operation is noted."""
        status, value = await reg.read(extension=AccessAs(core))
        if status is not uvm_status_e.UVM_IS_OK:
            self.failures.append(f"front-door read of {reg.get_name()} failed: {status.name}")
        return int(value)

    async def write_reg(self, reg: uvm_reg, value: int, core: int = 0) -> None:
        """Front-door write through the model; a failed operation is noted."""
        status = await reg.write(value, extension=AccessAs(core))
        if status is not uvm_status_e.UVM_IS_OK:
            self.failures.append(f"front-door write of {reg.get_name()} failed: {status.name}")

    def expect_stored(self, reg: uvm_reg, expected: int) -> None:
        """Compares the storage of a register with a value, if the back door knows it."""
        name = reg.get_name()
        if self.backdoor is not None and self.backdoor.has(name):
            self.expect(f"{name} by back door", self.backdoor.peek(name), expected)


class HwResetSequence(RegisterModelSequence):
    """Every register reads its reset value. Run it right after a reset."""

    clears_first = False
    needs = ()

    async def check(self) -> None:
        """Reads all registers, ACQUIRE last because it takes the lock: the first job id is 0."""
        for reg in sorted(self.block.get_registers(), key=lambda reg: reg.get_name() == "ACQUIRE"):
            self.expect(f"{reg.get_name()} after reset", await self.read_reg(reg), reg.get_reset())
            self.expect_stored(reg, reg.get_reset())


class BitBashSequence(RegisterModelSequence):
    """Each bit of each job register is set and cleared alone; spare bits and other registers stay 0."""

    async def check(self) -> None:
        """Runs over all job registers."""
        await self.acquire()
        for register in self.registers.job_registers:
            reg = self.block.get_reg_by_name(register.name)
            for bit in range(32):
                for value in (1 << bit, 0xFFFF_FFFF ^ (1 << bit)):
                    expected = value & register.writable_mask
                    await self.write_reg(reg, value)
                    self.expect(
                        f"{register.name} after a write of 0x{value:08X}",
                        await self.read_reg(reg),
                        expected,
                    )
                    self.expect_stored(reg, expected)
            await self.write_reg(reg, 0)
            zero = dict.fromkeys((other.name for other in self.registers.job_registers), 0)
            await self.expect_job_values(f"after the bits of {register.name}", zero)
        await self._poke_is_read()

    async def _poke_is_read(self) -> None:
        """Check that the front door reads what the back door wrote."""
        for register in self.registers.job_registers:
            if self.backdoor is None or not self.backdoor.has(register.name):
                continue
            value = 0xA5C3_96F0 & register.writable_mask
            self.backdoor.poke(register.name, value)
            reg = self.block.get_reg_by_name(register.name)
            self.expect(f"{register.name} after a back-door write", await self.read_reg(reg), value)


class ByteEnableSequence(RegisterCheckSequence):
    """Every combination of byte enables on every job register changes exactly the enabled bytes."""

    needs = ("clear", "bytes")

    async def check(self) -> None:
        """Runs over all job registers and enables."""
        await self.acquire()
        for register in self.registers.job_registers:
            for old, new in ((0xFFFF_FFFF, 0x0000_0000), (0x1234_5678, 0xE9CA_AB8D)):
                for be in range(16):
                    data = await self.accesses(
                        write(register.offset, old),
                        write(register.offset, new, be=be),
                        read(register.offset),
                    )
                    self.expect(
                        f"{register.name} after 0x{old:08X}, then 0x{new:08X} with be={be:04b}",
                        data[2],
                        merge_bytes(old, new, be) & register.writable_mask,
                    )


class UnmappedSequence(RegisterCheckSequence):
    """Unmapped, write-only and read-only offsets; address bits that are not decoded."""

    needs = ("clear", "status", "unmapped")

    async def check(self) -> None:
        """Writes everywhere nothing should happen, then reads everything."""
        expected = await self.fill_job_registers()
        unmapped = self.registers.unmapped_offsets
        silent = [*unmapped, *(each.offset for each in self.registers.values() if not each.readable)]
        for offset in silent:
            self.expect(f"read of offset 0x{offset:02X}", (await self.accesses(read(offset)))[0], 0)
        read_only = [
            each.offset for each in self.registers.values() if each.readable and not each.writable_mask
        ]
        for offset in (*unmapped, *read_only):
            for value in (0, 0xFFFF_FFFF):
                await self.accesses(write(offset, value))
        if not self.registers.rules.own:
            # A trigger with any value but 0 is ignored too.
            await self.accesses(write(self.offset("TRIGGER"), 1), write(self.offset("TRIGGER"), 0x0100_0000))
        await self.expect_job_values("after writes of unmapped and read-only offsets", expected)
        self.expect("STATUS after writes that start no job", await self.read("STATUS"), 0)
        for name, value in expected.items():
            for extra in (0x1, 0x3, 0x100, 0xFFFF_FF00):
                address = self.offset(name) | extra
                assert address & DECODED_ADDRESS_BITS == self.offset(name)
                data = (await self.accesses(read(address)))[0]
                self.expect(f"{name} read at address 0x{address:08X}", data, value)


class NonHolderSequence(RegisterCheckSequence):
    """Only the holder of the lock programs and triggers; anybody reads."""

    needs = ("clear", "acquire", "lock", "ids", "status", "bytes", "one_trigger")

    async def check(self) -> None:
        """Core 0 holds the lock, all others try."""
        zero = dict.fromkeys((register.name for register in self.registers.job_registers), 0)
        await self._write_all(0xFFFF_FFFF, core=0)
        await self.expect_job_values("after writes while nobody held the lock", zero)
        values = await self.fill_job_registers(core=0)
        held = await self.read("ACQUIRE", core=0)
        taken = self.registers.rules.acquire_taken
        for core in range(1, 8):
            self.expect(f"ACQUIRE by core {core}", await self.read("ACQUIRE", core), taken)
            await self._write_all(0, core)
            await self.write("TRIGGER", 0, core)
            self.expect(f"STATUS after a trigger by core {core}", await self.read("STATUS", core), 0)
            for name, value in (await self.job_values(core)).items():
                self.expect(f"{name} after writes by core {core}", value, values[name])
            self.expect("ACQUIRE again by the holder", await self.read("ACQUIRE", core=0), held)
        # The holder's own trigger without byte 0 is ignored as well, and it keeps the lock.
        await self.write("TRIGGER", 0, core=0, be=0xE)
        self.expect("STATUS after a trigger without be[0]", await self.read("STATUS"), 0)
        self.expect("ACQUIRE by core 1 at the end", await self.read("ACQUIRE", core=1), taken)

    async def _write_all(self, value: int, core: int) -> None:
        await self.accesses(*(write(each.offset, value, core) for each in self.registers.job_registers))


class BadIdSequence(RegisterCheckSequence):
    """An id that is zero or not one-hot reads 0 and changes nothing, at any offset.

    Args:
        ids: Ids to try; all 248 by default.
    """

    def __init__(self, ids: tuple[int, ...] = BAD_IDS, name: str = "") -> None:
        super().__init__(name)
        self.ids = ids

    needs = ("clear", "acquire", "lock", "ids", "status", "finished", "one_trigger", "no_clear_between")

    async def check(self) -> None:
        """Tries all ids with the lock free, then held."""
        await self.trigger_empty_job()
        await self.wait_until_idle()
        values = await self.job_values()
        for bad in self.ids:
            await self._nothing_happens(bad)
        self.expect("ACQUIRE after accesses with bad ids", await self.read("ACQUIRE"), 1)
        self.expect("FINISHED after accesses with bad ids", await self.read("FINISHED"), 1)
        await self.expect_job_values("after accesses with bad ids", values)
        values = await self.fill_job_registers()
        for bad in self.ids:
            await self._nothing_happens(bad)
        await self.expect_job_values("after accesses with bad ids while the lock was held", values)
        self.expect("ACQUIRE by the holder", await self.read("ACQUIRE"), 1)

    async def _nothing_happens(self, bad: int) -> None:
        burst = []
        for register in self.registers.values():
            burst += [Access(register.offset, True, 0, id=bad), Access(register.offset, id=bad)]
        data = await self.accesses(*burst)
        for access, value in zip(burst, data, strict=True):
            if not access.write:
                self.expect(f"read of 0x{access.address:02X} with id 0x{bad:02X}", value, 0)
        self.expect(f"STATUS after accesses with id 0x{bad:02X}", await self.read("STATUS"), 0)


class ValueBytesSequence(RegisterCheckSequence):
    """Bytes that are not enabled are no part of the value of a TRIGGER or SOFT_CLEAR write."""

    needs = (
        *("clear", "acquire", "lock", "status", "finished", "bytes", "one_trigger"),
        *("no_clear_between", "no_wait"),
    )

    async def check(self) -> None:
        """Triggers, then clears, with ones in enabled bytes and in others."""
        values = await self.fill_job_registers()
        for data, be in ((0x0000_0100, 0b0011), (0xFF00_0000, 0b1001), (0x0000_0000, 0b1110)):
            await self.write("TRIGGER", data, be=be)
            self.expect(f"STATUS after a trigger of 0x{data:08X}, be={be:04b}", await self.read("STATUS"), 0)
        await self.expect_job_values("after triggers that start no job", values)
        for name, value in self.empty_job.items():
            await self.write(name, value)
        await self.write("TRIGGER", 0xFFFF_FF00, be=0b0001)
        await self.wait_until_idle()
        self.expect("FINISHED after a trigger of byte 0 alone", await self.read("FINISHED"), 1)
        for data, be in ((0x0000_0100, 0b0011), (0xFF00_0000, 0b1000)):
            values = await self._clear_and_fill(data, be)
            await self.expect_job_values(f"after a clear of 0x{data:08X}, be={be:04b}", values)
        for data, be in ((0xFFFF_FF00, 0b0001), (0x0000_00FF, 0b1110), (0xFFFF_FFFF, 0b0000)):
            values = await self._clear_and_fill(data, be)
            what = f"after a clear of 0x{data:08X}, be={be:04b}"
            await self.expect_job_values(what, dict.fromkeys(values, 0))
            self.expect(f"ACQUIRE {what}", await self.read("ACQUIRE"), 0)

    async def _clear_and_fill(self, data: int, be: int) -> dict[str, int]:
        """Writes SOFT_CLEAR with the job registers full; returns what they held."""
        values = await self.fill_job_registers()
        await self.write("SOFT_CLEAR", data, be=be)
        return values
