# SPDX-License-Identifier: Apache-2.0
"""One instruction of a core as text: RV32IMC, half precision in the integer registers, and cv.elw.

For reports, where a reader wants to see what a core was doing; what is not known is given in hexadecimal.
Names are those of the assembler (RISC-V Instruction Set Manual, volume I), without pseudo-instructions.
"""

from collections.abc import Callable, Iterator, Mapping

REGISTERS = (
    *("zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1"),
    *(f"a{number}" for number in range(8)),
    *(f"s{number}" for number in range(2, 12)),
    *("t3", "t4", "t5", "t6"),
)
# Names by funct3, or by the field that the rows below say.
_BRANCHES = {0: "beq", 1: "bne", 4: "blt", 5: "bge", 6: "bltu", 7: "bgeu"}
_LOADS = {0: "lb", 1: "lh", 2: "lw", 4: "lbu", 5: "lhu"}
_STORES = {0: "sb", 1: "sh", 2: "sw"}
_IMMEDIATE = {0: "addi", 2: "slti", 3: "sltiu", 4: "xori", 6: "ori", 7: "andi"}
_BASE = ("add", "sll", "slt", "sltu", "xor", "srl", "or", "and")
_MULTIPLY = ("mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu")
_CSR = {1: "csrrw", 2: "csrrs", 3: "csrrc"}
_SYSTEM = {0x00000073: "ecall", 0x00100073: "ebreak", 0x30200073: "mret", 0x10500073: "wfi"}
_FUSED = {0x43: "fmadd.h", 0x47: "fmsub.h", 0x4B: "fnmsub.h", 0x4F: "fnmadd.h"}  # opcodes
_HALF = {0: "fadd.h", 1: "fsub.h", 2: "fmul.h"}  # funct5
_CHOICES = {5: {0: "fmin.h", 1: "fmax.h"}, 20: {0: "fle.h", 1: "flt.h", 2: "feq.h"}}  # funct5, funct3
_SHORT = ("c.sub", "c.xor", "c.or", "c.and")  # bits 6:5

_OPCODE, _FUNCT3, _FUNCT7 = 0x7F, 0x707F, 0xFE00707F  # bits that tell instructions apart
_FORMAT, _IS_HALF = 3 << 25, 2 << 25


def disassemble(word: int, pc: int = 0) -> str:
    """Text of an instruction of 16 or 32 bits; targets of jumps are relative to its address `pc`."""
    full = word & 3 == 3
    word &= 0xFFFFFFFF if full else 0xFFFF
    rows = _full() if full else _COMPRESSED
    text = next((text for mask, match, text in rows if word & mask == match), "")
    return text.format_map(_Operands(word, pc)) or (f".word 0x{word:08x}" if full else f".half 0x{word:04x}")


def _full() -> Iterator[tuple[int, int, str]]:
    """Mask, the bits under it, and text of each instruction of 32 bits; the first that fits counts."""
    yield from ((0xFFFFFFFF, word, name) for word, name in _SYSTEM.items())
    yield _OPCODE, 0x37, "lui {rd}, 0x{upper:x}"
    yield _OPCODE, 0x17, "auipc {rd}, 0x{upper:x}"
    yield _OPCODE, 0x6F, "jal {rd}, {jump}"
    yield _FUNCT3, 0x67, "jalr {rd}, {imm}({rs1})"
    yield _FUNCT3, 3 << 12 | 0x0B, "cv.elw {rd}, {imm}({rs1})"
    yield _FUNCT3, 0x0F, "fence"
    yield _FUNCT3, 1 << 12 | 0x0F, "fence.i"
    yield _FUNCT7, 1 << 12 | 0x13, "slli {rd}, {rs1}, {shift}"
    yield _FUNCT7, 5 << 12 | 0x13, "srli {rd}, {rs1}, {shift}"
    yield _FUNCT7, 1 << 30 | 5 << 12 | 0x13, "srai {rd}, {rs1}, {shift}"
    yield _FUNCT7, 1 << 30 | 0x33, "sub {rd}, {rs1}, {rs2}"
    yield _FUNCT7, 1 << 30 | 5 << 12 | 0x33, "sra {rd}, {rs1}, {rs2}"
    for opcode, names, operands in (
        (0x63, _BRANCHES, "{rs1}, {rs2}, {branch}"),
        (0x03, _LOADS, "{rd}, {imm}({rs1})"),
        (0x23, _STORES, "{rs2}, {store}({rs1})"),
        (0x13, _IMMEDIATE, "{rd}, {rs1}, {imm}"),
        (0x73, _CSR, "{rd}, 0x{csr:x}, {rs1}"),
        (0x73, {4 + code: f"{name}i" for code, name in _CSR.items()}, "{rd}, 0x{csr:x}, {zimm}"),
    ):
        yield from ((_FUNCT3, code << 12 | opcode, f"{name} {operands}") for code, name in names.items())
    for funct7, ops in enumerate((_BASE, _MULTIPLY)):
        yield from (
            (_FUNCT7, funct7 << 25 | code << 12 | 0x33, f"{name} {{rd}}, {{rs1}}, {{rs2}}")
            for code, name in enumerate(ops)
        )
    for opcode, name in _FUSED.items():
        yield _FORMAT | _OPCODE, _IS_HALF | opcode, f"{name} {{rd}}, {{rs1}}, {{rs2}}, {{rs3}}"
    for funct5, name in _HALF.items():
        yield 0xFE00007F, funct5 << 27 | _IS_HALF | 0x53, f"{name} {{rd}}, {{rs1}}, {{rs2}}"
    for funct5, names in _CHOICES.items():
        for code, name in names.items():
            yield _FUNCT7, funct5 << 27 | _IS_HALF | code << 12 | 0x53, f"{name} {{rd}}, {{rs1}}, {{rs2}}"


