# SPDX-License-Identifier: Apache-2.0
"""Runs all benchmarks and writes their figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from regressions.commands import Options
from regressions.machine import check_tools
from regressions.paths import relative
from regressions.run import EXIT_PASSED
from regressions.services import Services
from regressions.summary import write_json


def bench(options: Options, services: Services, console: Console) -> int:
    """Measures model, simulation and accelerator.

    The file is written once all of them are measured: an interrupted run leaves the earlier figures.
    """
    # Imported here: the measured modules load the model and the bench, which no other command needs.
    from regressions.bench import accelerator, model, simulation

    check_tools()
    device = services.device(options.device)
    simulator = services.simulator("verilator")
    folder = options.tree.root / "bench" / device.name
    folder.mkdir(parents=True, exist_ok=True)
    console.print(
        f"simulation: bench_mix on {device.name}, with the bench and in a bare loop", highlight=False
    )
    figures = simulation.measure(device, simulator, folder, report=lambda line: console.print(f"  {line}"))
    _print_rows(console, ("figure", "median"), simulation.table(figures))
    console.print("model: FMA per second, and the ratio to numpy's float64 a*b+c")
    models = model.measure()
    _print_fields(console, models)
    console.print(f"accelerator: GEMM on {device.name}")
    rows = [asdict(row) for row in accelerator.measure(device, simulator, folder)]
    _print_fields(console, rows)
    options.tree.reports.mkdir(parents=True, exist_ok=True)
    path = options.tree.reports / "bench.json"
    write_json(path, {"simulation": asdict(figures), "model": models, "accelerator": rows})
    console.print(f"figures: {relative(path)}")
    return EXIT_PASSED


def _print_fields(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(rows[0]) if rows else []
    _print_rows(
        console,
        [name.replace("_", " ") for name in names],
        [[_text(row[name]) for name in names] for row in rows],
    )


def _print_rows(console: Console, names: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _text(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
