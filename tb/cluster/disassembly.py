# SPDX-License-Identifier: Apache-2.0
"""One instruction of a core as text: RV32IMC, half precision in the integer registers, and cv.elw.

For reports, where a reader wants to see what a core was doing; what is not known is given in hexadecimal.
Names are those of the assembler (RISC-V Instruction Set Manual, volume I), without pseudo-instructions.
"""

REGISTERS = (
    *("zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1"),
    *(f"a{number}" for number in range(8)),
    *(f"s{number}" for number in range(2, 12)),
    *("t3", "t4", "t5", "t6"),
)
_BRANCHES = {0: "beq", 1: "bne", 4: "blt", 5: "bge", 6: "bltu", 7: "bgeu"}
_LOADS = {0: "lb", 1: "lh", 2: "lw", 4: "lbu", 5: "lhu"}
_STORES = {0: "sb", 1: "sh", 2: "sw"}
_IMMEDIATE = {0: "addi", 2: "slti", 3: "sltiu", 4: "xori", 6: "ori", 7: "andi"}
_REGISTER = {
    **dict(enumerate(("add", "sll", "slt", "sltu", "xor", "srl", "or", "and"))),
    **{0x20 << 3: "sub", 0x20 << 3 | 5: "sra"},
    **dict(enumerate(("mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu"), 1 << 3)),
}
_CSR = {1: "csrrw", 2: "csrrs", 3: "csrrc", 5: "csrrwi", 6: "csrrsi", 7: "csrrci"}
_SYSTEM = {0x00000073: "ecall", 0x00100073: "ebreak", 0x30200073: "mret", 0x10500073: "wfi"}
_FUSED = {0x43: "fmadd.h", 0x47: "fmsub.h", 0x4B: "fnmsub.h", 0x4F: "fnmadd.h"}
_HALF = {0: "fadd.h", 1: "fsub.h", 2: "fmul.h"}  # bits 31:27
_HALF_MINMAX = {0: "fmin.h", 1: "fmax.h"}  # funct3
_HALF_COMPARE = {0: "fle.h", 1: "flt.h", 2: "feq.h"}


def disassemble(word: int, pc: int = 0) -> str:
    """Text of an instruction.

    Args:
        word: Its 16 or 32 bits.
        pc: Its address, to which targets of jumps are relative.
    """
    if word & 3 != 3:
        return _compressed(word & 0xFFFF, pc) or f".half 0x{word & 0xFFFF:04x}"
    return _full(word, pc) or f".word 0x{word:08x}"


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def _field(word: int, high: int, low: int) -> int:
    return word >> low & ((1 << (high - low + 1)) - 1)


def _full(word: int, pc: int) -> str | None:
    rd, rs1, rs2 = (REGISTERS[_field(word, low + 4, low)] for low in (7, 15, 20))
    funct3, funct7 = _field(word, 14, 12), word >> 25
    immediate = _signed(word >> 20, 12)
    match word & 0x7F:
        case 0x37 | 0x17 as opcode:
            return f"{'lui' if opcode == 0x37 else 'auipc'} {rd}, 0x{word >> 12:x}"
        case 0x6F:
            offset = _field(word, 30, 21) << 1 | _field(word, 20, 20) << 11 | _field(word, 19, 12) << 12
            return f"jal {rd}, {_target(pc, offset | word >> 31 << 20, 21)}"
        case 0x67 if funct3 == 0:
            return f"jalr {rd}, {immediate}({rs1})"
        case 0x63 if funct3 in _BRANCHES:
            offset = _field(word, 11, 8) << 1 | _field(word, 30, 25) << 5 | _field(word, 7, 7) << 11
            return f"{_BRANCHES[funct3]} {rs1}, {rs2}, {_target(pc, offset | word >> 31 << 12, 13)}"
        case 0x03 if funct3 in _LOADS:
            return f"{_LOADS[funct3]} {rd}, {immediate}({rs1})"
        case 0x0B if funct3 == 3:
            return f"cv.elw {rd}, {immediate}({rs1})"
        case 0x23 if funct3 in _STORES:
            return f"{_STORES[funct3]} {rs2}, {_signed(funct7 << 5 | _field(word, 11, 7), 12)}({rs1})"
        case 0x13 if funct3 in _IMMEDIATE:
            return f"{_IMMEDIATE[funct3]} {rd}, {rs1}, {immediate}"
        case 0x13 if funct7 in (0, 0x20):
            name = "slli" if funct3 == 1 else "srai" if funct7 else "srli"
            return None if name == "slli" and funct7 else f"{name} {rd}, {rs1}, {_field(word, 24, 20)}"
        case 0x33 if funct7 << 3 | funct3 in _REGISTER:
            return f"{_REGISTER[funct7 << 3 | funct3]} {rd}, {rs1}, {rs2}"
        case 0x0F:
            return "fence.i" if funct3 == 1 else "fence" if funct3 == 0 else None
        case 0x73:
            return _system(word, rd, rs1, funct3)
        case _:
            return _half(word, rd, rs1, rs2)


def _system(word: int, rd: str, rs1: str, funct3: int) -> str | None:
    if word in _SYSTEM:
        return _SYSTEM[word]
    if funct3 not in _CSR:
        return None
    return f"{_CSR[funct3]} {rd}, 0x{word >> 20:x}, {_field(word, 19, 15) if funct3 > 3 else rs1}"


