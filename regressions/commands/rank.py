# SPDX-License-Identifier: Apache-2.0
"""``make rank``: tests by what they add per second, and the best tier for a time."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from regressions import account
from regressions.account import Account
from regressions.display import busy
from regressions.errors import UserError
from regressions.grading import kills
from regressions.order import Order
from regressions.paths import quoted, relative
from regressions.query.choice import choose
from regressions.rank.greedy import Ranking, RankStep
from regressions.rank.listing import PREFIX, as_list
from regressions.rank.parts import Bins, MeasuredRun, measured
from regressions.restored import with_files
from regressions.run import EXIT_PASSED
from regressions.services import Services
from regressions.tables import Column, print_table
from regressions.tiers import load_tiers
from tb.coverage import CLOSING
from tb.exchange.reading import read_json
from tb.kinds import kind
from tb.schema import SchemaError

MUTANTS = "mutants.json"

_COLUMNS = (
    Column("test"),
    *(Column(heading, right=True) for heading in ("scenarios", "seconds", "+bins", "+defects", "+kinds")),
    Column("coverage", right=True),
)


def rank(order: Order, services: Services, console: Console) -> int:
    """Order tests by what they add per second, in the order's runs, or in the last one of a tier.

    Its time asks for a tier that fits into it on so many processes, its file for that tier as a test list.

    Raises:
        UserError: There is no run, or none of the device.
        SchemaError: A campaign is damaged.
    """
    campaigns, folders = _inputs(order)
    first = _readable(folders)
    order = with_files(order, first.info) if not order.lists else order
    device = services.device(order.dut or _descriptor(first))
    bins = Bins(kind(device.kind).definition(order.covergroups), device)
    closing = [name for name, entry in order.entries.items() if entry.sequence == CLOSING]
    with busy(console, "reading runs"):
        runs = _read(folders, device.name, bins, closing, console)
    killed = kills(campaigns) or {}
    budget = order.soak_seconds * order.processes if order.soak_seconds else float("inf")
    with busy(console, "ranking"):
        ranking = Ranking(runs, bins.count, killed)
        found = list(ranking.steps(budget))
    console.print(f"{device.name}: tests of {', '.join(run.name for run in runs)}", highlight=False)
    print_table(console, _COLUMNS, (_row(step, bins.count) for step in found))
    for line in _words(order, runs, found, bins.count, killed, exhausted=ranking.exhausted):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if order.out is not None:
        _write(order, found, first.info.tier, device.name, console)
    return EXIT_PASSED


def _inputs(order: Order) -> tuple[list[Any], list[Path]]:
    """Campaigns and folders of runs: those that are named, or the last run and the last campaigns."""
    if order.runs:
        places = [folder / MUTANTS for folder in order.runs if (folder / MUTANTS).exists()]
        runs = [folder for folder in order.runs if folder / MUTANTS not in places]
        folders = list(choose(runs, order.tree).folders.values())
    else:
        places = sorted(order.tree.reports.glob(f"mutants*/{MUTANTS}"))
        folders = [_last(list(choose((), order.tree).folders.values()))]
    return [read_json(place, "report of a campaign", "run it again") for place in places], folders


def _last(folders: Sequence[Path]) -> Path:
    """The last run of a whole tier, or of anything where there is none."""
    for folder in reversed(folders):
        try:
            if account.read(folder).info.complete:
                return folder
        except (SchemaError, OSError):
            continue
    return folders[-1]


def _readable(folders: Iterable[Path]) -> Account:
    """The account of the first run that can be read; others are told when their results are."""
    wrong = ""
    for folder in folders:
        try:
            return account.read(folder)
        except (SchemaError, OSError) as error:
            wrong = str(error)
    raise UserError(wrong)


def _descriptor(part: Account) -> str:
    """Path of the descriptor of a run's main device."""
    paths = (entry.descriptor for entry in part.segments)
    return next((path for path in paths if Path(path).stem == part.info.dut), part.info.dut)


