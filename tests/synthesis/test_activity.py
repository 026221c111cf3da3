# SPDX-License-Identifier: Apache-2.0
"""Cells evaluated without a simulator, and what is counted of their changes."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from msgspec import to_builtins

from models.cxx import compiler
from models.formats import Format
from models.ops import Op
from models.schedule import schedule
from regressions.errors import UserError
from regressions.report.synthesis import area_section
from regressions.speed.bare import BareResult
from regressions.synthesis import activity
from regressions.synthesis.activity import measure
from regressions.synthesis.activity_jobs import NETWORK, RANDOM, ActivityJob, activity_jobs
from regressions.synthesis.flat import (
    INPUTS,
    ONE,
    OUTPUTS,
    FlatNetlist,
    PlacedCell,
    PlacedUnit,
    flatten,
    truth_tables,
)
from regressions.synthesis.library import GENERIC, Library
from tb.descriptor import load
from tests.synthesis.made import synthesized

HERE = Path(__file__).parent
JOB = ActivityJob(Op.GEMM, Format.FP16, RANDOM, 2, 3, 4)
CLOCK, RESET, STATE, NEXT, FROZEN = range(2, 7)
HELD = range(7, 15)


def _toggling() -> FlatNetlist:
    """Give registers: one takes its inverse, one stays as it is, eight have no reset; always busy."""
    ports: dict[str, list[int]] = {name: [] for name in (*INPUTS, *OUTPUTS)}
    ports |= {"clk_i": [CLOCK], "rst_ni": [RESET], "evt_o": [STATE], "busy_o": [ONE]}
    ports["periph_r_id_o"] = [*HELD]
    return FlatNetlist(
        23,
        [
            PlacedCell("INV", (STATE,), NEXT, 1),
            *(PlacedCell("BUF", (net,), net + len(HELD), 2) for net in HELD),
        ],
        [
            PlacedCell("DFFR", (NEXT, RESET), STATE, 1),
            PlacedCell("DFFS", (FROZEN, RESET), FROZEN, 2),
            *(PlacedCell("DFF", (net + len(HELD), ONE), net, 2) for net in HELD),
        ],
        ports,
        [PlacedUnit("", "top", 0), PlacedUnit("gen_row[1].i_row", "redmule_row", 0), PlacedUnit("b", "b", 0)],
    )


def _counts(folder: Path) -> tuple[str, list[int]]:
    flat, program = _toggling(), folder / "cells"
    flat.words().tofile(folder / "cells.bin")
    shim = Path(activity.__file__).with_name("cells")
    options = ["-std=c++20", "-DPAYLOAD_BITS=64", f"-I{shim}", str(HERE / "cells.cpp"), "-o", str(program)]
    subprocess.run([*compiler().command(folder / "scratch"), *options], check=True)
    places = {"REDMULE_CELLS": str(folder / "cells.bin"), "REDMULE_TOGGLES": str(folder / "toggles.bin")}
    said = subprocess.run(
        [program], env={**os.environ, **places}, check=True, capture_output=True, text=True
    ).stdout
    return said, np.fromfile(folder / "toggles.bin", "<u8").tolist()


def test_cells_are_evaluated_and_their_changes_counted(tmp_path: Path) -> None:
    said, (cycles, *counts) = _counts(tmp_path)
    events, held = said.split()
    assert events == "0010101010"
    assert 0 < int(held) < 255
    assert (counts[STATE], counts[NEXT], counts[FROZEN]) == (8, 8, 0)
    assert cycles == 10


def test_changes_are_weighted_by_area_and_summed_by_unit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = load("redmule")
    cycles = schedule(device.instance, JOB.op, JOB.m, JOB.n, JOB.k, JOB.fmt).cycles
    counts = np.zeros(1 + 23, "<u8")
    counts[[0, 1 + STATE, 1 + NEXT]] = 20, 5, 6

    def run(executable: Path, jobs: Path, environment: dict[str, str]) -> BareResult:
        assert executable == tmp_path / "program"
        assert jobs.exists()
        counts.tofile(environment["REDMULE_TOGGLES"])
        return BareResult(20, 1.0, (cycles,), (0,), ("right",))

    monkeypatch.setattr(activity, "run_bare", run)
    monkeypatch.setattr(activity, "cells_program", lambda *_: tmp_path / "program")
    monkeypatch.setattr(activity, "digest", lambda _: "right")
    library = Library.read(GENERIC)
    (figures,) = measure(device, _toggling(), library, [JOB], tmp_path)
    assert figures.weighted == round((5 * 7 + 6 * 0.5) / 24, 2)
    assert figures.modules == {"redmule_row": 1.583, "top": 0.0, "b": 0.0}
    assert figures.rows_of_array == [1.583]
    assert (figures.cycles, figures.steps, figures.clocked) == (20, 24, 5 / 200)
    (tmp_path / "activity.json").write_text(json.dumps({"device": "redmule", "jobs": [to_builtins(figures)]}))
    (tmp_path / "synthesis.json").write_text('{"git": "a", "devices": {}, "wrong": 0}')
    section = area_section(tmp_path / "synthesis.json")
    assert (section.active, list(section.activity)) == ("redmule", [figures])
    monkeypatch.setattr(activity, "digest", lambda _: "wrong")
    with pytest.raises(UserError, match="the netlist's result of GEMM FP16, random data, 2x3x4 is not"):
        measure(device, _toggling(), library, [JOB], tmp_path)
    monkeypatch.setattr(activity, "digest", lambda _: "right")
    cycles += 1
    with pytest.raises(UserError, match=f"takes {cycles} cycles for .*, not {cycles - 1}"):
        measure(device, _toggling(), library, [JOB], tmp_path)


def test_a_device_is_placed_as_one_list_in_order() -> None:
    made = synthesized("counting", "counting")
    flat = flatten(made)
    assert len(flat.registers) == 4
    assert len(flat.cells) + 4 == len(made.units[made.top].cells)
    known = {0, 1, *(net for name in made.units[made.top].inputs for net in flat.ports[name])}
    known |= {each.output for each in flat.registers}
    for cell in flat.cells:
        assert known.issuperset(cell.inputs)
        known.add(cell.output)
    assert known.issuperset(flat.ports["sum_o"])


def test_a_loop_has_no_order() -> None:
    made = synthesized("planted", "counting", "planted")
    with pytest.raises(UserError, match="loop"):
        flatten(made)


def test_tables_are_those_of_the_functions() -> None:
    tables = truth_tables()
    assert (tables["INV"], tables["NAND2"], tables["MUX2"]) == (0x5555, 0x7777, 0xCACA)
    assert {"DFF", "DFFR", "DFFS"}.isdisjoint(tables)


def test_jobs_have_whole_tiles_and_one_with_a_single_row() -> None:
    device = load("redmule_4x4x1")
    jobs = [*activity_jobs(device)]
    assert {(job.m, job.k) for job in jobs} == {(4, 16), (1, 16)}
    assert {job.fmt for job in jobs} == set(device.formats)
    network = replace(JOB, data=NETWORK, m=16, n=16)
    (job,) = network.scenario().jobs
    assert job.data is not None
    zeros = float(np.mean(np.frombuffer(job.data[0], "<u2") == 0))
    assert 0.35 < zeros < 0.65
