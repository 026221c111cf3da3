# SPDX-License-Identifier: Apache-2.0
"""``make activity``: switching activity of a device's cells, by operation, format, data and rows at work."""

from collections.abc import Iterator, Sequence

from msgspec import to_builtins
from rich.console import Console

from regressions.commands.synthesis import refuse
from regressions.display import busy
from regressions.json_file import write_json
from regressions.order import DEFAULT_DUT, Order
from regressions.paths import relative
from regressions.provenance import git_revision
from regressions.run import EXIT_PASSED
from regressions.services import Services
from regressions.synthesis.activity import measure
from regressions.synthesis.activity_jobs import activity_jobs
from regressions.synthesis.flat import flatten
from regressions.synthesis.flow import Synthesis
from regressions.synthesis.library import GENERIC, Library
from regressions.synthesis.measured import ActivityFigures
from regressions.tables import Column, print_table
from regressions.yosys.tool import find_yosys

_COLUMNS = (
    Column("operation"),
    Column("format"),
    Column("data"),
    Column("rows", right=True),
    Column("cycles", right=True),
    Column("GE changed per step", right=True),
    Column("efficiency", right=True),
    Column("flip-flops that change", right=True),
)
_MODULES = 8  # largest parts that are shown


def activity(order: Order, services: Services, console: Console) -> int:
    """Measure the activity of the device asked for, or of the main one.

    Raises:
        UserError: The extra cannot be installed, a source was refused, or a result is not the model's.
    """
    device, library = services.device(order.dut or DEFAULT_DUT), Library.read(GENERIC)
    refuse(device)  # before anything is installed
    folder = order.tree.root / "activity" / device.name
    with busy(console, f"synthesizing {device.name}"):
        made = Synthesis(find_yosys(), folder, order.processes, library).of(device)
    with busy(console, f"running jobs on the cells of {device.name}"):
        figures = measure(device, flatten(made), library, [*activity_jobs(device)], folder)
    console.rule(f"{device.name}, {device.instance.title}: switching activity", align="left")
    print_table(console, _COLUMNS, _rows(figures))
    for each in figures:
        parts = list(each.modules.items())[:_MODULES]
        shares = ", ".join(f"{name} {part / each.weighted:.1%}" for name, part in parts)
        console.print(f"{each.job}: {shares}", highlight=False)
    file = order.tree.activity
    file.parent.mkdir(parents=True, exist_ok=True)
    write_json(file, {"git": git_revision(), "device": device.name, "jobs": to_builtins(figures)})
    console.print(f"figures: {relative(file)}", highlight=False)
    return EXIT_PASSED


def _rows(figures: Sequence[ActivityFigures]) -> Iterator[Sequence[str]]:
    """Rows of the table; the efficiency is that of the first job, over that of each."""
    for each in figures:
        yield (
            each.op,
            each.format,
            each.data,
            str(each.rows),
            str(each.cycles),
            f"{each.weighted:.0f}",
            f"{figures[0].weighted / each.weighted:.2f}",
            f"{each.clocked:.1%}",
        )
