# SPDX-License-Identifier: Apache-2.0
"""``make faults KIND=transient``: outcomes of transients in outputs of gates, drawn at random."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from regressions.display import busy
from regressions.faults.figures import HARDENED, counted, wilson
from regressions.faults.jobs import JOBS
from regressions.faults.outcomes import FaultOutcome
from regressions.faults.transients import Gate, TransientLoop, Transients
from regressions.json_file import write_json
from regressions.order import Order
from regressions.paths import relative
from regressions.provenance import git_revision
from regressions.run import EXIT_PASSED
from regressions.synthesis.flat import flatten
from regressions.synthesis.flow import Synthesis
from regressions.synthesis.library import GENERIC, Library
from regressions.tables import Column, print_table
from regressions.yosys.tool import find_yosys
from tb.exchange.device import Descriptor

PORTION = 100_000
"""Transients that are injected at a time."""
UNSEEN = (
    FaultOutcome.WRONG_RESULT,
    FaultOutcome.WRONG_ACCESS,
    FaultOutcome.WRONG_ANSWER,
    FaultOutcome.HANG,
)
"""Outcomes that are wrong, and that nothing told."""
LISTED = 1000
"""Transients of such an outcome that the file has one by one."""


def transients(order: Order, console: Console, device: Descriptor, job: str, folder: Path) -> int:
    """Inject transients, a portion or until the time is over, and write `transients.json`.

    Raises:
        UserError: The extra cannot be installed, or the device computes something wrong also without a fault.
    """
    with busy(console, f"synthesizing {device.name}"):
        synthesis = Synthesis(find_yosys(), folder / "yosys", order.processes, Library.read(GENERIC))
        flat = flatten(synthesis.of(device))
    loop = TransientLoop(device, flat, JOBS[job](), folder)
    gates = loop.chosen(order.tests or "*")
    begin, seed = time.monotonic(), order.chosen_seed
    portions: list[Transients] = []
    with busy(console, f"injecting transients into {device.name}"):
        while not portions or time.monotonic() - begin < (order.soak_seconds or 0):
            portions.append(loop.draw(gates, PORTION, seed + len(portions), order.processes))
    outcomes = counted(np.concatenate([portion.table["outcome"] for portion in portions]))
    every = sum(outcomes.values())
    processor = sum(portion.processor for portion in portions)
    console.rule(f"{device.name}, {device.instance.title}, job {job}, transients", align="left")
    console.print(
        f"{len(gates)} gates: {every} transients, {every / processor:.0f} in a second of processor time, "
        f"seed {seed}",
        highlight=False,
    )
    unseen = [*wrong(portions, loop.gates)]
    _show(console, outcomes, Counter((gate.module, outcome) for gate, _, outcome in unseen))
    file = order.tree.reports / "transients.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    about = {"device": device.name, "job": job, "git": git_revision(), "seed": seed}
    figures = {"gates": len(gates), "outcomes": outcomes, "processor": processor}
    listed = [
        {"cycle": cycle, "gate": f"{gate.path}.{gate.name}", "outcome": outcome.words}
        for gate, cycle, outcome in unseen[:LISTED]
    ]
    write_json(file, {**about, **figures, "unseen": listed})
    console.print(f"figures: {relative(file)}", highlight=False)
    return EXIT_PASSED


def wrong(portions: Sequence[Transients], gates: Sequence[Gate]) -> Iterator[tuple[Gate, int, FaultOutcome]]:
    """Gate, cycle and outcome of the transients that made something wrong without a word."""
    for portion in portions:
        for place in np.flatnonzero(np.isin(portion.table["outcome"], UNSEEN)):
            cycle, gate = map(int, portion.drawn[place])
            yield gates[gate], cycle, FaultOutcome(portion.table["outcome"][place])


def _show(
    console: Console, outcomes: Mapping[str, int], unseen: Mapping[tuple[str, FaultOutcome], int]
) -> None:
    """Print outcomes with their intervals, and modules by what nothing told."""
    every = sum(outcomes.values())
    heads = ("transients", "share", "with 95 % confidence")
    columns = [Column("outcome"), *(Column(head, right=True) for head in heads)]
    intervals = {outcome: wilson(count, every) for outcome, count in outcomes.items()}
    rows = [
        (outcome, str(outcomes[outcome]), f"{outcomes[outcome] / every:.3%}", f"{low:.3%} .. {high:.3%}")
        for outcome, (low, high) in intervals.items()
    ]
    print_table(console, columns, rows)
    if unseen:
        columns = [
            Column("what nothing told, by module"),
            Column("outcome"),
            Column("transients", right=True),
        ]
        most = sorted(unseen.items(), key=lambda item: -item[1])[:HARDENED]
        print_table(
            console, columns, [(module, outcome.words, str(count)) for (module, outcome), count in most]
        )
    else:
        high = wilson(0, every)[1]
        console.print(
            f"nothing went wrong untold: with 95 % confidence less than {high:.2g} do", highlight=False
        )
