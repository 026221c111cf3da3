# SPDX-License-Identifier: Apache-2.0
"""The list of jobs whose cycles are kept, as scenarios of a device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.formats import Format, per_operand
from models.timing import Instance
from regressions.paths import relative
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.names import MAX_CORES, parse_formats, parse_op
from tb.exchange.reading import parser
from tb.exchange.scenario import NO_STALL, Scenario, StallSpec
from tb.schema import Field, Where, check, read_toml
from tb.stimulus.placement import DEFAULT_BASE, lay_out
from tb.stimulus.size_names import resolve, size_name

LIST = Path(__file__).with_name("jobs.toml")

_SIZE = Field("a size or the name of one", object, required=True, parse=size_name)
_JOB: Mapping[str, Field] = {
    "op": Field("operation", str, required=True, parse=parse_op),
    "format": Field("element format", str, default=Format.FP16, parse=parse_formats),
    "m": _SIZE,
    "n": _SIZE,
    "k": _SIZE,
    "core": Field("who programs the job", int, default=0, lo=0, hi=MAX_CORES - 1),
    "misalign": Field("bytes added to the addresses of X, W and Z", list, default=[0, 0, 0], lo=3, hi=3),
    "x": Field("the earlier job whose Z is X", str, choices=("Z0", "Z1", "Z2")),
}
_SCENARIO: Mapping[str, Field] = {
    "name": Field("unique name", str, required=True),
    "jobs": Field(
        "queued one behind the other", list, required=True, lo=1, items=Field("job", dict, fields=_JOB)
    ),
    "stall": Field("behaviour of the memory", dict, default=NO_STALL, parse=parser(StallSpec)),
}
_FILE: Mapping[str, Field] = {
    "scenarios": Field(
        "the list", list, required=True, lo=1, items=Field("scenario", dict, fields=_SCENARIO)
    ),
}


def scenarios(device: Descriptor, path: Path = LIST) -> dict[str, Scenario]:
    """The scenarios of the list all of whose jobs a device can run, by their names; the index is the place.

    Raises:
        SchemaError: The list is malformed.
    """
    where = Where(relative(path))
    found: dict[str, Scenario] = {}
    for index, entry in enumerate(check(read_toml(path), _FILE, where)["scenarios"]):
        if entry["name"] in found:
            raise where.key("scenarios").item(index).error(f"'{entry['name']}' is there twice; rename one")
        found[entry["name"]] = _scenario(index, entry["jobs"], entry["stall"], device.instance)
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


def _scenario(index: int, entries: Sequence[Mapping[str, Any]], stall: StallSpec, at: Instance) -> Scenario:
    sizes = [tuple(resolve(entry[key], at) for key in "mnk") for entry in entries]
    operands: list[int] = []
    for entry, (m, n, k) in zip(entries, sizes, strict=True):
        x, w, z = per_operand(entry["format"])
        operands += [m * n * x.itemsize, n * k * w.itemsize, m * k * z.itemsize]
    misalign = [extra for entry in entries for extra in entry["misalign"]]
    window, addresses = lay_out(operands, misalign, DEFAULT_BASE)
    jobs: list[Job] = []
    for position, (entry, (m, n, k)) in enumerate(zip(entries, sizes, strict=True)):
        x_addr, w_addr, z_addr = addresses[3 * position : 3 * position + 3]
        if entry["x"] is not None:
            x_addr = jobs[int(entry["x"][1:])].z_addr
        jobs.append(
            Job(
                *(entry["op"], m, n, k, x_addr, w_addr, z_addr, entry["format"], entry["core"]),
                # Seeds whose jobs are all programmed in the same way (`tb.env.programmer`).
                data_seed=8 * (len(entries) * index + position),
            )
        )
    return Scenario(index, tuple(jobs), window, stall, index)
