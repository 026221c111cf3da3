# SPDX-License-Identifier: Apache-2.0
"""``make lint``: ruff, mypy, import-linter, and the simulator's warnings on every device."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from rich.console import Console

from regressions.kinds import runners
from regressions.machine import check_tools
from regressions.order import Order
from regressions.paths import ROOT, relative
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.services import Services
from regressions.simulators.base import BuildError, Simulator
from regressions.simulators.model import Model

# A check returns its findings, or an empty text.
Check = Callable[[], str]

_PYTHON_CHECKS = {
    "ruff check": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "mypy": ("mypy",),
    "import-linter": ("lint-imports", "--no-logo", "--no-cache"),
}


def lint(order: Order, services: Services, console: Console) -> int:
    """Runs every checker, also after one has found something, as many at a time as JOBS; says which did."""
    check_tools()
    checks: dict[str, Check] = {name: partial(_program, tool) for name, tool in _PYTHON_CHECKS.items()}
    checks |= _simulator_checks(order, services)
    found: list[str] = []
    pool = ThreadPoolExecutor(order.processes)
    try:
        for name, findings in zip(checks, pool.map(lambda check: check(), checks.values()), strict=True):
            console.rule(name, align="left")
            console.print(findings or "no findings", markup=False)
            if findings:
                found.append(name)
    finally:
        pool.shutdown(cancel_futures=True)
    if found:
        console.print(f"\nfindings of {', '.join(found)}", style="bold red")
        return EXIT_FAILED
    console.print("\nno findings", style="bold green")
    return EXIT_PASSED


def _simulator_checks(order: Order, services: Services) -> dict[str, Check]:
    """Checks of all SystemVerilog, by name."""
    simulator = services.simulator("verilator")
    logs = order.tree.logs
    logs.mkdir(parents=True, exist_ok=True)
    return {
        f"{simulator.name} -Wall {what}": partial(
            _lint, simulator, model, logs / f"lint-{what.replace('/', '-')}.log"
        )
        for kind in runners()
        for what, model in kind.lint().items()
    }


def _program(command: tuple[str, ...]) -> str:
    """Runs a program of the environment."""
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run(
        [program, *command[1:]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.strip() or f"exit code {done.returncode}" if done.returncode else ""


def _lint(simulator: Simulator, model: Callable[[], Model], log: Path) -> str:
    try:
        simulator.lint(model(), log)
    except BuildError as error:
        return f"{error}\nlog: {relative(log)}"
    return ""
