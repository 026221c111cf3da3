# SPDX-License-Identifier: Apache-2.0
"""Linked programs, read from ELF files and checked before they are loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from tb.cluster import memory_map
from tb.errors import UserError

if TYPE_CHECKING:
    from elftools.elf.elffile import ELFFile

_OP_FP = 0x53
_VECTOR = 0x33  # with 10 in bits 31:30: vectors of floating-point numbers
_VECTOR_DIVIDE, _VECTOR_ROOT = 0b1000100, 0b1000111  # bits 31:25
_FUSED = (0x43, 0x47, 0x4B, 0x4F)
_DIVIDE, _ROOT = 0b00011, 0b01011  # bits 31:27 of an OP-FP instruction
_IDENT = b"\x7fELF\x01\x01\x01"  # 32 bits, little endian, version 1


@dataclass(frozen=True, slots=True)
class Program:
    """A linked program."""

    path: Path
    entry: int  # address of its first instruction
    # Address and bytes of what is loaded; bytes that are only reserved are left out.
    segments: tuple[tuple[int, bytes], ...]
    symbols: dict[str, int]  # address of each named symbol
    # Address and size of all that it uses, with what is not loaded, such as stacks.
    reserved: tuple[tuple[int, int], ...] = ()

    def function(self, address: int) -> str:
        """Name of the symbol an address belongs to, with the distance from it."""
        below = [(value, name) for name, value in self.symbols.items() if value <= address]
        if not below:
            return "no function of the program"
        value, name = max(below)
        return f"{name}+0x{address - value:x}"


def unbuilt(name: str) -> Program:
    """Returns a program of which its jobs alone count, as in planning."""
    return Program(Path(name), memory_map.BOOT, (), {})


def read_program(path: Path) -> Program:
    """Reads a program of the cluster.

    Raises:
        UserError: It cannot be read, or is no executable for a 32-bit little-endian RISC-V.
    """
    # Imported here: it takes a while, for which commands that read no program need not wait.
    from elftools.elf.elffile import ELFFile

    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read the program {path}: {error.strerror}; build it with make sw") from error
    if not data.startswith(b"\x7fELF"):
        raise UserError(f"{path} is no ELF file; build the programs with make sw")
    try:
        return _program(path, data, ELFFile(BytesIO(data)))
    except UserError:
        raise
    except Exception as error:
        # Offsets and indices of a damaged file point anywhere, on which the library fails in many ways.
        raise UserError(f"{path} is cut short or damaged ({error}); build it again with make sw") from error


def _program(path: Path, data: bytes, elf: ELFFile) -> Program:
    kind, machine = elf["e_type"], elf["e_machine"]
    if not data.startswith(_IDENT) or machine != "EM_RISCV":
        raise UserError(
            f"{path} is for another machine (ELF class {data[4]}, {machine}): the cluster runs "
            "32-bit little-endian RISC-V; build the programs with make sw"
        )
    if kind != "ET_EXEC":
        raise UserError(f"{path} is not linked (ELF type {kind}); build the programs with make sw")
    segments = [each for each in elf.iter_segments("PT_LOAD") if each["p_memsz"]]
    for each in segments:
        if (end := each["p_offset"] + each["p_filesz"]) > len(data):
            raise ValueError(f"a segment ends at byte {end} of {len(data)}")
    return Program(
        path,
        entry=elf["e_entry"],
        segments=tuple((each["p_vaddr"], each.data()) for each in segments if each["p_filesz"]),
        symbols=_symbols(elf),
        reserved=tuple((each["p_vaddr"], max(each["p_filesz"], each["p_memsz"])) for each in segments),
    )


def _symbols(elf: ELFFile) -> dict[str, int]:
    from elftools.elf.sections import SymbolTableSection

    tables = [section for section in elf.iter_sections() if isinstance(section, SymbolTableSection)]
    return {
        symbol.name: symbol["st_value"]
        for symbol in chain.from_iterable(table.iter_symbols() for table in tables)
        if symbol.name and symbol["st_info"]["type"] != "STT_FILE" and not symbol.name.startswith((".", "$"))
    }


def check_instructions(program: Program, *, fpu: bool) -> None:
    """Looks through the code of a program for instructions that the cores have not.

    A floating-point divide or square root, of one number or of vectors, would wait forever: the unit has
    none. Without a floating-point unit every floating-point instruction traps; one found at build time says
    where it comes from.

    Raises:
        UserError: It has an instruction that the cores cannot run; the message names the place.
    """
    for address, word in instructions(program):
        opcode = word & 0x7F
        scalar = opcode == _OP_FP and word >> 27 in (_DIVIDE, _ROOT)
        vector = opcode == _VECTOR and word >> 25 in (_VECTOR_DIVIDE, _VECTOR_ROOT)
        if scalar or vector:
            raise UserError(
                f"{program.path}: {program.function(address)} (0x{address:08x}) divides or takes a root in "
                "floating point, which the cores have not; compute it in another way"
            )
        if not fpu and (opcode == _OP_FP or opcode in _FUSED):
            raise UserError(
                f"{program.path}: {program.function(address)} (0x{address:08x}) uses floating point; build "
                "it for cores that have it"
            )


def instructions(program: Program) -> Iterator[tuple[int, int]]:
    """Address and bits of each instruction, 16-bit ones included."""
    for base, data in program.segments:
        if base >> 24 != memory_map.CODE >> 24:
            continue
        at = 0
        while at + 2 <= len(data):
            word = int.from_bytes(data[at : at + 4], "little")
            size = 4 if word & 3 == 3 else 2
            yield base + at, word if size == 4 else word & 0xFFFF
            at += size
