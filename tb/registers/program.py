# SPDX-License-Identifier: Apache-2.0
"""Access lists that program and trigger jobs: pure functions, no simulator."""

import random
from collections.abc import Mapping, Sequence

from tb.agents.control.access import ALL_BYTES, Access, core_id
from tb.exchange.job import Job
from tb.exchange.names import ADDRESS_SPACE
from tb.registers.encodings import encodings
from tb.registers.generate import register_map
from tb.registers.map import RegisterMap, merge_bytes

# The bits of a job's seed below this choose the style of its programming, see tb.env.programmer.
_STYLES = 8


def register_values(job: Job, registers: RegisterMap | None = None) -> dict[str, int]:
    """Values of the job registers for a job, by register name.

    On a device with the contract's registers every other job writes its formats plainly; the others use one
    of the encodings that act alike, as their seed says.

    Args:
        job: The job.
        registers: Of the device; the contract's by default.
    """
    registers = registers or register_map()
    rules = registers.rules
    values = {"x": job.x_addr, "w": job.w_addr, "z": job.z_addr, "m": job.m, "k": job.k, "n": job.n}
    if rules.own:
        x, _, z = job.formats
        values |= {"y": job.y_place, "y_offset": (job.y_place - job.z_addr) % ADDRESS_SPACE}
        values |= {"operation": rules.code(job.op), "format": rules.code(x)}
        return registers.words(values | {"format_in": rules.code(x), "format_out": rules.code(z)})
    alike = encodings(job.fmt, registers.mixed_formats)
    place, varied = divmod(job.data_seed // _STYLES, 2)
    words = registers.words(values | {"operation": rules.code(job.op)})
    words["MACFG"] |= alike[place % len(alike) if varied else 0]
    if job.fault_tolerant:
        words["MACFG"] |= registers["MACFG"].pack(FAULT_TOLERANT=1)
    return words


def program(
    job: Job,
    held: Mapping[str, int] | None = None,
    rng: random.Random | None = None,
    *,
    registers: RegisterMap | None = None,
    values: Mapping[str, int] | None = None,
) -> list[Access]:
    """The accesses that program and trigger a job: ACQUIRE, job registers, TRIGGER, all by the job's core.

    They may go out as one burst, without looking at ACQUIRE's value first: if the lock or a context was not
    to be had, the device ignores the writes and the trigger, and `RegisterMap.acquired` tells from what
    ACQUIRE read. A device may have no ACQUIRE, and want the job committed before the trigger.

    Args:
        job: The job; its core makes the accesses.
        held: Known values of the job registers, by name; registers with the right value are not
            written, but for one that has to come last. None writes all.
        rng: Shuffles the job registers, which may be written in any order.
        registers: Of the device; the contract's by default.
        values: Result of `register_values`, if it was called already.

    Returns:
        ACQUIRE first, TRIGGER last.
    """
    registers = registers or register_map()
    if values is None:
        values = register_values(job, registers)
    names = list(values)
    if held is not None:
        names = [name for name in names if held.get(name) != values[name] or name == registers.last]
    if rng is not None:
        rng.shuffle(names)
    return programmed(registers, {name: values[name] for name in names}, job.core)


def programmed(registers: RegisterMap, values: Mapping[str, int], core: int) -> list[Access]:
    """The accesses of a core that take a context, write registers in their order, and start the job.

    A register that has to come last does so.
    """
    last, one_hot = registers.last, core_id(core)
    names = sorted(values, key=lambda name: name == last) if last else values
    return [
        *([Access(registers["ACQUIRE"].offset, id=one_hot)] if "ACQUIRE" in registers else []),
        *[Access(registers[name].offset, True, values[name], ALL_BYTES, one_hot) for name in names],
        *starts(registers, one_hot),
    ]


def empty_job(registers: RegisterMap) -> dict[str, int]:
    """Registers to write for a job of no elements: that with M, those with constants, one that comes last."""
    constant = (name for name, word in registers.fixed.items() if word)
    names = dict.fromkeys((registers.places["m"][0], *constant, registers.last))
    return {name: registers.fixed[name] for name in names if name}


def starts(registers: RegisterMap, one_hot: int) -> list[Access]:
    """The accesses that start a job once its registers are written, by the access id of a core."""
    rules = registers.rules
    found = [Access(registers["TRIGGER"].offset, True, rules.trigger_value, ALL_BYTES, one_hot)]
    if rules.commit_value is not None:
        offset = registers[registers.commit].offset
        found.insert(0, Access(offset, True, rules.commit_value, ALL_BYTES, one_hot))
    return found


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


def split_writes(
    accesses: Sequence[Access], rng: random.Random, rate: float = 0.3, registers: RegisterMap | None = None
) -> list[Access]:
    """The same accesses with some job-register writes cut in two, each of some of the bytes.

    The registers end with the same values; bytes that are not enabled carry noise. Writes of other registers
    are left alone, since they would act twice.

    Args:
        accesses: Accesses.
        rng: Source of randomness.
        rate: Probability that a write of a whole job register is cut, 0 to 1.
        registers: Of the device; the contract's by default.
    """
    job_offsets = {register.offset for register in (registers or register_map()).job_registers}
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


def with_rivals(
    accesses: Sequence[Access], rng: random.Random, rate: float = 0.5, registers: RegisterMap | None = None
) -> list[Access]:
    """The same accesses with some of other cores among them, which change nothing while the lock is held.

    Others ask for the lock, write job registers and read any register. They neither trigger nor clear.

    Args:
        accesses: Accesses that `program` returned: the first takes the lock, the last gives it back.
        rng: Source of randomness.
        rate: Probability of another core's access before each of the rest, 0 to 1.
        registers: Of the device, which has a lock; the contract's by default.
    """
    registers = registers or register_map()
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
                enables = ALL_BYTES if registers.rules.whole_words else enables
                result.append(Access(offset, True, rng.getrandbits(32), enables, rival))
            else:
                result.append(Access(rng.choice(read_offsets), id=rival))
        result.append(access)
    return result
