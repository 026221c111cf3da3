# SPDX-License-Identifier: Apache-2.0
"""The C header with all registers of the cluster, from their SystemRDL descriptions.

For a register ``R`` of peripheral ``P``: ``P_R_OFFSET``, of an array ``P_R_OFFSET(i)`` and ``P_R_FIRST``; for
a field ``F``: ``P_R_F_LSB`` and ``P_R_F_MASK``. Registers of a register file ``G`` are ``P_G_R_...``, their
offsets those within the file, which repeats every ``P_G_STRIDE`` bytes. Only preprocessor constants, so that
assembly can include it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from systemrdl.compiler import RDLCompiler
from systemrdl.messages import RDLCompileError
from systemrdl.node import AddrmapNode, RegfileNode, RegNode

from regressions.errors import UserError
from tb.cluster import memory_map


def registers_header() -> str:
    """Text of ``registers.h``.

    Raises:
        UserError: A description is not valid SystemRDL.
    """
    lines = [
        "// Generated from the SystemRDL descriptions of the registers (regressions/cluster/header.py).",
        "#pragma once",
        "",
        f"#define TCDM_ADDRESS 0x{memory_map.TCDM:08X}",
        f"#define TCDM_TAS_ADDRESS 0x{memory_map.TCDM_TAS:08X}",
        f"#define L2_ADDRESS 0x{memory_map.L2:08X}",
        f"#define EVENT_UNIT_PRIVATE 0x{memory_map.EVENT_UNIT_PRIVATE:08X}",
        f"#define OPERANDS_ADDRESS 0x{memory_map.TCDM + memory_map.FIRMWARE_BYTES:08X}",
    ]
    for name, (address, description) in memory_map.REGISTERS.items():
        lines += ["", f"#define {name.upper()}_ADDRESS 0x{address:08X}"]
        lines += _peripheral(name.upper(), _compile(description))
    return "\n".join(lines) + "\n"


def _compile(description: Path) -> AddrmapNode:
    compiler = RDLCompiler()
    try:
        compiler.compile_file(os.fspath(description))
        return compiler.elaborate().top
    except RDLCompileError as error:
        raise UserError(f"{description} is not valid SystemRDL: {error} (details above)") from error


def _peripheral(prefix: str, top: AddrmapNode) -> Iterator[str]:
    for node in top.children():
        if isinstance(node, RegfileNode):
            name = f"{prefix}_{node.inst_name}"
            if node.is_array and node.array_stride is not None:
                yield f"#define {name}_STRIDE 0x{node.array_stride:X}"
            for register in node.registers():
                yield from _register(name, register)
        elif isinstance(node, RegNode):
            yield from _register(prefix, node)


def _register(prefix: str, node: RegNode) -> Iterator[str]:
    name = f"{prefix}_{node.inst_name}"
    offset = node.raw_address_offset
    if node.is_array:
        yield f"#define {name}_FIRST 0x{offset:X}"
        yield f"#define {name}_OFFSET(i) (0x{offset:X} + {node.array_stride} * (i))"
    else:
        yield f"#define {name}_OFFSET 0x{offset:X}"
    for field in node.fields():
        yield f"#define {name}_{field.inst_name}_LSB {field.lsb}"
        yield f"#define {name}_{field.inst_name}_MASK 0x{((1 << field.width) - 1) << field.lsb:08X}"