_COMPRESSED = (  # the same of those of 16 bits; no text: not known
    (0xFFFF, 0x0000, ""),
    (0xE003, 0x0000, "c.addi4spn {rd4}, sp, {spn}"),
    (0xE003, 0x4000, "c.lw {rd4}, {word}({rs7})"),
    (0xE003, 0xC000, "c.sw {rd4}, {word}({rs7})"),
    (0xEF83, 0x0001, "c.nop"),
    (0xE003, 0x0001, "c.addi {rd}, {small}"),
    (0xE003, 0x2001, "c.jal {near}"),
    (0xE003, 0x4001, "c.li {rd}, {small}"),
    (0xEF83, 0x6101, "c.addi16sp sp, {sp16}"),
    (0xE003, 0x6001, "c.lui {rd}, 0x{page:x}"),
    (0xFC03, 0x8001, "c.srli {rs7}, {shift5}"),
    (0xFC03, 0x8401, "c.srai {rs7}, {shift5}"),
    (0xEC03, 0x8801, "c.andi {rs7}, {small}"),
    *((0xFC63, 0x8C01 | code << 5, f"{name} {{rs7}}, {{rd4}}") for code, name in enumerate(_SHORT)),
    (0xE003, 0xA001, "c.j {near}"),
    (0xE003, 0xC001, "c.beqz {rs7}, {nearer}"),
    (0xE003, 0xE001, "c.bnez {rs7}, {nearer}"),
    (0xE003, 0x0002, "c.slli {rd}, {shift5}"),
    (0xE003, 0x4002, "c.lwsp {rd}, {load}(sp)"),
    (0xE003, 0xC002, "c.swsp {rs5}, {save}(sp)"),
    (0xFFFF, 0x8002, ""),
    (0xFFFF, 0x9002, "c.ebreak"),
    (0xF07F, 0x8002, "c.jr {rd}"),
    (0xF07F, 0x9002, "c.jalr {rd}"),
    (0xF003, 0x8002, "c.mv {rd}, {rs5}"),
    (0xF003, 0x9002, "c.add {rd}, {rs5}"),
)


def _bits(word: int, fields: str) -> int:
    """Joins bits of a word as the manual lists them, the highest first: ``12 6:2`` are six bits."""
    value = 0
    for field in fields.split():
        high, _, low = field.partition(":")
        width = int(high) - int(low or high) + 1
        value = value << width | word >> int(low or high) & (1 << width) - 1
    return value


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


_NUMBERS: Mapping[str, Callable[[int], int]] = {
    "upper": lambda word: word >> 12,
    "imm": lambda word: _signed(word >> 20, 12),
    "store": lambda word: _signed(_bits(word, "31:25 11:7"), 12),
    "shift": lambda word: _bits(word, "24:20"),
    "csr": lambda word: word >> 20,
    "zimm": lambda word: _bits(word, "19:15"),
    "small": lambda word: _signed(_bits(word, "12 6:2"), 6),
    "page": lambda word: _signed(_bits(word, "12 6:2"), 6) & 0xFFFFF,
    "shift5": lambda word: _bits(word, "6:2"),
    "spn": lambda word: _bits(word, "10:7 12:11 5 6") << 2,
    "sp16": lambda word: _signed(_bits(word, "12 4:3 5 2 6") << 4, 10),
    "word": lambda word: _bits(word, "5 12:10 6") << 2,
    "load": lambda word: _bits(word, "3:2 12 6:4") << 2,
    "save": lambda word: _bits(word, "8:7 12:9") << 2,
}
_TARGETS = {  # bits, and width of the distance in bytes
    "jump": ("31 19:12 20 30:21", 21),
    "branch": ("31 7 30:25 11:8", 13),
    "near": ("12 8 10:9 6 7 2 11 5:3", 12),
    "nearer": ("12 6:5 2 11:10 4:3", 9),
}
_PLACES = {"rd": "11:7", "rs1": "19:15", "rs2": "24:20", "rs3": "31:27", "rs5": "6:2"}
_SHORT_PLACES = {"rs7": "9:7", "rd4": "4:2"}  # of the eight registers with names of three bits


class _Operands(dict[str, int | str]):
    """Operands of an instruction by the names in its text."""

    def __init__(self, word: int, pc: int) -> None:
        super().__init__()
        self._word, self._pc = word, pc

    def __missing__(self, name: str) -> int | str:
        if name in _NUMBERS:
            return _NUMBERS[name](self._word)
        if name in _TARGETS:
            bits, width = _TARGETS[name]
            return f"0x{self._pc + _signed(_bits(self._word, bits) << 1, width) & 0xFFFFFFFF:x}"
        if name in _PLACES:
            return REGISTERS[_bits(self._word, _PLACES[name])]
        return REGISTERS[8 + _bits(self._word, _SHORT_PLACES[name])]
