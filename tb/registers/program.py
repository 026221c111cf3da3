# SPDX-License-Identifier: Apache-2.0
"""Access lists that program and trigger jobs: pure functions, no simulator."""

import random
from collections.abc import Mapping, Sequence

from tb.agents.control.access import ALL_BYTES, Access, core_id
from tb.exchange.job import Job
from tb.registers.encodings import encodings
from tb.registers.generate import register_map
from tb.registers.map import JOB_IDS, merge_bytes

# The bits of a job's seed below this choose the style of its programming, see tb.env.programmer.
_STYLES = 8


def register_values(job: Job, *, mixed_formats: bool = False) -> dict[str, int]:
    """Values of the job registers for a job (contract A5.1), by register name.

    Every other job writes its formats plainly; the others use one of the encodings that act alike, as their
    seed says.

    Args:
        job: The job.
        mixed_formats: True if the device has a format for each operand.
    """
    registers = register_map()
    alike = encodings(job.fmt, mixed_formats)
    place, varied = divmod(job.data_seed // _STYLES, 2)
    return {
        "X_ADDR": job.x_addr,
        "W_ADDR": job.w_addr,
        "Z_ADDR": job.z_addr,
        "MCFG0": registers["MCFG0"].pack(M=job.m, K=job.k),
        "MCFG1": registers["MCFG1"].pack(N=job.n),
        "MACFG": registers["MACFG"].pack(OPERATION=int(job.op)) | alike[place % len(alike) if varied else 0],
    }


def program(
    job: Job,
    held: Mapping[str, int] | None = None,
    rng: random.Random | None = None,
    *,
    mixed_formats: bool = False,
    values: Mapping[str, int] | None = None,
) -> list[Access]:
    """The accesses that program and trigger a job: ACQUIRE, job registers, TRIGGER, all by the job's core.

    They may go out as one burst, without looking at ACQUIRE's value first: if the lock or a context was not
    to be had, the device ignores the writes and the trigger, and `acquired` tells from what ACQUIRE read.

    Args:
        job: The job; its core makes the accesses.
        held: Known values of the job registers, by name; registers with the right value are not
            written. None writes all.
        rng: Shuffles the job registers, which may be written in any order.
        mixed_formats: True if the device has a format for each operand.
        values: Result of `register_values`, if it was called already.

    Returns:
        ACQUIRE first, TRIGGER last.
    """
    registers = register_map()
    if values is None:
        values = register_values(job, mixed_formats=mixed_formats)
    names = [name for name, value in values.items() if held is None or held.get(name) != value]
    if rng is not None:
        rng.shuffle(names)
    core = core_id(job.core)
    return [
        Access(registers["ACQUIRE"].offset, id=core),
        *[Access(registers[name].offset, True, values[name], ALL_BYTES, core) for name in names],
        Access(registers["TRIGGER"].offset, True, 0, ALL_BYTES, core),
    ]


def acquired(data: int) -> int | None:
    """Id of the job that a burst of `program` queued, as ACQUIRE read it; None when it was refused."""
    return data if data < JOB_IDS else None


def with_idle_gaps(
    accesses: Sequence[Access], rng: random.Random, rate: float = 0.3, longest: int = 8
) -> list[Access]:
    """The same accesses with random pauses before some of them, for variety on the port.

    Args:
        accesses: Accesses, which keep a pause of their own if it is longer.
        rng: Source of randomness.
        rate: Probability of a pause before an access, 0 to 1.
        longest: Longest pause in cycles.
    """
    return [
        access._replace(idle=max(access.idle, rng.randint(1, longest))) if rng.random() < rate else access
        for access in accesses
    ]


def split_writes(accesses: Sequence[Access], rng: random.Random, rate: float = 0.3) -> list[Access]:
    """The same accesses with some job-register writes cut in two, each of some of the bytes.

    The registers end with the same values; bytes that are not enabled carry noise. Writes of other registers
    are left alone, since they would act twice.

    Args:
        accesses: Accesses.
        rng: Source of randomness.
        rate: Probability that a write of a whole job register is cut, 0 to 1.
    """
    job_offsets = {register.offset for register in register_map().job_registers}
    result: list[Access] = []
    for access in accesses:
        whole = access.write and access.be == ALL_BYTES and access.address in job_offsets
        if not whole or rng.random() >= rate:
            result.append(access)
            continue
        first = rng.randrange(1, ALL_BYTES)
        for enables in (first, first ^ ALL_BYTES):
            data = merge_bytes(rng.getrandbits(32), access.data, enables)
            result.append(access._replace(data=data, be=enables))
    return result


def with_rivals(accesses: Sequence[Access], rng: random.Random, rate: float = 0.5) -> list[Access]:
    """The same accesses with some of other cores among them, which change nothing while the lock is held.

    Others ask for the lock, write job registers and read any register. They neither trigger nor clear.

    Args:
        accesses: Accesses that `program` returned: the first takes the lock, the last gives it back.
        rng: Source of randomness.
        rate: Probability of another core's access before each of the rest, 0 to 1.
    """
    registers = register_map()
    job_offsets = [register.offset for register in registers.job_registers]
    acquire = registers["ACQUIRE"].offset
    read_offsets = [register.offset for register in registers.values()]
    result = list(accesses[:1])
    for access in accesses[1:]:
        if rng.random() < rate:
            rival = rng.choice([1 << core for core in range(8) if 1 << core != access.id])
            kind = rng.randrange(3)
            if kind == 0:
                result.append(Access(acquire, id=rival))
            elif kind == 1:
                offset, enables = rng.choice(job_offsets), rng.randrange(1, ALL_BYTES + 1)
                result.append(Access(offset, True, rng.getrandbits(32), enables, rival))
            else:
                result.append(Access(rng.choice(read_offsets), id=rival))
        result.append(access)
    return result
