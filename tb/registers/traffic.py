# SPDX-License-Identifier: Apache-2.0
"""Random traffic on the register port: mostly sensible, by several cores, with nonsense in between."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tb.agents.control.access import ALL_BYTES, Access
from tb.registers.map import RegisterMap

# Bits that are not decoded.
_HIGH = 0xABCD_EF00
_BAD_IDS = (0, 3, 0xFF, 0x81)
_READ = ("FINISHED", "STATUS", "STATUS", "RUNNING_JOB", "SOFT_CLEAR", "TRIGGER")
_IDLE = (0, 0, 0, 0, 1, 3, 20)


@dataclass
class Traffic:
    """Draws accesses one by one."""

    registers: RegisterMap
    rng: random.Random
    # Draws what is written to a job register, given its name; any word by default.
    value: Callable[[str], int] | None = None
    cores: tuple[int, ...] = (0, 0, 1, 5)  # cores that compete with the holder of the lock
    clears: tuple[int, ...] = (0, 1, 0x100, 0xFFFF_FFFF)  # values of soft clears; none for no soft clear

    def __post_init__(self) -> None:
        self._jobs = [register.name for register in self.registers.job_registers]

    def draw(self, holder: int) -> Access:
        """The next access; most are by the holder of the lock (its access id, 0 for none)."""
        rng, offset = self.rng, self.registers.offsets()
        core = holder if holder and rng.random() < 0.7 else 1 << rng.choice(self.cores)
        if rng.random() < 0.04:
            core = rng.choice(_BAD_IDS)
        idle = rng.choice(_IDLE)
        kind = rng.random()
        if kind < 0.25:
            return Access(offset["ACQUIRE"], id=core, idle=idle)
        if kind < 0.40:
            data = rng.choice((0, 0, 0, 0, 1, 0x100))
            be = rng.choice((0xF, 0xF, 0xF, 0x1, 0xE, 0x0))
            return Access(offset["TRIGGER"], True, data, be, core, idle)
        if kind < 0.60:
            return self._job_write(core)
        if kind < 0.63 and self.clears:
            be = self._enables()
            return Access(offset["SOFT_CLEAR"], True, rng.choice(self.clears), be, core, idle)
        if kind < 0.97:
            name = rng.choice((*_READ, *self._jobs))
            return Access(offset[name] | rng.choice((0, 0, _HIGH)), id=core, idle=idle)
        return self._anywhere(core)

    def _job_write(self, core: int) -> Access:
        name = self.rng.choice(self._jobs)
        return Access(self.registers[name].offset, True, self._written(name), self._enables(), core)

    def _written(self, name: str) -> int:
        return self.rng.getrandbits(32) if self.value is None else self.value(name)

    def _enables(self) -> int:
        """Byte enables; all where values are chosen: bytes of two may make a third that was not meant."""
        if self.value is not None:
            return ALL_BYTES
        return self.rng.choice((ALL_BYTES, ALL_BYTES, self.rng.getrandbits(4)))

    def _anywhere(self, core: int) -> Access:
        rng = self.rng
        address, write = rng.randrange(0, 0x100, 4), rng.random() < 0.3
        register = self.registers.decode(address)
        if register is not None and register.name in self._jobs:
            return Access(address, write, self._written(register.name), ALL_BYTES, core)
        return Access(address, write, rng.getrandbits(32), ALL_BYTES, core)
