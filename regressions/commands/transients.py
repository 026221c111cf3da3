# SPDX-License-Identifier: Apache-2.0
"""``make faults KIND=transient``: outcomes of transients in nets, drawn at random."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from regressions.display import busy
from regressions.faults.figures import HARDENED, counted, wilson
from regressions.faults.injection import FaultLoop, RegisterVariable, Transients
from regressions.faults.jobs import JOBS
from regressions.faults.outcomes import FaultOutcome
from regressions.json_file import write_json
from regressions.order import Order
from regressions.paths import relative
from regressions.provenance import git_revision
from regressions.run import EXIT_PASSED
from regressions.services import Services
from regressions.tables import Column, print_table
from tb.exchange.device import Descriptor

PORTION = 10_000
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


def transients(
    order: Order, services: Services, console: Console, device: Descriptor, job: str, folder: Path
) -> int:
    """Inject transients in nets, a portion or until the time is over, and write `transients.json`.

    Raises:
        UserError: The device computes something wrong also without a fault.
        BuildError: It cannot be built.
    """
    with busy(console, f"building {device.name} with nets that can be forced"):
        loop = FaultLoop(
            device, services.simulator("verilator"), JOBS[job](), folder, transients=order.tests or "*"
        )
    begin, seed = time.monotonic(), order.chosen_seed
    portions: list[Transients] = []
    with busy(console, f"injecting transients into {device.name}"):
        while not portions or time.monotonic() - begin < (order.soak_seconds or 0):
            portions.append(loop.transients(PORTION, seed + len(portions), order.processes))
    outcomes = counted(np.concatenate([portion.table["outcome"] for portion in portions]))
    every, nets = sum(outcomes.values()), portions[0].nets
    processor = sum(portion.processor for portion in portions)
    bits = sum(net.width for net in nets)
    console.rule(f"{device.name}, {device.instance.title}, job {job}, transients", align="left")
    console.print(
        f"{bits} bits of {len(nets)} nets: {every} transients, {every / processor:.0f} in a second of "
        f"processor time, seed {seed}",
        highlight=False,
    )
    rows = []
    for outcome, count in outcomes.items():
        low, high = wilson(count, every)
        rows.append((outcome, str(count), f"{count / every:.3%}", f"{low:.3%} .. {high:.3%}"))
    heads = ("transients", "share", "with 95 % confidence")
    print_table(console, [Column("outcome"), *(Column(head, right=True) for head in heads)], rows)
    unseen = [*wrong(portions)]
    by_net = Counter((f"{net.module}.{net.name}", outcome) for net, _, _, outcome in unseen)
    if by_net:
        most = by_net.most_common(HARDENED)
        columns = [
            Column("nets of most that nothing told"),
            Column("outcome"),
            Column("transients", right=True),
        ]
        print_table(console, columns, [(name, outcome.words, str(count)) for (name, outcome), count in most])
    file = order.tree.reports / "transients.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    about = {"device": device.name, "job": job, "git": git_revision(), "seed": seed}
    figures = {"nets": len(nets), "bits": bits, "outcomes": outcomes, "processor": processor}
    listed = [
        {"cycle": cycle, "net": f"{net.path}.{net.name}", "bit": bit, "outcome": outcome.words}
        for net, cycle, bit, outcome in unseen[:LISTED]
    ]
    write_json(file, {**about, **figures, "unseen": listed})
    console.print(f"figures: {relative(file)}", highlight=False)
    return EXIT_PASSED


def wrong(portions: Sequence[Transients]) -> Iterator[tuple[RegisterVariable, int, int, FaultOutcome]]:
    """Net, cycle, bit and outcome of the transients that made something wrong without a word."""
    for portion in portions:
        for place in np.flatnonzero(np.isin(portion.table["outcome"], UNSEEN)):
            cycle, net, bit = map(int, portion.drawn[place])
            yield portion.nets[net], cycle, bit, FaultOutcome(portion.table["outcome"][place])
