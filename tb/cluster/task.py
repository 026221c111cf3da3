# SPDX-License-Identifier: Apache-2.0
"""Tasks of a cluster: a program and its input, checked before they are loaded, and the outcome."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tb.cluster import memory_map
from tb.cluster.config import ClusterConfig
from tb.cluster.disassembly import disassemble
from tb.cluster.elf import Program
from tb.cluster.mailbox import MailboxJob, answers, pack
from tb.cluster.memory_map import CONSTANTS
from tb.cluster.rules import PREFIX
from tb.errors import UserError

_CAUSES = {2: "illegal instruction", 3: "breakpoint", 8: "system call", 11: "system call"}


@dataclass(frozen=True, slots=True)
class Arbitration:
    """Arbitration of banks that the accelerator and another want (`cluster_conflict_arbiter.sv`)."""

    numerator: int = 1
    denominator: int = 2
    wide_first: bool = True

    def register(self) -> int:
        """Value of the control unit's register ARBITRATION."""
        fields = {
            "NUMERATOR": self.numerator,
            "DENOMINATOR": self.denominator,
            "LOG_FIRST": not self.wide_first,
        }
        return sum(value << CONSTANTS[f"CONTROL_UNIT_ARBITRATION_{key}_LSB"] for key, value in fields.items())


@dataclass(frozen=True, slots=True)
class Task:
    """A program with all that it is given."""

    program: Program
    jobs: tuple[MailboxJob, ...] = ()  # of its mailbox
    memory: Mapping[int, bytes] | None = None  # bytes by address, in TCDM or L2, behind the program's own
    mode: int = 0  # mailbox word whose meaning is the program's
    seed: int = 0  # mailbox word for what the program draws
    cores: int = 8  # number of harts that run, from the first on
    arbitration: Arbitration = Arbitration()  # of the TCDM
    limit: int = 10_000_000  # cycles after which a program that has not ended is given up
    # True if the program takes jobs on matrices in L2, which the accelerator does not reach.
    jobs_in_l2: bool = False


@dataclass(frozen=True, slots=True)
class ProgramOutcome:
    """Outcome of a task."""

    log: dict[str, Any]  # counts of the simulation, see `tb/cluster/dpi/loop.cpp`
    tcdm: bytes  # the TCDM at the end
    l2: bytes  # L2 at the end
    problems: tuple[str, ...]  # problems in words; empty if there were none

    @property
    def answers(self) -> tuple[int, ...]:
        """Answers that the program has written into its mailbox."""
        return answers(self.tcdm)

    def read(self, address: int, size: int) -> bytes:
        """Bytes of TCDM or L2 by address."""
        base, memory = (memory_map.L2, self.l2) if address >= memory_map.L2 else (memory_map.TCDM, self.tcdm)
        return memory[address - base : address - base + size]


def blocks(config: ClusterConfig, task: Task) -> list[tuple[int, bytes]]:
    """All that is loaded: segments, mailbox, the task's memory, as address and bytes.

    Raises:
        UserError: Something of it does not fit the cluster.
    """
    if not 1 <= task.cores <= config.cores:
        raise UserError(f"{task.cores} harts on a cluster of {config.cores}: choose 1 to {config.cores}")
    name = task.program.path
    if task.program.entry != memory_map.BOOT:
        raise UserError(
            f"{name} starts at 0x{task.program.entry:08x}, the cluster at 0x{memory_map.BOOT:08x}"
        )
    loaded = list(task.program.segments)
    for address, size in task.program.reserved:
        _check_fits(config, f"{name}: the segment", address, size, ("code", "TCDM"))
        if (task.jobs or task.memory) and memory_map.TCDM <= address < memory_map.CODE:
            _check_own(f"{name}: the segment", address, size)
    loaded.append((memory_map.TCDM, pack(task.jobs, task.mode, task.seed)))
    for address, data in (task.memory or {}).items():
        _check_fits(config, "the data", address, len(data), ("TCDM", "L2"))
        _check_behind_program("the data", address)
        loaded.append((address, data))
    for number, job in enumerate(task.jobs):
        for operand, (address, size) in job.operands().items():
            if not size:
                continue
            what = f"{operand} of job {number}"
            _check_fits(config, what, address, size, ("TCDM", "L2") if task.jobs_in_l2 else ("TCDM",))
            _check_behind_program(what, address)
    return loaded


def _check_fits(config: ClusterConfig, what: str, address: int, size: int, among: tuple[str, ...]) -> None:
    memories = {
        "code": (memory_map.CODE, config.code_bytes),
        "TCDM": (memory_map.TCDM, config.tcdm_bytes),
        "L2": (memory_map.L2, config.l2_bytes),
    }
    for name in among:
        base, room = memories[name]
        if base <= address and address + size <= base + room:
            return
    places = ", ".join(f"{name} 0x{memories[name][0]:08x} + {memories[name][1]}" for name in among)
    raise UserError(f"{what} at 0x{address:08x} with {size} bytes does not fit the memory ({places})")


