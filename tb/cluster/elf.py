# SPDX-License-Identifier: Apache-2.0
"""Reading a program: what an ELF file puts where, checked before it is loaded."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tb.cluster.memory_map import BOOT
from tb.errors import UserError

_IDENT = b"\x7fELF\x01\x01\x01"  # 32 bits, little endian, version 1
_EXECUTABLE, _RISCV, _LOAD = 2, 243, 1
_HEADER = struct.Struct("<HHIIIIIHHHHHH")
_SEGMENT = struct.Struct("<IIIIIIII")
_SECTION = struct.Struct("<IIIIIIIIII")
_SYMBOL = struct.Struct("<IIIBBH")
_SYMBOL_TABLE, _FILE = 2, 4


@dataclass(frozen=True, slots=True)
class Program:
    """A linked program.

    Attributes:
        path: The ELF file.
        entry: Address of its first instruction.
        segments: Address and bytes of what is loaded; bytes that are only reserved are left out.
        reserved: Address and size of all that it uses, with what is not loaded, such as stacks.
        symbols: Address of each named symbol.
    """

    path: Path
    entry: int
    segments: tuple[tuple[int, bytes], ...]
    symbols: dict[str, int]
    reserved: tuple[tuple[int, int], ...] = ()

    def function(self, address: int) -> str:
        """Name of the symbol an address belongs to, with the distance from it."""
        below = [(value, name) for name, value in self.symbols.items() if value <= address]
        if not below:
            return "no function of the program"
        value, name = max(below)
        return f"{name}+0x{address - value:x}"


def unbuilt(name: str) -> Program:
    """What stands for a program where only its jobs count, as in planning."""
    return Program(Path(name), BOOT, (), {})


def read_program(path: Path) -> Program:
    """Reads a program of the cluster.

    Raises:
        UserError: It cannot be read, or is no executable for a 32-bit little-endian RISC-V.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read the program {path}: {error.strerror}; build it with make sw") from error
    if not data.startswith(b"\x7fELF"):
        raise UserError(f"{path} is no ELF file; build the programs with make sw")
    try:
        kind, machine, _, entry, segments_at, sections_at = _HEADER.unpack_from(data, 16)[:6]
        if not data.startswith(_IDENT) or machine != _RISCV:
            raise UserError(
                f"{path} is for another machine (ELF class {data[4]}, machine {machine}): the "
                "cluster runs 32-bit little-endian RISC-V; build the programs with make sw"
            )
        if kind != _EXECUTABLE:
            raise UserError(f"{path} is not linked (ELF type {kind}); build the programs with make sw")
        segments = list(_segments(data, segments_at))
        loaded = tuple((address, content) for address, content, _ in segments if content)
        reserved = tuple((address, size) for address, _, size in segments)
        return Program(path, entry, loaded, _symbols(data, sections_at), reserved)
    except (struct.error, IndexError, ValueError) as error:
        # Offsets and indices of a damaged file point anywhere.
        raise UserError(f"{path} is cut short or damaged ({error}); build it again with make sw") from error


def _segments(data: bytes, at: int) -> Iterator[tuple[int, bytes, int]]:
    """Address, bytes of the file, and size in memory of each segment."""
    count = struct.unpack_from("<H", data, 44)[0]
    for index in range(count):
        kind, offset, address, _, size, reserved = _SEGMENT.unpack_from(data, at + index * _SEGMENT.size)[:6]
        if kind == _LOAD and reserved:
            if offset + size > len(data):
                raise ValueError(f"a segment ends at byte {offset + size} of {len(data)}")
            yield address, data[offset : offset + size], max(size, reserved)


def _symbols(data: bytes, at: int) -> dict[str, int]:
    count = struct.unpack_from("<H", data, 48)[0]
    sections = [_SECTION.unpack_from(data, at + index * _SECTION.size) for index in range(count)]
    symbols: dict[str, int] = {}
    for section in sections:
        if section[1] != _SYMBOL_TABLE:
            continue
        names = sections[section[6]][4]
        for offset in range(section[4], section[4] + section[5], _SYMBOL.size):
            name_at, value, _, kind = _SYMBOL.unpack_from(data, offset)[:4]
            end = data.index(b"\0", names + name_at)
            name = data[names + name_at : end].decode(errors="replace")
            if name and kind & 0xF != _FILE and not name.startswith((".", "$")):
                symbols[name] = value
    return symbols
