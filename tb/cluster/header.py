# SPDX-License-Identifier: Apache-2.0
"""``constants.h``: constants that firmware, host and benches in C++ share with Python.

Preprocessor constants alone, so that assembly can include it; the linker script takes its values.
"""

from functools import cache
from pathlib import Path

from tb.cluster import mailbox, memory_map
from tb.exchange.scenario import RESET_CYCLES
from tb.registers.made import key, made_once, registers_folder

NAME = "constants.h"

CONSTANTS = {
    **memory_map.CONSTANTS,
    "FIRMWARE_BYTES": memory_map.FIRMWARE_BYTES,
    "OPERANDS_ADDRESS": memory_map.OPERANDS,
    "RESET_CYCLES": RESET_CYCLES,
    "MAILBOX_MAGIC": mailbox.MAGIC,
    "MAILBOX_JOBS": mailbox.JOBS,
    "MAILBOX_ANSWERS": mailbox.ANSWERS,
    "MAILBOX_BYTES": mailbox.BYTES,
}


@cache
def header() -> Path:
    """Returns the generated header, in a folder of its own.

    Raises:
        RegisterModelError: It cannot be written.
    """
    lines = ["// Generated from rtl/cluster/cluster.rdl and tb/cluster/header.py.", "#pragma once", ""]
    lines += [f"#define {name} 0x{value:X}" for name, value in CONSTANTS.items()]
    text = "\n".join(lines) + "\n"

    def write(folder: Path) -> None:
        (folder / NAME).write_text(text)

    return made_once(registers_folder() / key([], text), write) / NAME