def _check_own(what: str, address: int, size: int) -> None:
    first = memory_map.OPERANDS
    if address + size > first:
        raise UserError(
            f"{what} at 0x{address:08x} with {size} bytes, stacks included, reaches into the operands' "
            f"memory from 0x{first:08x} on; make the program's data smaller"
        )


def _check_behind_program(what: str, address: int) -> None:
    first = memory_map.OPERANDS
    if address < first:
        raise UserError(f"{what} at 0x{address:08x} is in the program's own memory; start at 0x{first:08x}")


def request(config: ClusterConfig, task: Task) -> bytes:
    """A task as `tb/cluster/dpi/session.h` reads it: little-endian words, and bytes with their count before.

    Raises:
        UserError: The program or its memory does not fit the cluster.
    """
    loaded = blocks(config, task)
    harts = (1 << task.cores) - 1
    writes = [
        (_offset("CONTROL_UNIT", "ARBITRATION"), task.arbitration.register()),
        (_offset("EVENT_UNIT", "BARRIER_TEAM"), harts),
        *((_offset("CONTROL_UNIT", "BOOT_ADDR", core), task.program.entry) for core in range(task.cores)),
        (_offset("CONTROL_UNIT", "FETCH_EN"), harts),
    ]
    lanes = config.instance.dw // 32 + 1
    head = (config.cores, config.banks, lanes, config.tcdm_bytes, config.l2_bytes, config.code_bytes)
    parts = [struct.pack("<9I", *head, config.l2_latency, task.limit, len(writes))]
    parts += [struct.pack("<2I", *write) for write in writes]
    parts.append(struct.pack("<I", len(loaded)))
    for address, data in loaded:
        parts += [struct.pack("<2I", address, len(data)), data]
    return b"".join(parts)


def _offset(block: str, register: str, index: int = 0) -> int:
    """Offset of a register in the peripherals; `index` is its place in an array."""
    name = f"{block}_{register}"
    first = CONSTANTS[f"{block}_ADDRESS"] - memory_map.PERIPHERALS + CONSTANTS[f"{name}_OFFSET"]
    return first + (index * CONSTANTS[f"{name}_STRIDE"] if index else 0)


def problems(task: Task, log: Mapping[str, Any]) -> list[str]:
    """List the problems of a simulation, worst first; `log` is the report of `tb/cluster`."""
    return [text for _, text in named_problems(task, log)]


def named_problems(task: Task, log: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The same with the rule of `tb.cluster.rules` that each breaks in front."""
    found = []
    if log["host"]:
        found.append(("cluster_host", log["host"]))
    for core in range(task.cores):
        if log["trapped"] >> core & 1:
            pc, cause = log["trap_pcs"][core], log["trap_causes"][core]
            kind = _CAUSES.get(cause, f"cause {cause}")
            found.append(("cluster_trap", f"hart {core} trapped at {_place(task.program, pc)}: {kind}"))
    if not log["ended"] and not found:
        found.append(("cluster_end", f"the program has not ended after {log['cycles']} cycles"))
        for core in range(task.cores):
            state = "asleep" if log["asleep"] >> core & 1 else "awake"
            place = _place(task.program, log["pcs"][core])
            found.append(("cluster_end", f"hart {core} is {state} at {place}"))
    if log["ended"] and log["return"] != 0:
        found.append(("cluster_return", f"the program returned 0x{log['return']:x}"))
    for core in range(task.cores):
        if log["bus_errors"] >> core & 1:
            address = log["error_addresses"][core]
            found.append(("cluster_access", f"hart {core} accessed 0x{address:08x}, where nothing is"))
    for item in log["findings"]:
        text = f"{item['rule']} in cycle {item['cycle']}: {item['detail']}"
        found.append((PREFIX + item["rule"], text))
    if log["violations"] > len(log["findings"]):
        last = PREFIX + log["findings"][-1]["rule"]
        found.append((last, f"{log['violations']} violations in all"))
    return found


def _place(program: Program, pc: int) -> str:
    word = next(
        (data[pc - at : pc - at + 4] for at, data in program.segments if at <= pc < at + len(data)), None
    )
    if word is None:
        return f"0x{pc:08x} ({program.function(pc)}, no code of the program)"
    bits = int.from_bytes(word, "little")
    text = f"instruction {bits:08x}" if bits & 3 == 3 else f"instruction {bits & 0xFFFF:04x}"
    text += f": {disassemble(bits, pc)}"
    return f"0x{pc:08x} ({program.function(pc)}, {text})"
