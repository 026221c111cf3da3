# SPDX-License-Identifier: Apache-2.0
"""The disassembler returns the assembler's input."""

import re
from pathlib import Path

from regressions.cluster.firmware import CHECKS, build_program
from tb.cluster.disassembly import disassemble
from tb.cluster.elf import instructions


def test_every_instruction_comes_back(tmp_path: Path) -> None:
    source = (CHECKS / "listing.c").read_text()
    _, full, compressed = re.split(r"// (?:begin|compressed)\n", source.partition("// end")[0])
    wanted = [
        line
        for part in (full, compressed)
        for line in re.findall(r'^ *"(.+)\\n"', part, re.MULTILINE)
        if not line.startswith(".option")
    ]
    assert len(wanted) > 100
    program = build_program("listing", tmp_path / "sw.log", CHECKS)
    found = [(pc, word) for pc, word in instructions(program) if program.function(pc).startswith("listing")]
    assert len(found) >= len(wanted)
    for (pc, word), text in zip(found, wanted, strict=False):
        target = re.sub(r"\. \+ (-?\d+)", lambda match: f"0x{pc + int(match[1]):x}", text)  # noqa: B023
        assert disassemble(word, pc) == target, f"0x{word:08x}"


def test_what_is_not_known_is_hexadecimal() -> None:
    assert disassemble(0xFFFFFFFF) == ".word 0xffffffff"
    assert disassemble(0x00000000) == ".half 0x0000"
    assert disassemble(0x9C41) == ".half 0x9c41", "of RV64 alone"
    assert disassemble(0x40001033) == ".word 0x40001033"
