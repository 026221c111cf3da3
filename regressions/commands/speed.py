# SPDX-License-Identifier: Apache-2.0
"""Measures all speeds of `make bench` and writes the figures."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from regressions import account
from regressions.errors import UserError
from regressions.json_file import write_json
from regressions.kinds import SpeedPart, runner_of, runners
from regressions.machine import check_tools
from regressions.order import Order
from regressions.paths import relative
from regressions.processor import in_words
from regressions.provenance import git_revision
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.services import Services
from regressions.simulators.base import Simulator
from regressions.tables import Column, print_table
from tb.exchange.device import Descriptor
from tb.kinds import ACCELERATOR
from tb.schema import SchemaError

if TYPE_CHECKING:
    from regressions.speed.accelerator import CaseRow

_SPEED_COLUMNS = (
    "instance",
    "format",
    "M",
    "N",
    "K",
    "cycles",
    "bound",
    "published",
    "MAC/cycle",
    "utilization",
)


def bench(order: Order, services: Services, console: Console) -> int:
    """Measures model, simulation and accelerator.

    The file is written once all of them are measured: an interrupted run leaves the earlier figures. So does
    a run without scaling leave the scaling of an earlier one, which says of which commit it is.

    Returns:
        1 if a job took more cycles than its bound, which the file then shows; else 0.
    """
    # Imported here: the measured modules load the model and the bench, which no other command needs.
    from regressions.speed import job_choice, model, simulation

    check_tools()
    device = services.device(order.device)
    simulator = services.simulator("verilator")
    if device.kind != ACCELERATOR:
        return _alone(order, device, simulator, console)
    git = git_revision()
    folder = _folder(order, device)
    console.print(f"simulation: bench_mix on {device.name}, in the bench and in a bare loop", highlight=False)
    figures = simulation.measure(device, simulator, folder, report=lambda line: console.print(f"  {line}"))
    _print_rows(console, ("figure", "median"), simulation.table(figures))
    _print_smoke(order, console)
    console.print("model: FMA per second, compiled and in numpy, and the ratio to numpy's float64 a*b+c")
    models = model.measure()
    _print_fields(console, models)
    names = [order.dut] if order.dut else job_choice.measured_devices()
    rows: list[CaseRow] = []
    for name in names:
        rows += _accelerator(order, services.device(name), simulator, console)
    order.tree.reports.mkdir(parents=True, exist_ok=True)
    path = order.tree.bench
    content = {
        "git": git,
        "simulation": asdict(figures),
        "model": models,
        "accelerator": [row.to_json() for row in rows],
    }
    own = [part for part in (kind.speed() for kind in runners()) if part is not None]
    for part in own if not order.dut else ():
        content[part.key] = _part(order, part, services.device(part.device), simulator, console)
    scaling = _scaling(order, device, simulator, console, git) if order.scaling else _earlier(path, "scaling")
    kept = {name: _earlier(path, name) for part in own for name in part.others}
    parts = {"scaling": scaling, **kept}
    write_json(path, content | {name: part for name, part in parts.items() if part})
    console.print(f"figures: {relative(path)}")
    slow = [row for row in rows if row.slow]
    for row in slow:
        console.print(
            f"slower than its bound: {row.instance} {row.op} {row.format} {row.M}x{row.N}x{row.K}, "
            f"{row.cycles} cycles, at most {row.bound}",
            style="bold red",
            highlight=False,
        )
    return EXIT_FAILED if slow else EXIT_PASSED


def _print_smoke(order: Order, console: Console) -> None:
    """Print the processor time of the last smoke run, which tells what counts in regressions."""
    try:
        spent = account.read(order.tree.reports / "smoke").processor
        console.print(f"smoke, last run: {in_words(spent)}", highlight=False, soft_wrap=True)
    except (OSError, SchemaError):
        console.print("smoke: make regressions TIER=smoke tells the processor time of a whole run")


def _folder(order: Order, device: Descriptor) -> Path:
    folder = order.tree.root / "bench" / device.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _part(
    order: Order, part: SpeedPart, device: Descriptor, simulator: Simulator, console: Console
) -> dict[str, Any]:
    """Measure the bench of a kind of devices and print its figures."""
    from regressions.speed import simulation

    console.print(f"simulation: {part.workload} on {device.name}, in the bench and in a bare loop")
    measured = part.measure(
        device, simulator, _folder(order, device), lambda line: console.print(f"  {line}")
    )
    _print_rows(console, ("figure", "median"), simulation.table(measured))
    return {"device": device.name, **asdict(measured)}


def _alone(order: Order, device: Descriptor, simulator: Simulator, console: Console) -> int:
    """Measures a device of another kind that was asked for; the other figures of the file stay."""
    part = runner_of(device).speed()
    if part is None:
        raise UserError(f"DUT: nothing is measured of a {device.kind} such as {device.name}; give another")
    measured = _part(order, part, device, simulator, console)
    path = order.tree.bench
    content = json.loads(path.read_text()) if path.is_file() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {**content, part.key: measured})
    console.print(f"figures: {relative(path)}")
    return EXIT_PASSED


def _accelerator(order: Order, device: Descriptor, simulator: Simulator, console: Console) -> "list[CaseRow]":
    """Measures one device and prints its part of the speed table."""
    from regressions.speed import accelerator, job_choice

    jobs = job_choice.measured_jobs(device)
    console.print(f"accelerator: {len(jobs)} jobs on {device.name}, each alone", highlight=False)
    rows = accelerator.measure(device, simulator, _folder(order, device), jobs)
    shown = [row for row in rows if row.series == "table"] or [r for r in rows if r.series == "size"]
    _print_rows(console, _SPEED_COLUMNS, [_speed_cells(row) for row in shown])
    return rows


def _speed_cells(row: "CaseRow") -> list[str]:
    return [
        *(row.instance, row.format, str(row.M), str(row.N), str(row.K)),
        f"{row.cycles:,}",
        f"{row.bound:,}",
        "-" if row.published is None else f"{row.published:,}",
        f"{row.mac_per_cycle:.2f}",
        f"{100 * row.utilization:.2f} %",
    ]


def _scaling(
    order: Order, device: Descriptor, simulator: Simulator, console: Console, git: str
) -> dict[str, Any]:
    """Measures how everything grows, and prints it."""
    from regressions.speed import scaling

    console.print("scaling: cycles against size, and arrays of all sizes", highlight=False)
    measured = scaling.measure(
        device, simulator, _folder(order, device), lambda line: console.print(f"  {line}", highlight=False)
    )
    for part in ("sizes", "arrays", "fits"):
        _print_fields(console, measured[part])
    return {"git": git} | measured


def _earlier(path: Path, part: str) -> Any:
    """A part of the figures that an earlier run measured, such as the scaling; None where there is none."""
    try:
        content = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return content.get(part) if isinstance(content, dict) else None


def _print_fields(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(rows[0]) if rows else []
    _print_rows(
        console,
        [name.replace("_", " ") for name in names],
        [[_text(row[name]) for name in names] for row in rows],
    )


def _print_rows(console: Console, names: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    print_table(console, [Column(name, right=True) for name in names], [tuple(row) for row in rows])


def _text(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
