# SPDX-License-Identifier: Apache-2.0
"""Switching activity: which cells of a device change while it computes, weighted by their area.

A proxy of dynamic power: cells without delays, so without glitches, and without wires, clock tree and memory.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from models.schedule import schedule
from regressions.errors import UserError
from regressions.paths import ROOT
from regressions.speed.bare import digest, run_bare, write_list
from regressions.synthesis.activity_jobs import ActivityJob
from regressions.synthesis.flat import FlatNetlist
from regressions.synthesis.library import Library
from regressions.synthesis.measured import ActivityFigures
from regressions.synthesis.program import cells_program
from tb.exchange.device import Descriptor
from tb.stimulus.image import initial_image, predict

_LOOP = ROOT / "regressions" / "speed" / "bare.cpp"


def measure(
    device: Descriptor, flat: FlatNetlist, library: Library, jobs: Sequence[ActivityJob], folder: Path
) -> list[ActivityFigures]:
    """Run jobs on the cells of a device, each alone, and compare what they store, and when, with the models.

    Raises:
        UserError: A result is not the model's, or there is no compiler.
    """
    folder.mkdir(parents=True, exist_ok=True)
    executable, cells = cells_program(_LOOP, device), folder / "cells.bin"
    flat.words().tofile(cells)
    return [_measured(device, flat, library, job, executable, folder, cells) for job in jobs]


def _measured(
    device: Descriptor,
    flat: FlatNetlist,
    library: Library,
    job: ActivityJob,
    executable: Path,
    folder: Path,
    cells: Path,
) -> ActivityFigures:
    scenario = job.scenario()
    jobs, toggles = folder / "job.list", folder / "toggles.bin"
    write_list(jobs, [scenario], device)
    variables = {"REDMULE_CELLS": str(cells), "REDMULE_TOGGLES": str(toggles)}
    result = run_bare(executable, jobs, environment=variables)
    expected = predict(initial_image(scenario), scenario.jobs, scenario.window.base)
    if result.digests != (digest(expected),):
        raise UserError(f"{device.name}: the netlist's result of {job.title} is not the model's")
    if device.schedule:
        right = schedule(device.instance, job.op, job.m, job.n, job.k, job.fmt).cycles
        if result.job_cycles != (right,):
            took = result.job_cycles[0]
            raise UserError(f"{device.name}: the netlist takes {took} cycles for {job.title}, not {right}")
    cycles, *counts = np.fromfile(toggles, "<u8").tolist()
    return _figures(job, flat, library.areas, int(cycles), counts)


def _figures(
    job: ActivityJob, flat: FlatNetlist, areas: Mapping[str, float], cycles: int, counts: Sequence[int]
) -> ActivityFigures:
    parts = [0.0] * len(flat.instances)
    for cell in (*flat.cells, *flat.registers):
        parts[cell.instance] += counts[cell.output] * areas[cell.kind]
    modules: dict[str, float] = defaultdict(float)
    rows: dict[int, float] = defaultdict(float)
    of_row: list[int | None] = []
    for place, unit in enumerate(flat.instances):
        modules[unit.module] += parts[place] / job.steps
        inherited = of_row[unit.parent] if place else None
        of_row.append(_row(unit.path) if unit.module == "redmule_row" else inherited)
        row = of_row[place]
        if row is not None:
            rows[row] += parts[place] / job.steps
    changes = sum(counts[each.output] for each in flat.registers)
    return ActivityFigures(
        job.title,
        job.op.name,
        job.fmt.name,
        job.data,
        job.m,
        cycles,
        job.steps,
        round(sum(parts) / job.steps, 2),
        {name: round(part, 3) for name, part in sorted(modules.items(), key=lambda item: -item[1])},
        [round(rows[row], 3) for row in sorted(rows)],
        round(changes / (len(flat.registers) * cycles), 4) if flat.registers and cycles else 0.0,
    )


def _row(path: str) -> int:
    """The number of a row by its path in the array."""
    return int(path.rpartition("gen_row[")[2].partition("]")[0])