def _half(word: int, rd: str, rs1: str, rs2: str) -> str | None:
    """Half precision, format 2 of bits 26:25."""
    opcode, funct3, funct5 = word & 0x7F, _field(word, 14, 12), word >> 27
    if _field(word, 26, 25) != 2:
        return None
    if opcode in _FUSED:
        return f"{_FUSED[opcode]} {rd}, {rs1}, {rs2}, {REGISTERS[word >> 27]}"
    names = {5: _HALF_MINMAX, 20: _HALF_COMPARE}.get(funct5, {})
    name = _HALF.get(funct5) or names.get(funct3)
    return f"{name} {rd}, {rs1}, {rs2}" if opcode == 0x53 and name else None


def _target(pc: int, offset: int, bits: int) -> str:
    return f"0x{(pc + _signed(offset, bits)) & 0xFFFFFFFF:x}"


def _compressed(word: int, pc: int) -> str | None:
    match word & 3:
        case 0:
            return _quadrant0(word)
        case 1:
            return _quadrant1(word, pc)
        case _:
            return _quadrant2(word)


def _short(word: int, low: int) -> str:
    """One of the eight registers with names of three bits."""
    return REGISTERS[8 + _field(word, low + 2, low)]


def _quadrant0(word: int) -> str | None:
    rd, rs1 = _short(word, 2), _short(word, 7)
    offset = _field(word, 12, 10) << 3 | _field(word, 6, 6) << 2 | _field(word, 5, 5) << 6
    match word >> 13:
        case 0 if word != 0:
            size = _field(word, 12, 11) << 4 | _field(word, 10, 7) << 6
            return f"c.addi4spn {rd}, sp, {size | _field(word, 6, 6) << 2 | _field(word, 5, 5) << 3}"
        case 2:
            return f"c.lw {rd}, {offset}({rs1})"
        case 6:
            return f"c.sw {rd}, {offset}({rs1})"
        case _:
            return None


def _quadrant1(word: int, pc: int) -> str | None:
    rd, number = REGISTERS[_field(word, 11, 7)], _field(word, 11, 7)
    value = _signed(_field(word, 12, 12) << 5 | _field(word, 6, 2), 6)
    match word >> 13:
        case 0:
            return f"c.addi {rd}, {value}" if number else "c.nop"
        case 1 | 5 as code:
            offset = _field(word, 5, 3) << 1 | _field(word, 11, 11) << 4 | _field(word, 2, 2) << 5
            offset |= _field(word, 7, 7) << 6 | _field(word, 6, 6) << 7 | _field(word, 10, 9) << 8
            offset |= _field(word, 8, 8) << 10 | _field(word, 12, 12) << 11
            return f"{'c.jal' if code == 1 else 'c.j'} {_target(pc, offset, 12)}"
        case 2:
            return f"c.li {rd}, {value}"
        case 3 if number == 2:
            size = _field(word, 6, 6) << 4 | _field(word, 2, 2) << 5 | _field(word, 5, 5) << 6
            return f"c.addi16sp sp, {_signed(size | _field(word, 4, 3) << 7 | _field(word, 12, 12) << 9, 10)}"
        case 3:
            return f"c.lui {rd}, 0x{value & 0xFFFFF:x}"
        case 4:
            return _arithmetic(word, value)
        case code:
            offset = _field(word, 4, 3) << 1 | _field(word, 11, 10) << 3 | _field(word, 2, 2) << 5
            offset |= _field(word, 6, 5) << 6 | _field(word, 12, 12) << 8
            return f"{'c.beqz' if code == 6 else 'c.bnez'} {_short(word, 7)}, {_target(pc, offset, 9)}"


def _arithmetic(word: int, value: int) -> str | None:
    rd, kind = _short(word, 7), _field(word, 11, 10)
    if kind == 2:
        return f"c.andi {rd}, {value}"
    if word >> 12 & 1:
        return None
    if kind < 2:
        return f"{('c.srli', 'c.srai')[kind]} {rd}, {_field(word, 6, 2)}"
    return f"{('c.sub', 'c.xor', 'c.or', 'c.and')[_field(word, 6, 5)]} {rd}, {_short(word, 2)}"


def _quadrant2(word: int) -> str | None:
    rd, rs2 = REGISTERS[_field(word, 11, 7)], REGISTERS[_field(word, 6, 2)]
    match word >> 13:
        case 0:
            return f"c.slli {rd}, {_field(word, 6, 2)}"
        case 2:
            offset = _field(word, 12, 12) << 5 | _field(word, 6, 4) << 2 | _field(word, 3, 2) << 6
            return f"c.lwsp {rd}, {offset}(sp)"
        case 6:
            return f"c.swsp {rs2}, {_field(word, 12, 9) << 2 | _field(word, 8, 7) << 6}(sp)"
        case 4 if rs2 != "zero":
            return f"{'c.add' if word >> 12 & 1 else 'c.mv'} {rd}, {rs2}"
        case 4 if rd != "zero":
            return f"{'c.jalr' if word >> 12 & 1 else 'c.jr'} {rd}"
        case 4 if word >> 12 & 1:
            return "c.ebreak"
        case _:
            return None
