# SPDX-License-Identifier: Apache-2.0
"""``make list`` and ``make show``: tests and jobs, without running them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console

from regressions.order import Order
from regressions.run import EXIT_PASSED
from regressions.selection import Selector, find_entries, parse_selectors
from regressions.tables import Column, print_table
from regressions.testlist import select
from regressions.tiers import load_tiers

if TYPE_CHECKING:
    from regressions.services import Services
    from tb.exchange.entry import TestEntry
    from tb.exchange.scenario import Scenario

SHOWN_BY_DEFAULT = 20

_TIERS = (
    Column("tier"),
    Column("cycles", right=True),
    Column("seed"),
    Column("description", wrapped=True),
)
_TESTS = (
    Column("test"),
    Column("sequence", drop=3),
    Column("tiers", drop=1),
    Column("size", drop=2),
    Column("testpoints", wrapped=True, drop=4),
    Column("description", wrapped=True),
)
_JOBS = (
    *(Column("scenario", right=True), Column("job", right=True), Column("op"), Column("format", drop=1)),
    *(Column("M", right=True), Column("N", right=True), Column("K", right=True)),
    *(Column("X", right=True, drop=6), Column("W", right=True, drop=6), Column("Z", right=True, drop=6)),
    *(Column("classes", drop=5), Column("core", right=True, drop=4)),
    *(Column("stalls", drop=2), Column("cut", wrapped=True, drop=3)),
)


def list_tests(order: Order, services: Services, console: Console) -> int:
    """Lists tiers and tests."""
    del services
    tiers = load_tiers().values()
    entries = order.entries
    chosen = select(entries, None, order.tests) if order.tests else entries.values()
    print_table(console, _TIERS, [(t.name, f"{t.cycles:,}", str(t.seed), t.description) for t in tiers])
    console.print()
    print_table(console, _TESTS, map(_test_row, chosen))
    return EXIT_PASSED


def _test_row(entry: TestEntry) -> tuple[str, ...]:
    size = f"weight {entry.weight:g}" if entry.weight is not None else f"count {entry.count}"
    tiers, testpoints = " ".join(entry.tiers), " ".join(entry.testpoints)
    return entry.name, entry.sequence, tiers, size, testpoints, entry.description


def show(order: Order, services: Services, console: Console) -> int:
    """Prints the jobs of a test with a seed."""
    # Imported here because the stream's libraries take a while, and a list of the tests needs none of them.
    from regressions.testbench import open_stream
    from tb.sequences import file_of
    from tb.user_code import user_code

    del services
    entries = order.entries
    selectors = parse_selectors(order.test)
    for selector, entry in ((s, entry) for s in selectors for entry in find_entries(entries, s.name)):
        stream = open_stream(entry, order.chosen_seed, order.device)
        if isinstance(stream, str):
            console.print(f"{entry.name} is not drawn job by job: {stream}", markup=False)
            continue
        drawn = _drawn(selector, entry)
        with user_code(file_of(entry.sequence)):
            rows = [row for index in drawn for row in _job_rows(index, stream.scenario(index))]
        console.print(f"{entry.name}, seed {order.chosen_seed}", markup=False)
        print_table(console, _JOBS, rows)
        if selector.begin is None and (entry.count is None or entry.count > len(drawn)):
            more = f"TEST={entry.name}:{len(drawn)}:{2 * len(drawn)} has those that follow"
            console.print(f"the first {len(drawn)} scenarios; {more}", markup=False)
        for reason, count in stream.rejected.items():
            console.print(f"rejected: {count} x {reason}", markup=False)
        for reason, count in stream.left_out.items():
            console.print(f"not applicable: {count} x {reason}", markup=False)
    return EXIT_PASSED


def _drawn(selector: Selector, entry: TestEntry) -> range:
    """The scenarios to show: those that are named, or the first ones of the test."""
    if selector.begin is None:
        return range(min(entry.count or SHOWN_BY_DEFAULT, SHOWN_BY_DEFAULT))
    return range(selector.begin, selector.end or selector.begin + 1)


def _job_rows(index: int, scenario: Scenario) -> Iterator[tuple[str, ...]]:
    stall, abort = scenario.stall, scenario.abort
    cuts = ", ".join(f"{cut.kind} after {cut.after}" for cut in abort.cuts) if abort else ""
    for number, job in enumerate(scenario.jobs):
        yield (
            *(str(index), str(number), job.op.name, job.format_name),
            *(str(job.m), str(job.n), str(job.k)),
            *(f"{address:#010x}" for address in (job.x_addr, job.w_addr, job.z_addr)),
            *(" ".join(job.classes), str(job.core)),
            stall.kind if stall.kind == "none" else f"{stall.kind} {stall.rate:.0%}",
            cuts if number == 0 else "",
        )
