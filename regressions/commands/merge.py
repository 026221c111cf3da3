# SPDX-License-Identifier: Apache-2.0
"""``make merge``: one report from the runs of several machines."""

from collections.abc import Sequence

from rich.console import Console

from regressions.code_coverage.exclusions import load_rules
from regressions.conclusion import conclude
from regressions.errors import UserError
from regressions.executor import Execution
from regressions.judge import SegmentResult
from regressions.order import Order
from regressions.portion import joined
from regressions.restored import code_of, devices_of, restore
from regressions.run import Run
from regressions.run_parts import LINKS, agree, missing, read_parts
from regressions.rundir import create_run
from regressions.services import Services
from regressions.tiers import load_tiers
from tb.exchange.reading import read_json

MUTANTS = "mutants.json"


def merge(order: Order, services: Services, console: Console) -> int:
    """Join runs into one and judge it as a whole: tests, goals, and coverage against the baseline.

    The order's ``runs`` are folders of runs, those of campaigns of mutants among them.

    Returns:
        0 if everything passed and no part is missing, else 1.

    Raises:
        UserError: There is nothing to merge, or the runs are not parts of one.
        SchemaError: A run is damaged.
    """
    campaigns = [
        read_json(folder / MUTANTS, "report of a campaign", "run it again")
        for folder in order.runs
        if (folder / MUTANTS).exists()
    ]
    parts = read_parts(folder for folder in order.runs if not (folder / MUTANTS).exists())
    if any(not campaign["graded"] for campaign in campaigns):
        console.print("kills do not count where they are not graded: make mutants GRADE=1 runs all tests")
    if not parts:
        raise UserError("RUNS: name the folders of runs, such as RUNS='here/build/runs/x there/build/runs/y'")
    agree(parts)
    first = parts[0][1].info
    devices = devices_of(parts, services, "RUNS")
    folder = create_run(order.tree.runs, first.tier, first.seed)
    (folder / LINKS).mkdir()
    execution = Execution()
    for number, (place, part) in enumerate(parts, start=1):
        (folder / LINKS / str(number)).symlink_to(place.resolve())
        restore(execution, place, part, f"{LINKS}/{number}", order.entries, devices)
    everything, execution.results = execution.results, _once(execution.results)
    if repeated := len(everything) - len(execution.results):
        console.print(f"{repeated} segments ran in more than one run; they count once", highlight=False)
    faults = missing(parts)
    complete = not faults and all(part.info.complete for _, part in parts)
    goals = complete and _closes(first.tier) and bool(load_rules(devices[0]).goals)
    facts = (tuple(devices), folder, first.git, first.tools, complete, goals)
    left_out = dict.fromkeys(test for _, part in parts for test in part.left_out)
    portion = joined((part.info.portion for _, part in parts), incomplete=bool(faults))
    run = Run(order, first.tier, first.seed, *facts, tuple(left_out), portion)
    return conclude(run, execution, code_of(parts, devices[0]), console, faults, campaigns)


def _once(results: Sequence[SegmentResult]) -> list[SegmentResult]:
    """Every segment once; of those that ran twice, the gravest outcome."""
    kept: dict[tuple[object, ...], SegmentResult] = {}
    for result in results:
        segment = result.segment
        key = (segment.device, segment.key, segment.seed, segment.kind)
        if key not in kept or result.status.gravity < kept[key].status.gravity:
            kept[key] = result
    return list(kept.values())


def _closes(label: str) -> bool:
    """Runs of a label have to reach the goals of code coverage."""
    tier = load_tiers().get(label)
    return label == "coverage" if tier is None else tier.coverage
