# SPDX-License-Identifier: Apache-2.0
"""Jobs that the cores have given to the accelerator, from the accesses of its register port."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from models.formats import Format
from models.ops import Op
from tb.dpi.bindings import AccessRow
from tb.exchange.job import Job
from tb.registers.generate import register_map
from tb.registers.map import DECODED_ADDRESS_BITS, JOB_IDS, merge_bytes


class Triggered(NamedTuple):
    """A job as it was programmed."""

    edge: int  # grant of its trigger
    job: Job  # operation, format, sizes, addresses and core; its operands are not known


def triggered_jobs(accesses: Iterable[AccessRow]) -> list[Triggered]:
    """The jobs in the order of their triggers; what nobody with the lock has written counts for nothing.

    Accesses are those of the register port from a reset on, by cycle of the grant.
    """
    registers = register_map()
    names = {register.offset: register.name for register in registers.values()}
    values = {register.name: register.reset for register in registers.job_registers}
    holder: int | None = None
    found: list[Triggered] = []
    for cycle, address, data, r_data, core_id, wen, be, answered in accesses:
        name = names.get(address & DECODED_ADDRESS_BITS)
        if name == "ACQUIRE" and wen and answered and r_data < JOB_IDS:
            holder = core_id
        elif wen or name is None:
            continue
        elif name == "SOFT_CLEAR":
            holder = None
            if merge_bytes(0, data, be) == 0:
                values = dict.fromkeys(values, 0)
        elif holder != core_id:
            continue
        elif name in values:
            values[name] = merge_bytes(values[name], data, be)
        elif name == "TRIGGER" and be & 1 and merge_bytes(0, data, be) == 0:
            found.append(Triggered(cycle, _job(values, core_id.bit_length() - 1)))
            holder = None
    return found


def _job(values: dict[str, int], core: int) -> Job:
    registers = register_map()

    def field(register: str, name: str) -> int:
        return registers[register][name].extract(values[register])

    return Job(
        Op(field("MACFG", "OPERATION")),
        field("MCFG0", "M"),
        field("MCFG1", "N"),
        field("MCFG0", "K"),
        values["X_ADDR"],
        values["W_ADDR"],
        values["Z_ADDR"],
        Format(field("MACFG", "FORMAT")),
        core=core,
    )


def in_order(planned: Iterable[Job], seen: Iterable[Job]) -> tuple[tuple[Job, ...], str]:
    """The planned jobs in the order in which they were triggered, each with the core that did.

    Returns:
        The jobs, and what is wrong: a job that nobody planned, or one that was triggered twice; empty if
        nothing is. Jobs that were never triggered stand at the end, as planned.
    """
    left = list(planned)
    ordered: list[Job] = []
    wrong = ""
    for job in seen:
        match = next((each for each in left if _same(each, job)), None)
        if match is None:
            text = f"{job.op.name} {job.format_name} {job.m}x{job.n}x{job.k} with Z at {job.z_addr:#010x}"
            wrong = (
                wrong or f"job {len(ordered)}, {text}, was triggered by core {job.core}; nobody planned it"
            )
            continue
        left.remove(match)
        ordered.append(replace(match, core=job.core))
    return (*ordered, *left), wrong


def _same(planned: Job, seen: Job) -> bool:
    """Return whether a job was programmed as planned; what is known of its operands is the plan's alone."""
    return replace(planned, core=seen.core, classes=seen.classes, data_seed=0, data=None) == seen
