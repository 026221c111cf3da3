# SPDX-License-Identifier: Apache-2.0
"""``make workload``: a program's jobs on the device and their cycles; or how well networks learn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console

from models.published import operating_points
from models.values import Values
from regressions import account
from regressions.commands.run import run
from regressions.errors import UserError
from regressions.order import Order
from regressions.provenance import git_revision
from regressions.results import read_results
from regressions.run import EXIT_PASSED
from regressions.rundir import last_run
from regressions.selection import find_entry
from regressions.tables import Column, print_table
from regressions.workloads.figures import Phase, phases, total
from regressions.workloads.kept_learning import keep_learning
from regressions.workloads.rounding import RoundingEffect, rounding
from tb.sequences import without_bench
from tb.workloads.digits import CLASSIFIER
from tb.workloads.problems import GraphProblem
from tb.workloads.workload import Workload

if TYPE_CHECKING:
    from models.timing import Instance
    from regressions.services import Services
    from regressions.workloads.kept_learning import Learning

LEARNING = "learning"
"""Name of the study that needs no simulation."""

_PHASES = (
    *(Column("phase"), Column("M x N x K"), Column("formats", drop=1), Column("jobs", right=True)),
    *(Column("tiles", right=True, drop=2), Column("cycles", right=True), Column("utilization", right=True)),
)
_USEFUL = Column("useful", right=True)
"""Without steps with zeros; shown where a program has such."""
_ARITHMETICS = (
    *(Column("task"), Column("arithmetic"), Column("first loss", right=True)),
    *(Column("last loss", right=True), Column("unseen", right=True), Column("to float32", right=True)),
)


def workload(order: Order, services: Services, console: Console) -> int:
    """Runs a workload and prints its figures."""
    if order.name == LEARNING:
        # Imported here: only this study needs the library of the judge.
        from regressions.workloads.learning import study

        studied = list(study())
        _print_learning(studied, console)
        keep_learning(order.tree.learning, studied, git_revision())
        return EXIT_PASSED
    kind = _workload(order)
    code = run(replace(order, test=order.name), services, console)
    device = services.device(order.device)
    drawn = kind(order.name, order.chosen_seed, {}, device)
    rows = phases(device.instance, drawn.program_jobs, _cycles(order, drawn.taken), kind.needed())
    if rows:
        _print_phases(device.instance, rows, console)
    if issubclass(kind, GraphProblem):
        _print_rounding(rounding(kind), console)
    return code


def _workload(order: Order) -> type[Workload]:
    """The workload that NAME names."""
    entries = order.entries
    every = [name for name, entry in entries.items() if "/workloads/" in entry.sequence]
    if not order.name:
        raise UserError(f"NAME: which workload? {', '.join([*every, LEARNING])}")
    kind = without_bench(find_entry(entries, order.name).sequence)
    if not (isinstance(kind, type) and issubclass(kind, Workload)):
        raise UserError(f"NAME: {order.name} is a test but no workload; use {', '.join([*every, LEARNING])}")
    return kind


def _cycles(order: Order, taken: list[int]) -> dict[int, int]:
    """Cycles of the jobs of the run that just ended, by their positions in the program."""
    last = last_run(order.tree)
    assert last is not None
    folders = {entry.folder for entry in account.read(last).segments if entry.folder}
    tests = (test for folder in folders for test in read_results(last / folder / "results.jsonl").tests)
    return {
        taken[job.scenario]: job.cycles
        for test in tests
        for job in test.jobs
        if job.cycles is not None and job.scenario < len(taken)
    }


def _print_phases(instance: Instance, rows: list[Phase], console: Console) -> None:
    everything = total(rows)
    packed = any(row.needed != row.macs for row in rows)
    table = [
        (
            *(row.label, row.shape, row.formats, f"{row.jobs:,}", f"{row.tiles:,}", f"{row.cycles:,}"),
            f"{row.utilization(instance):.1%}",
            *((f"{row.useful(instance):.1%}",) if packed else ()),
        )
        for row in (*rows, everything)
    ]
    print_table(console, (*_PHASES, _USEFUL) if packed else _PHASES, table)
    times = (
        f"{point.milliseconds(everything.cycles):.3f} ms at the paper's {point.mhz:g} MHz"
        for point in operating_points()
    )
    rate = everything.needed / everything.cycles
    console.print(f"{instance.title}: {rate:.1f} MAC/cycle; {', '.join(times)}")


def _print_rounding(found: RoundingEffect, console: Console) -> None:
    console.print(
        f"against float64: ways differ by at most {found.largest:.2%}; of {found.pairs:,} pairs of ways from "
        f"one node that float64 tells apart, {found.turned:,} are in the other order and {found.tied:,} equal"
    )


def _print_learning(studied: Iterable[Learning], console: Console) -> None:
    rows = []
    for task, tried in groupby(studied, lambda each: each.task):
        judge = None
        for arithmetic, group in groupby(tried, lambda each: each.arithmetic):
            runs = list(group)
            first, last = (np.mean([each.losses[place] for each in runs]) for place in (0, -1))
            scores = np.array([each.score for each in runs])
            judge = scores if judge is None else judge
            shown = _compared(scores, judge, share=task == CLASSIFIER.name)
            rows.append((task, arithmetic, f"{first:.4f}", f"{last:.5f}", *shown))
    print_table(console, _ARITHMETICS, rows)
    console.print(
        f"handwritten digits, {len(runs[0].losses)} epochs, mean of {len(runs)} seeds and its standard error"
    )


def _compared(scores: Values, judge: Values, *, share: bool) -> tuple[str, str]:
    """The mean score, and how far it is from the judge's, seed by seed."""
    differences = 100 * (scores - judge if share else scores / judge - 1)
    distance = f"{differences.mean():+.2f} +- {differences.std(ddof=1) / len(scores) ** 0.5:.2f}"
    if share:
        return f"{scores.mean():.2%} right", f"{distance} points"
    return f"{scores.mean():.5f}", f"{distance} %"
