# SPDX-License-Identifier: Apache-2.0
"""``make faults``: outcomes of an upset in each register bit of a device in each cycle of a job."""

import re

from msgspec import to_builtins
from rich.console import Console

from regressions.commands.transients import transients
from regressions.display import busy, duration
from regressions.errors import UserError
from regressions.faults.figures import HARDENED, FaultFigures, avf, failures, measure
from regressions.faults.injection import FaultKind, FaultLoop
from regressions.faults.jobs import JOBS
from regressions.faults.outcomes import FaultOutcome
from regressions.faults.store import FaultSetting, merge, save
from regressions.json_file import write_json
from regressions.order import Order
from regressions.paths import relative
from regressions.provenance import git_revision
from regressions.run import EXIT_PASSED
from regressions.services import Services
from regressions.tables import Column, print_table
from tb.kinds import ACCELERATOR

UPSET, TRANSIENT = "upset", "transient"
_KINDS = re.compile(r"upset([2-8]?)|stuck([01])")


def faults(order: Order, services: Services, console: Console) -> int:
    """Inject faults into the device asked for, or make figures of the slices in RUNS.

    Raises:
        UserError: A name is unknown, or the device computes something wrong also without a fault.
        BuildError: It cannot be built.
    """
    if order.runs:
        setting, made = merge(order.runs)
    else:
        name, kind = order.name or "gemm", order.kind or UPSET
        if name not in JOBS:
            raise UserError(f"NAME: {name} is none of {', '.join(JOBS)}")
        device = services.device(order.device)
        if device.kind != ACCELERATOR:
            raise UserError(f"DUT={device.name}: faults are injected into accelerators alone; name one")
        if (why := device.cannot(JOBS[name]())) is not None:
            raise UserError(f"NAME={name}: {why}")
        folder = order.tree.root / "faults" / f"{device.name}-{name}-{kind}"
        setting = FaultSetting(device.name, name, kind, git_revision())
        if kind == TRANSIENT:
            return transients(order, console, device, name, folder)
        what = parse_kind(kind)
        with busy(console, f"building {device.name}"):
            loop = FaultLoop(device, services.simulator("verilator"), JOBS[name](), folder)
        with busy(console, f"injecting faults into {device.name}"):
            made = loop.exhaust(order.processes, order.shard, what)
        part = order.shard.text.replace("/", "-") or "all"
        save(folder / f"{part}.npz", setting, made)
        console.print(f"faults: {relative(folder / f'{part}.npz')}", highlight=False)
        if not order.shard.undivided:
            console.print("a slice: make faults RUNS='...' makes the figures of all", highlight=False)
            return EXIT_PASSED
    # A device outside tb/duts is known by its path alone, which no map has.
    shape = services.device(order.dut or setting.device).instance.title
    figures = measure(made, setting.device, shape, setting.job, setting.kind, setting.git)
    show(figures, console)
    file = order.tree.faults
    file.parent.mkdir(parents=True, exist_ok=True)
    write_json(file, to_builtins(figures))
    console.print(f"figures: {relative(file)}", highlight=False)
    return EXIT_PASSED


def parse_kind(text: str) -> FaultKind:
    """The kind of faults that KIND names.

    Raises:
        UserError: It names none.
    """
    match = _KINDS.fullmatch(text)
    if match is None:
        raise UserError(f"KIND={text}: choose upset, upset2 to upset8, stuck0, stuck1 or transient")
    return FaultKind(int(match[1] or 1), None if match[2] is None else int(match[2]))


def show(figures: FaultFigures, console: Console) -> None:
    """Print outcomes, structures and the registers to harden first."""
    console.rule(f"{figures.device}, {figures.instance}, job {figures.job}, {figures.kind}", align="left")
    every = figures.faults
    words = ", ".join(f"{name} {count} ({count / every:.2%})" for name, count in figures.outcomes.items())
    rate = every / figures.processor
    console.print(
        f"{figures.bits} bits x {figures.cycles} cycles: {every} faults in {duration(figures.seconds)}, "
        f"{rate:.0f} in a second of processor time; {figures.simulated / every:.1f} cycles simulated each",
        highlight=False,
    )
    console.print(
        words,
        highlight=False,
    )
    shown = [each.words for each in FaultOutcome if each and figures.outcomes.get(each.words)]
    columns = [Column("module"), *(Column(head, right=True) for head in ("bits", "AVF"))]
    columns += [Column(name, right=True) for name in shown]
    rows = [
        (row.module, str(row.bits), f"{avf(row.outcomes):.1%}", *(str(row.outcomes.get(n, 0)) for n in shown))
        for row in figures.structures
    ]
    print_table(console, columns, rows)
    whole = max(failures(figures.outcomes), 1)
    covered = 0
    rows = []
    for register in figures.registers[:HARDENED]:
        covered += failures(register.outcomes)
        rows.append(
            (
                f"{register.module}.{register.name}",
                str(register.bits),
                f"{avf(register.outcomes):.1%}",
                f"{failures(register.outcomes) / whole:.1%}",
                f"{covered / whole:.1%}",
            )
        )
    heads = ("flip-flops", "AVF", "of all failures", "with those above")
    columns = [Column("harden first"), *(Column(head, right=True) for head in heads)]
    print_table(console, columns, rows)
    hangs = ", ".join(f"{name} {count}" for name, count in figures.hangs.items() if count)
    if hangs:
        console.print(f"after a hang it takes: {hangs}", highlight=False)
