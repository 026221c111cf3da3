# SPDX-License-Identifier: Apache-2.0
"""The list of jobs whose cycles are kept, as scenarios of a device."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from models.formats import per_operand
from models.timing import Instance
from regressions.paths import relative
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.names import MAX_CORES, parse_formats, parse_op
from tb.exchange.reading import convert
from tb.exchange.scenario import NO_STALL, Scenario, StallSpec
from tb.schema import Where, read_toml
from tb.stimulus.placement import DEFAULT_BASE, lay_out
from tb.stimulus.size_names import SizeName, resolve, size_name

LIST = Path(__file__).with_name("jobs.toml")

Three = tuple[int, int, int]


class _Job(Struct, forbid_unknown_fields=True):
    """A job: sizes may be named, `misalign` is added to the addresses of X, W and Z, `x` is an earlier Z."""

    op: str
    m: SizeName
    n: SizeName
    k: SizeName
    format: str = "FP16"
    core: Annotated[int, Meta(ge=0, lt=MAX_CORES)] = 0
    misalign: Three = (0, 0, 0)
    x: Literal["Z0", "Z1", "Z2"] | None = None


class _Entry(Struct, forbid_unknown_fields=True):
    """Jobs that are queued one behind the other, and the behaviour of the memory."""

    name: str
    jobs: Annotated[list[_Job], Meta(min_length=1)]
    stall: StallSpec = NO_STALL


class _JobTable(Struct, forbid_unknown_fields=True):
    scenarios: Annotated[list[_Entry], Meta(min_length=1)]


def scenarios(device: Descriptor, path: Path = LIST) -> dict[str, Scenario]:
    """The scenarios of the list all of whose jobs a device can run, by their names; the index is the place.

    Raises:
        SchemaError: The list is malformed.
    """
    where = Where(relative(path))
    found: dict[str, Scenario] = {}
    for index, entry in enumerate(convert(read_toml(path), _JobTable, where).scenarios):
        place = where.key("scenarios").item(index)
        if entry.name in found:
            raise place.error(f"'{entry.name}' is there twice; rename one")
        found[entry.name] = _scenario(index, entry, device.instance, place.key("jobs"))
    return {
        name: scenario
        for name, scenario in found.items()
        if not any(device.supports(job) for job in scenario.jobs)
    }


def describe(scenario: Scenario, position: int) -> str:
    """Describe a job in a few words: everything that decides its cycles."""
    job, stall = scenario.jobs[position], scenario.stall
    text = f"{job.op.name} {job.format_name} {job.m}x{job.n}x{job.k}"
    if stall.kind != "none":
        text += f", {stall.kind} {stall.rate} {stall.burst} seed {stall.seed}"
    return text


def _scenario(index: int, entry: _Entry, at: Instance, where: Where) -> Scenario:
    places = [where.item(position) for position in range(len(entry.jobs))]
    formats = [
        parse_formats(job.format, place.key("format")) for job, place in zip(entry.jobs, places, strict=True)
    ]
    sizes = [
        tuple(resolve(size_name(getattr(job, key), place.key(key)), at) for key in "mnk")
        for job, place in zip(entry.jobs, places, strict=True)
    ]
    operands: list[int] = []
    for fmt, (m, n, k) in zip(formats, sizes, strict=True):
        x, w, z = per_operand(fmt)
        operands += [m * n * x.itemsize, n * k * w.itemsize, m * k * z.itemsize]
    misalign = [extra for job in entry.jobs for extra in job.misalign]
    window, addresses = lay_out(operands, misalign, DEFAULT_BASE)
    jobs: list[Job] = []
    for position, (job, fmt, (m, n, k)) in enumerate(zip(entry.jobs, formats, sizes, strict=True)):
        x_addr, w_addr, z_addr = addresses[3 * position : 3 * position + 3]
        if job.x is not None:
            x_addr = jobs[int(job.x[1:])].z_addr
        op = parse_op(job.op, places[position].key("op"))
        # Seeds whose jobs are all programmed in the same way (`tb.env.programmer`).
        data_seed = 8 * (len(entry.jobs) * index + position)
        jobs.append(Job(op, m, n, k, x_addr, w_addr, z_addr, fmt, job.core, data_seed=data_seed))
    return Scenario(index, tuple(jobs), window, entry.stall, index)
