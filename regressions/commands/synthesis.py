# SPDX-License-Identifier: Apache-2.0
"""``make synth``: area, flip-flops and logic depth, beside what was kept of them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from msgspec import to_builtins
from msgspec.structs import replace
from rich.console import Console

from regressions.display import busy
from regressions.errors import UserError
from regressions.json_file import write_json
from regressions.order import Order
from regressions.paths import relative
from regressions.processor import OTHERS, of_run
from regressions.proof.answer import Answer
from regressions.provenance import git_revision
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.services import Services
from regressions.synthesis import baseline
from regressions.synthesis.equivalence import compare_all, different
from regressions.synthesis.figures import DeviceFigures, measure
from regressions.synthesis.flow import Synthesis
from regressions.synthesis.library import GENERIC, OSU018, Library
from regressions.synthesis.verilog import netlist_text
from regressions.tables import Column, print_table
from regressions.yosys.reading import Reading
from regressions.yosys.tool import find_yosys
from tb.exchange.device import Descriptor
from tb.kinds import ACCELERATOR

DEVICES = ("redmule", "redmule_4x8x3", "redmule_8x8x1", "redmule_4x4x1", "serial")
"""Devices that are synthesized where none is asked for."""

_COLUMNS = (
    Column("unit"),
    Column("instances", right=True),
    Column("kGE each", right=True),
    Column("kGE in all", right=True),
    Column("% of device", right=True),
    Column("flip-flops each", right=True),
)


def synth(order: Order, services: Services, console: Console) -> int:
    """Synthesize the device asked for, or several instances; compare with the kept figures, or keep them.

    Raises:
        UserError: The extra cannot be installed, or a source was refused.
    """
    library = Library.read(_cells(order.cells))
    if order.netlist and library.path != GENERIC:
        raise UserError("NETLIST=1 knows the generic cells alone; leave CELLS= out")
    kept = baseline.read()
    devices = [services.device(name) for name in ([order.dut] if order.dut else DEVICES)]
    for device in devices:
        refuse(device)  # before anything is installed
    yosys, folder = find_yosys(), order.tree.root / "synthesis"
    synthesis = Synthesis(yosys, folder, order.processes, library)
    found: dict[str, DeviceFigures] = {}
    wrong = 0
    for device in devices:
        with busy(console, f"synthesizing {device.name}"):
            made = synthesis.of(device)
            found[device.name] = measure(device, made)
        if order.netlist:
            (folder / f"{device.name}.v").write_text(netlist_text(made.units, made.top))
            with busy(console, f"comparing {device.name} with its netlist"):
                compared = compare_all(
                    made, Reading.of(device), yosys, folder / f"{device.name}.compared", order.processes
                )
            found[device.name] = replace(found[device.name], compared=compared)
        _show(device.name, found[device.name], console)
        if library.path == GENERIC and not order.keep:
            complaints = list(baseline.complaints(kept.get(device.name), found[device.name]))
            complaints += different(found[device.name].compared)
            wrong += len(complaints)
            for line in complaints:
                console.print(f"{device.name}: {line}", style="bold red", highlight=False)
    file = order.tree.synthesis
    file.parent.mkdir(parents=True, exist_ok=True)
    seconds = of_run(Counter()).get(OTHERS, 0.0)
    content = {"git": git_revision(), "seconds": seconds, "devices": to_builtins(found), "wrong": wrong}
    write_json(file, content)
    console.print(f"figures: {relative(file)}; processor time of the tools {seconds:.0f} s", highlight=False)
    if order.keep and library.path == GENERIC:
        baseline.write(kept | {name: baseline.of(figures) for name, figures in found.items()})
        console.print(f"kept: {relative(baseline.FILE)}; review its changes and commit them", highlight=False)
    return EXIT_FAILED if wrong else EXIT_PASSED


def _cells(typed: str) -> Path:
    """The Liberty file that was asked for, by name or path."""
    named = {"": GENERIC, "generic": GENERIC, "osu018": OSU018}
    path = named.get(typed, Path(typed))
    if path == OSU018 and not path.exists():
        raise UserError("CELLS=osu018: install the Debian package qflow-tech-osu018")
    return path.resolve()


def refuse(device: Descriptor) -> None:
    """Refuse a device that is more than logic.

    Raises:
        UserError: It is a cluster.
    """
    if device.kind != ACCELERATOR:
        raise UserError(
            f"DUT={device.name}: its memories are macros of a technology, and no logic; name an accelerator"
        )


def _show(name: str, figures: DeviceFigures, console: Console) -> None:
    whole = figures.whole
    console.rule(f"{name}, {figures.instance}, cells {figures.cells}", align="left")
    print_table(console, _COLUMNS, _rows(figures))
    console.print(
        f"whole: {whole.whole / 1000:.1f} kGE, {whole.all_registers} flip-flops, "
        f"{whole.whole / figures.elements / 1000:.2f} kGE for each compute element; "
        + ", ".join(f"{group} {area / whole.whole:.1%}" for group, area in figures.groups.items()),
        highlight=False,
    )
    if figures.compared:
        open_units = [each.unit for each in figures.compared if each.answer == Answer.UNDECIDED]
        proven = sum(each.answer == Answer.PROVEN for each in figures.compared)
        console.print(
            f"equivalent to their sources: {proven} of {len(figures.compared)} units"
            + (f"; undecided: {', '.join(open_units)}" if open_units else ""),
            highlight=False,
        )
    for path in figures.paths:
        console.print(f"{path.levels} levels: {path.start} -> {path.end} ({path.alike})", highlight=False)


def _rows(figures: DeviceFigures) -> list[Sequence[str]]:
    whole = figures.whole.whole
    return [
        (
            row.unit,
            str(row.instances),
            f"{row.whole / 1000:.2f}",
            f"{row.whole * row.instances / 1000:.1f}",
            f"{row.whole * row.instances / whole:.1%}",
            str(row.all_registers),
        )
        for row in figures.units
    ]