def _read(
    folders: Iterable[Path], device: str, bins: Bins, without: Sequence[str], console: Console
) -> list[MeasuredRun]:
    """The runs that have something of the device; others are told and left out."""
    found: list[MeasuredRun] = []
    for folder in folders:
        try:
            run = measured(folder, device, bins, without)
        except (SchemaError, OSError) as error:
            console.print(f"{relative(folder)} is left out: {error}", highlight=False, soft_wrap=True)
            continue
        if run.unreadable:
            console.print(f"{relative(folder)}: {run.unreadable} lines cannot be read and are left out")
        if run.foreign:
            console.print(f"{relative(folder)} is left out: it counts the bins of other covergroups")
        elif not run.tests:
            console.print(f"{relative(folder)} is left out: it has nothing of {device}")
        else:
            found.append(run)
    if not found:
        raise UserError(
            f"RUNS: no run has anything of {device} that can be ranked; DUT= names another device"
        )
    return found


def _row(step: RankStep, bins: int) -> tuple[str, ...]:
    return (
        step.test,
        f"{step.scenarios}",
        f"{step.seconds:.1f}",
        f"{step.bins:.0f}",
        f"{step.defects or ''}",
        f"{step.kinds:.1f}" if step.kinds else "",
        f"{100 * step.covered / bins:.2f}" if bins else "",
    )


def _words(
    order: Order,
    runs: Sequence[MeasuredRun],
    found: Sequence[RankStep],
    bins: int,
    killed: Mapping[str, set[str]],
    *,
    exhausted: bool,
) -> Iterable[str]:
    """Totals of what was chosen, and what was not."""
    every = dict.fromkeys(test for run in runs for test in run.tests)
    whole = sum(part.seconds for run in runs for parts in run.tests.values() for part in parts) / len(runs)
    best = sum(_union(run).bit_count() for run in runs) / len(runs)
    seconds = sum(step.seconds for step in found)
    covered = found[-1].covered if found else 0.0
    scale = 100 / bins if bins else 0.0
    chosen = dict.fromkeys(step.test for step in found)
    yield (
        f"{len(chosen)} of {len(every)} tests, {seconds:.1f} s of processor time of {whole:.1f}: "
        f"{scale * covered:.2f} % of the bins expected, of {scale * best:.2f} % by all"
        + (
            f", {sum(step.defects for step in found)} of {len(set().union(*killed.values()))} defects"
            if killed
            else ""
        )
    )
    if order.soak_seconds:
        wall = seconds / order.processes
        more = "; nothing adds more in these runs: longer ones have more to choose from" if exhausted else ""
        about = f"about {wall:.0f} of {order.soak_seconds:.0f} s"
        yield f"{about} on {order.processes} processes, builds apart{more}"
    if rest := [test for test in every if test not in chosen]:
        why = "nothing added to those above" if exhausted else "nothing added, or no time left"
        yield f"{why}: {', '.join(rest)}"


def _union(run: MeasuredRun) -> int:
    bins = 0
    for parts in run.tests.values():
        for part in parts:
            bins |= part.bins
    return bins


def _write(order: Order, found: Sequence[RankStep], tier: str, device: str, console: Console) -> None:
    """Write the chosen tests as a list."""
    assert order.out is not None
    scenarios = {step.test: step.scenarios for step in found}
    about = (
        f"Proposed by make rank: {len(scenarios)} tests on {device}, {sum(s.seconds for s in found):.0f} s."
    )
    text = as_list(scenarios, order.entries, tier if tier in load_tiers() else "", about)
    order.out.parent.mkdir(parents=True, exist_ok=True)
    order.out.write_text(text, encoding="utf-8")
    dut = "" if device == "redmule" else f" DUT={device}"
    console.print(f"written: make run TEST='{PREFIX}*' LISTS={quoted(order.out)}{dut}", highlight=False)
