# SPDX-License-Identifier: Apache-2.0
"""Plain view of the register map: offsets, fields and reset values, without pyuvm.

Everything that needs an offset or a field position takes it from here; the numbers themselves stand in
``rtl/redmule.rdl`` alone (`tb.registers.generate.register_map` reads them).
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from tb.exchange.registers import CONTRACT_REGISTERS, Registers
from tb.exchange.roles import CONTROL, Place

DECODED_ADDRESS_BITS = 0xFC
"""Address bits the register port decodes: [7:2] (contract A5.1)."""

ONE_HOT = frozenset(1 << core for core in range(8))
"""Valid values of the access id: one-hot in 8 bits (contract A5.12)."""

LOCKED_BY_OTHER = 0xFFFF_FFFE
"""ACQUIRE's value while another core holds the lock (contract A5.3)."""

CONTEXTS = 2
"""Jobs that can be queued or running (contract A5.3)."""

CONTEXTS_BUSY = 0xFFFF_FFFF
"""ACQUIRE's value while both contexts are queued or running (contract A5.3)."""

JOB_IDS = 256
"""Job ids count 0..255 and wrap (contract A5.4)."""


class RegisterField(Struct, frozen=True):
    """A field of a register."""

    name: str  # name in the RDL
    lsb: int  # position of bit 0 in the register
    width: int  # bits
    access: str  # UVM access policy: RW, RO, RC (cleared by reading) or WO
    reset: int  # value after reset, right-aligned
    volatile: bool  # the device changes it by itself
    desc: str = ""  # meaning in words

    @property
    def mask(self) -> int:
        """Bits of the field within its register."""
        return ((1 << self.width) - 1) << self.lsb

    def extract(self, value: int) -> int:
        """The field's value, right-aligned, from a register value."""
        return (value & self.mask) >> self.lsb


class Register(Struct, frozen=True, dict=True):
    """A 32-bit register."""

    name: str  # name in the RDL
    offset: int  # byte offset
    fields: tuple[RegisterField, ...]  # fields, lowest first
    desc: str = ""  # purpose in words

    @cached_property
    def reset(self) -> int:
        """Value after reset."""
        return sum(field.reset << field.lsb for field in self.fields)

    @cached_property
    def readable(self) -> bool:
        """True if reading returns anything but 0."""
        return any(field.access != "WO" for field in self.fields)

    @cached_property
    def volatile(self) -> bool:
        """True if the device changes it by itself."""
        return any(field.volatile for field in self.fields)

    @cached_property
    def writable_mask(self) -> int:
        """Bits that read back what was written; 0 for read-only and write-only registers."""
        return sum(field.mask for field in self.fields if field.access == "RW")

    def __getitem__(self, field: str) -> RegisterField:
        """The field of that name.

        Raises:
            KeyError: The register has no such field; the message lists those it has.
        """
        for candidate in self.fields:
            if candidate.name == field:
                return candidate
        names = ", ".join(candidate.name for candidate in self.fields)
        raise KeyError(f"register {self.name} has no field {field!r}; it has {names}")

    def pack(self, **values: int) -> int:
        """Register value from field values; fields not named are 0.

        Raises:
            KeyError: Unknown field.
            ValueError: A value that does not fit its field.
        """
        word = 0
        for name, value in values.items():
            field = self[name]
            if not 0 <= value < 1 << field.width:
                raise ValueError(f"{self.name}.{name} = {value} does not fit its {field.width} bits")
            word |= value << field.lsb
        return word


_ROLES = {
    **{"x": ("X_ADDR", "ADDR"), "w": ("W_ADDR", "ADDR"), "z": ("Z_ADDR", "ADDR")},
    **{"m": ("MCFG0", "M"), "k": ("MCFG0", "K"), "n": ("MCFG1", "N")},
    **{"operation": ("MACFG", "OPERATION"), "format": ("MACFG", "FORMAT")},
}
"""Register and field of each role in the contract's map (contract A5.1)."""


