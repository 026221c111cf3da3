# SPDX-License-Identifier: Apache-2.0
"""``make check``: what a small change needs, in about a minute after the builds."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from io import StringIO
from pathlib import Path
from threading import Thread

from rich.console import Console

from regressions import job_list, testlist
from regressions.changes import changed_files, tests_of
from regressions.checks import Check, run_checks, run_lint, run_program
from regressions.kinds import runners
from regressions.machine import check_tools
from regressions.mutants.device import JOBS
from regressions.order import Order
from regressions.paths import ROOT
from regressions.perform import Schedule, perform
from regressions.planner import pack
from regressions.run import EXIT_FAILED, EXIT_PASSED, Run
from regressions.services import Services
from regressions.simulators.model import Model
from tb.descriptor import available
from tb.exchange.plan import Segment

# What scenarios show, besides the hardware itself.
_SIMULATED = ("models/", "tb/", "regressions/simulators/", "regressions/accelerator/")
_COMPILED = (".sv", ".vlt", ".cpp", ".h", ".j2")
_CYCLES = 650_000
"""Estimated cycles of the scenarios: the first of those that defects are tried with, which find most in the
least time (docs/mutants.md)."""


def check(order: Order, services: Services, console: Console) -> int:
    """Lints and tests what has changed, beside the scenarios that find most defects in the least time.

    Returns:
        The gravest exit code of all.
    """
    check_tools()
    changed = changed_files()
    if not changed:
        console.print("nothing has changed: no file differs from main, or from the last commit on it")
        return EXIT_PASSED
    found: list[str] = []
    hardware = _hardware(changed)
    checks = _checks(changed, hardware, order, services)
    devices = {name for name in hardware if name in available()}
    devices |= {order.device} if any(file.startswith(_SIMULATED) for file in changed) else set()
    text = StringIO()
    said = Console(file=text, width=console.width)
    beside = Thread(target=lambda: found.extend(run_checks(checks, max(1, order.processes // 2), said)))
    beside.start()
    codes = [_simulate(name, order, services, console) for name in sorted(devices)]
    beside.join()
    console.print(text.getvalue(), markup=False)
    if found:
        console.print(f"\nfindings of {', '.join(found)}", style="bold red")
    return max([EXIT_FAILED if found else EXIT_PASSED, *codes])


def _hardware(changed: Sequence[str]) -> dict[str, Callable[[], Model]]:
    """Models that lint knows, by name: for each changed file the first that is compiled from it."""
    models = {name: model for kind in runners() for name, model in kind.lint().items()}
    left, touched = {(ROOT / file).resolve() for file in changed}, {}
    for name, model in models.items() if any(Path(file).suffix in _COMPILED for file in changed) else ():
        if mine := left & set(model().files):
            left -= mine
            touched[name] = model
    return touched


def _checks(
    changed: Sequence[str], hardware: Mapping[str, Callable[[], Model]], order: Order, services: Services
) -> dict[str, Check]:
    """Lint and tests, those that take longest first."""
    checks: dict[str, Check] = {}
    if tests := tests_of(changed):
        checks["tests"] = partial(run_program, ("pytest", "-q", "-n0", "-m", "not sim", *tests))
    simulator = services.simulator("verilator")
    for name, model in hardware.items():
        log = order.tree.logs / f"lint-{name.replace('/', '-')}.log"
        checks[f"{simulator.name} -Wall {name}"] = partial(run_lint, simulator, model, log)
    if python := [file for file in changed if file.endswith(".py")]:
        checks["mypy"] = partial(run_program, ("mypy",))
        checks["import-linter"] = partial(run_program, ("lint-imports", "--no-logo", "--no-cache"))
        checks["ruff check"] = partial(run_program, ("ruff", "check", *python))
        checks["ruff format"] = partial(run_program, ("ruff", "format", "--check", *python))
    return checks


def _simulate(name: str, order: Order, services: Services, console: Console) -> int:
    device, entries = services.device(name), order.entries
    listed = job_list.load(JOBS, entries, services, device, "fast", order.seed).segments
    suited = [segment for segment in listed if testlist.suits(segment.entry, device)]
    so_far = itertools.accumulate(segment.cycles for segment in suited)
    segments: list[Segment] = [each for each, cycles in zip(suited, so_far, strict=True) if cycles <= _CYCLES]
    run = Run.begin(order, "check", segments[0].seed, [device], services)
    return perform(run, Schedule.of(pack(segments)), services, console)
