# SPDX-License-Identifier: Apache-2.0
"""``make list`` and ``make show``: tests and jobs, without running them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from regressions.order import Order
from regressions.run import EXIT_PASSED
from regressions.selection import find_entries, parse_selectors
from regressions.testlist import select
from regressions.tiers import load_tiers

if TYPE_CHECKING:
    from regressions.services import Services

SHOWN_BY_DEFAULT = 20
_WRAPPED = ("testpoints", "description")


def _table(*headings: str) -> Table:
    """A plain table; columns whose heading starts with ``>`` are aligned to the right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        right, wide = heading.startswith(">"), heading in _WRAPPED
        table.add_column(heading.lstrip(">"), no_wrap=not wide, justify="right" if right else "left")
    return table


def list_tests(order: Order, services: Services, console: Console) -> int:
    """Lists tiers and tests."""
    del services
    tiers = _table("tier", ">cycles", "seed", "description")
    for tier in load_tiers().values():
        tiers.add_row(tier.name, f"{tier.cycles:,}", str(tier.seed), tier.description)
    tests = _table("test", "sequence", "tiers", "size", "testpoints", "description")
    entries = order.entries
    for entry in select(entries, None, order.tests) if order.tests else entries.values():
        size = f"weight {entry.weight:g}" if entry.weight is not None else f"count {entry.count}"
        tiers_of, testpoints = " ".join(entry.tiers), " ".join(entry.testpoints)
        tests.add_row(entry.name, entry.sequence, tiers_of, size, testpoints, entry.description)
    console.print(tiers)
    console.print()
    console.print(tests)
    return EXIT_PASSED


def show(order: Order, services: Services, console: Console) -> int:
    """Prints the jobs of a test with a seed."""
    # Imported here because the stream's libraries take a while, and a list of the tests needs none of them.
    from regressions.testbench import open_stream

    del services
    entries = order.entries
    selectors = parse_selectors(order.test)
    for selector, entry in ((s, entry) for s in selectors for entry in find_entries(entries, s.name)):
        stream = open_stream(entry, order.chosen_seed, order.device)
        if isinstance(stream, str):
            console.print(f"{entry.name} is not drawn job by job: {stream}", markup=False)
            continue
        table = _table(
            *(">scenario", ">job", "op", "format", ">M", ">N", ">K"),
            *(">X", ">W", ">Z", "classes", ">core", "stalls", "cut"),
        )
        drawn = range(selector.begin or 0, selector.end or entry.count or SHOWN_BY_DEFAULT)
        for index in drawn:
            scenario = stream.scenario(index)
            stall, abort = scenario.stall, scenario.abort
            cuts = ", ".join(f"{cut.kind} after {cut.after}" for cut in abort.cuts) if abort else ""
            for number, job in enumerate(scenario.jobs):
                table.add_row(
                    *(str(index), str(number), job.op.name, job.format_name),
                    *(str(job.m), str(job.n), str(job.k)),
                    *(f"{address:#010x}" for address in (job.x_addr, job.w_addr, job.z_addr)),
                    " ".join(job.classes),
                    str(job.core),
                    stall.kind if stall.kind == "none" else f"{stall.kind} {stall.rate:.0%}",
                    cuts if number == 0 else "",
                )
        console.print(f"{entry.name}, seed {order.chosen_seed}", markup=False)
        console.print(table)
        for reason, count in stream.rejected.items():
            console.print(f"rejected: {count} x {reason}", markup=False)
        for reason, count in stream.left_out.items():
            console.print(f"not applicable: {count} x {reason}", markup=False)
    return EXIT_PASSED
