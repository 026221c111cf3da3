# SPDX-License-Identifier: Apache-2.0
"""Accesses that program and trigger a job (section 5)."""

from __future__ import annotations

from tb.agents.control.access import Access, read, write
from tb.registers.generate import register_map
from tb.stimulus.job import Job


def program(job: Job) -> list[Access]:
    """Acquire a context, write the job registers, trigger."""
    registers = register_map()
    core = job.core
    values = {
        "X_ADDR": job.x_addr,
        "W_ADDR": job.w_addr,
        "Z_ADDR": job.z_addr,
        "MCFG0": job.m | job.k << 16,
        "MCFG1": job.n,
        "MACFG": int(job.op) << 10 | int(job.fmt) << 7,
    }
    return [
        read(registers["ACQUIRE"].offset, core),
        *(write(registers[name].offset, value, core) for name, value in values.items()),
        write(registers["TRIGGER"].offset, 0, core),
    ]
