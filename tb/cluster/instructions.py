# SPDX-License-Identifier: Apache-2.0
"""Instructions that the cores must not meet, looked for in a linked program.

A floating-point divide or square root, of one number or of vectors, would wait forever: the unit has none.
Without a floating-point unit every floating-point instruction traps; one found at build time says where it
comes from.
"""

from collections.abc import Iterator

from tb.cluster import memory_map
from tb.cluster.elf import Program
from tb.errors import UserError

_OP_FP = 0x53
_VECTOR = 0x33  # with 10 in bits 31:30: vectors of floating-point numbers
_VECTOR_DIVIDE, _VECTOR_ROOT = 0b1000100, 0b1000111  # bits 31:25
_FUSED = (0x43, 0x47, 0x4B, 0x4F)
_DIVIDE, _ROOT = 0b00011, 0b01011  # bits 31:27 of an OP-FP instruction


def check_instructions(program: Program, *, fpu: bool) -> None:
    """Looks through the code of a program.

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
