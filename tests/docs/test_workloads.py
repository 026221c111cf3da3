# SPDX-License-Identifier: Apache-2.0
"""docs/workloads.md: its examples run, and its figures are those of the schedule model."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from models.engine import ARRAY
from models.published import operating_points
from regressions import testlist
from regressions.testbench import open_stream
from regressions.tiers import load_tiers
from regressions.workloads.figures import Phase, phases, total
from tb.sequences import without_bench
from tb.workloads.autoencoder import SIZES
from tests.docs.workload_tables import ENTRIES, TEXT, account, percent, tables

SCRIPTS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
LIST = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)[0]
NAMES = {name for name, entry in ENTRIES.items() if "/workloads/" in entry.sequence}

Row = tuple[str, dict[str, str]]


def documented(text: str) -> list[Row]:
    """Returns the rows about a workload, with their figures by heading."""
    found = []
    for head, rows in tables(text):
        for row in rows:
            named = re.search(r"NAME=(\w+)", " ".join(row)) or re.fullmatch(r"`(\w+)`", row[0])
            if named and named[1] in NAMES and "cycles" in head:
                found.append((named[1], dict(zip(head, row, strict=True))))
    return found


def computed(name: str) -> dict[str, str]:
    """Returns the figures of a workload as a document has them."""
    jobs = account(name)
    cycles = {place: job.cycles for place, job in enumerate(jobs) if job.cycles is not None}
    needed = without_bench(ENTRIES[name].sequence).needed()
    everything: Phase = total(phases(ARRAY, jobs, cycles, needed))
    slow, fast = (f"{point.milliseconds(everything.cycles):.3f} ms" for point in operating_points())
    return {
        "jobs": str(len(jobs)),
        "arithmetic": f"{sum(arithmetic(job.m, job.n, job.k) for job in jobs):,}",
        "tiles": f"{everything.tiles:,}",
        "cycles": f"{everything.cycles:,}",
        "utilization": percent(everything.utilization(ARRAY)),
        "steps without zeros": percent(everything.useful(ARRAY)),
        "at 470 MHz": slow,
        "at 613 MHz": fast,
    }


def arithmetic(m: int, n: int, k: int) -> int:
    """Cycles that the tiles of a product take the array alone."""
    return -(-m // ARRAY.tile_rows) * -(-k // ARRAY.tile_cols) * ARRAY.tile_cols * -(-n // ARRAY.h)


ROWS = documented(TEXT)


def test_the_tables_of_networks_and_graphs_are_found() -> None:
    names = {name for name, _ in ROWS}
    assert {"autoencoder_b1", "autoencoder_b64", "shortest_ways", "strongest_ties"} <= names
    assert len(ROWS) >= 10


@pytest.mark.parametrize(("name", "figures"), ROWS, ids=[name for name, _ in ROWS])
def test_figures_of_a_workload_are_the_schedules(name: str, figures: dict[str, str]) -> None:
    wanted = computed(name)
    there = {head: text for head, text in figures.items() if head in wanted}
    assert {"jobs", "cycles", "utilization"} <= set(there)
    assert there == {head: wanted[head] for head in there}


def test_a_figure_that_is_no_longer_true_is_found() -> None:
    (row,) = documented("| workload | jobs | cycles |\n|---|---|---|\n| `strongest_ties` | 4 | 5,365 |\n")
    assert row[1]["cycles"] != computed("strongest_ties")["cycles"]


def test_products_of_the_firmware_take_what_the_document_says() -> None:
    """Gradients and activations lie as batch x features in the backward products."""
    sizes = list(pairwise(SIZES))
    shapes: dict[str, Sequence[tuple[int, int, int]]] = {
        "forward": [(out, inner, 16) for inner, out in sizes],
        "gradient of the inputs": [(16, out, inner) for inner, out in sizes[1:]],
        "update": [(out, 16, inner) for inner, out in sizes],
    }
    rows = {row[0]: row[-1] for head, rows in tables(TEXT) if head[:2] == ["product", "X"] for row in rows}
    assert rows == {name: f"{sum(arithmetic(*each) for each in its):,}" for name, its in shapes.items()}


def test_scripts_run_and_print_what_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    plain, backends, _ = SCRIPTS
    exec(compile(plain, "docs/workloads.md", "exec"), {})
    assert re.fullmatch(r"[\d.]+ 1 18493 0\.99\d+\n", capsys.readouterr().out)
    exec(compile(backends, "docs/workloads.md", "exec"), {})
    agreed, found = capsys.readouterr().out.splitlines()
    assert agreed == "5 jobs agree"
    said = re.search(r"`(job 0, forward 1: GEMM of 12 x 16 x 8: Z\[0,0\] is) \.\.\.;\n(.*?)`", TEXT)
    assert said
    assert found.startswith(said[1])
    assert found.endswith(f"; {said[2]}")


def test_the_network_of_ones_own_is_a_test(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SCRIPTS[2])
    (tmp_path / "mine.toml").write_text(LIST)
    entry = testlist.load([tmp_path / "mine.toml"], load_tiers())["mine"]
    stream: Any = open_stream(entry, 1, "redmule")
    assert len(stream.taken) == entry.count == 50
    assert stream.scenario(49).jobs[0].op.name == "GEMM"