class RegisterMap(Mapping[str, Register]):
    """The registers by name, in order of their offsets; each map is an object of its own.

    Args:
        registers: All registers of the map; names and offsets are unique.
        rules: Rules of programming, and the places of roles; those of the contract by default.

    Raises:
        ValueError: Two registers share a name or an offset, or an offset is outside the decoded range.
    """

    def __init__(self, registers: tuple[Register, ...], rules: Registers = CONTRACT_REGISTERS) -> None:
        self.rules = rules
        self._by_name = {register.name: register for register in sorted(registers, key=lambda r: r.offset)}
        self._by_offset = {register.offset: register for register in self._by_name.values()}
        if len(self._by_name) != len(registers) or len(self._by_offset) != len(registers):
            raise ValueError("the register map has two registers of one name or at one offset")
        for register in registers:
            if register.offset & ~DECODED_ADDRESS_BITS:
                raise ValueError(
                    f"register {register.name} at 0x{register.offset:X} cannot be reached: the port decodes "
                    "address bits [7:2] only"
                )

    def __getitem__(self, name: str) -> Register:
        try:
            return self._by_name[name]
        except KeyError:
            raise KeyError(f"no register {name!r} in the map; it has {', '.join(self._by_name)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __len__(self) -> int:
        return len(self._by_name)

    def decode(self, address: int) -> Register | None:
        """The register an access to `address` reaches, None for an unmapped offset."""
        return self._by_offset.get(address & DECODED_ADDRESS_BITS)

    @cached_property
    def job_registers(self) -> tuple[Register, ...]:
        """The programming set: the registers that read back what was written."""
        return tuple(register for register in self._by_name.values() if register.writable_mask)

    @cached_property
    def unmapped_offsets(self) -> tuple[int, ...]:
        """Word offsets within the decoded range that hold no register."""
        decoded = range(0, DECODED_ADDRESS_BITS + 4, 4)
        return tuple(offset for offset in decoded if offset not in self._by_offset)

    @property
    def commit(self) -> str:
        """Register in which a job is committed, on a device that has this apart from the trigger."""
        return "COMMIT" if "COMMIT" in self else "TRIGGER"

    @cached_property
    def last(self) -> str:
        """Register that has to be written last; empty if there is none."""
        return self.places[self.rules.last][0] if self.rules.last else ""

    @cached_property
    def mixed_formats(self) -> bool:
        """True if the contract's map is extended by formats of each operand (contract A5.16)."""
        return "MACFG" in self and any(field.name == "MIXED" for field in self["MACFG"].fields)

    @cached_property
    def fault_tolerant(self) -> bool:
        """True if the contract's map is extended by the mode of a job (contract A9)."""
        return "MACFG" in self and any(field.name == "FAULT_TOLERANT" for field in self["MACFG"].fields)

    @cached_property
    def places(self) -> dict[str, tuple[str, int]]:
        """Register and lowest bit of each role that is part of a job."""
        if not self.rules.own:
            return {role: (name, self[name][field].lsb) for role, (name, field) in _ROLES.items()}
        return {
            role: (self._by_offset[place.offset].name, place.lsb)
            for role, place in self.rules.roles.given().items()
            if role not in CONTROL and isinstance(place, Place)
        }

    @cached_property
    def fixed(self) -> dict[str, int]:
        """Registers that a job writes, in their order, with the bits that are the same for all jobs."""
        words = dict.fromkeys((name for name, _ in self.places.values()), 0)
        for constant in self.rules.constants:
            if isinstance(constant.place, Place):
                name = self._by_offset[constant.place.offset].name
                words[name] = words.get(name, 0) | constant.value << constant.place.lsb
        return {name: words[name] for name in self._by_name if name in words}

    def words(self, values: Mapping[str, int]) -> dict[str, int]:
        """Register values by name, from values by role; roles that the device has not are left out."""
        result = self.fixed.copy()
        for role, value in values.items():
            if role in self.places:
                name, lsb = self.places[role]
                result[name] |= value << lsb
        return result

    def acquired(self, data: int) -> int | None:
        """Id of the job for which ACQUIRE gave a context; None when it was refused."""
        return data if data < self.rules.job_ids else None

    def offsets(self) -> dict[str, int]:
        """Byte offset of each register."""
        return {name: register.offset for name, register in self._by_name.items()}


_BYTE_MASKS = tuple(sum(0xFF << 8 * lane for lane in range(4) if be >> lane & 1) for be in range(16))


def merge_bytes(old: int, new: int, be: int) -> int:
    """A 32-bit word after a write of `new` with byte enables `be` (bit 0 enables bits [7:0])."""
    mask = _BYTE_MASKS[be]
    return (old & ~mask) | (new & mask)
