# SPDX-License-Identifier: Apache-2.0
"""Growth of cycles, simulation and build with the work and with the array (`make bench SCALING=1`)."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace

from models.formats import Format
from models.ops import Op
from models.timing import Instance
from regressions.simulators.base import Simulator
from regressions.simulators.cache import build_seconds
from regressions.speed.accelerator import scenarios
from regressions.speed.bare import BareResult, run_bare, write_list
from regressions.speed.job_choice import MeasuredJob
from tb.descriptor import available, load
from tb.exchange.device import Descriptor

SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
"""M = N = K on one array: from a single step to eight decades of them."""
LARGE = 32
"""From here on the fixed cost of a job is small beside its steps."""
ARRAY_SIZE = 192
"""M = N = K on every array: whole tiles on each of them."""
_ROWS = ((1, 4), (2, 4), (4, 4), (4, 8), (4, 12), (8, 8), (8, 12), (8, 16))
ARRAYS = (*(Instance(h, rows, 3, 256) for h, rows in _ROWS), Instance(16, 16, 3, 512))
"""Elements from 4 to 256; the port of the last one is as wide as its array needs."""


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One size on one array: M = N = K = `size`, `work` steps."""

    instance: str
    size: int
    work: int
    cycles: int


@dataclass(frozen=True, slots=True)
class ArrayRow:
    """One array."""

    instance: str  # its parameters
    elements: int  # H * L
    pipeline: int  # P; arrays are fitted among those with the same
    cycles: int  # of GEMM with M = N = K = `ARRAY_SIZE`
    cycles_per_second: int  # simulated cycles a second in the bare loop
    build_seconds: float | None  # wall time of its cold build; None where the cache has an older one


@dataclass(frozen=True, slots=True)
class Fit:
    """``y = c * x**exponent`` through points, by least squares of the logarithms."""

    y: str  # values to fit
    x: str  # against what
    exponent: float
    points: int  # number of points
    worst: float  # the largest factor between a point and the fit, at least 1


def measure(
    device: Descriptor, simulator: Simulator, folder: Path, report: Callable[[str], None]
) -> dict[str, Any]:
    """Measures all sizes on a device and one size on all arrays: those of `ARRAYS` and of `tb/duts`.

    The arrays are variants of the device; `report` takes lines about the progress.

    Returns:
        `sizes`, `arrays` and `fits` as `bench.json` has them.

    Raises:
        UserError: The loop failed.
        BuildError: An array cannot be built.
    """
    report(f"{len(SIZES)} sizes up to {SIZES[-1]} on {device.name}")
    result, _ = _run(device, simulator, folder, SIZES)
    sizes = [
        SizeRow(device.instance.title, size, size**3, cycles)
        for size, cycles in zip(SIZES, result.job_cycles, strict=True)
    ]
    arrays: list[ArrayRow] = []
    for each in devices(device):
        report(f"{ARRAY_SIZE} on {each.name}")
        result, seconds = _run(each, simulator, folder, (ARRAY_SIZE,))
        at = each.instance
        speed = round(result.cycles / result.seconds)
        arrays.append(ArrayRow(at.title, at.h * at.l, at.p, result.job_cycles[0], speed, seconds))
    return {
        "sizes": [asdict(row) for row in sizes],
        "arrays": [asdict(row) for row in arrays],
        "fits": [asdict(fit) for fit in fits(sizes, arrays)],
    }


def devices(main: Descriptor) -> list[Descriptor]:
    """A device for each instance of `ARRAYS`, and those of `tb/duts` with the same top module."""
    # Of several with one instance the first, which is the plain one.
    own = {each.instance: each for each in map(load, reversed(available())) if each.top == main.top}
    return [*own.values(), *(variant(main, at) for at in ARRAYS if at not in own)]


def variant(main: Descriptor, at: Instance) -> Descriptor:
    """A device with another instance."""
    parameters = {**main.parameters, "H": at.h, "L": at.l, "P": at.p, "DW": at.dw}
    name = f"{main.name}_{at.h}x{at.l}x{at.p}_dw{at.dw}"
    return replace(main, name=name, instance=at, parameters=parameters)


def fits(sizes: Sequence[SizeRow], arrays: Sequence[ArrayRow]) -> list[Fit]:
    """The exponents; arrays with the paper's three pipeline registers alone."""
    large = [row for row in sizes if row.size >= LARGE]
    three = [row for row in arrays if row.pipeline == 3]
    built = [(row.elements, row.build_seconds) for row in three if row.build_seconds is not None]
    return [
        fit("cycles, all sizes", "steps", {row.work: row.cycles for row in sizes}),
        fit(f"cycles, sizes from {LARGE}", "steps", {row.work: row.cycles for row in large}),
        fit(f"cycles of {ARRAY_SIZE}^3", "elements", [(row.elements, row.cycles) for row in three]),
        fit("seconds a cycle", "elements", [(row.elements, 1 / row.cycles_per_second) for row in three]),
        *([fit("build seconds", "elements", built)] if len({x for x, _ in built}) > 1 else []),
    ]


def fit(y: str, x: str, points: Mapping[int, float] | Sequence[tuple[int, float]]) -> Fit:
    """Fits a power law.

    Raises:
        ValueError: There are fewer than two points, or they share one x.
    """
    pairs = list(points.items()) if isinstance(points, Mapping) else list(points)
    if len({at for at, _ in pairs}) < 2:
        raise ValueError(f"an exponent of {y} needs two points at least, not {len(pairs)}")
    logs = np.log(np.array(pairs, dtype=np.float64))
    exponent, offset = np.polyfit(logs[:, 0], logs[:, 1], 1)
    worst = float(np.abs(logs[:, 1] - exponent * logs[:, 0] - offset).max())
    return Fit(y, x, round(float(exponent), 3), len(pairs), round(math.exp(worst), 3))


def _run(
    device: Descriptor, simulator: Simulator, folder: Path, sizes: Sequence[int]
) -> tuple[BareResult, float | None]:
    bare = simulator.build_bare(device, folder / f"{device.name}-build.log")
    jobs = scenarios([MeasuredJob("scaling", Op.GEMM, Format.FP16, size, size, size) for size in sizes])
    job_list = folder / "scaling.list"
    write_list(job_list, jobs, device)
    return run_bare(bare.executable, job_list), build_seconds(bare.directory)
