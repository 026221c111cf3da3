# SPDX-License-Identifier: Apache-2.0
"""``make lint``: ruff, mypy, import-linter, and the simulator's warnings on every device."""

from functools import partial

from rich.console import Console

from regressions.checks import Check, run_checks, run_lint, run_program
from regressions.kinds import runner_of, runners
from regressions.machine import check_tools
from regressions.order import Order
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.services import Services

_PYTHON_CHECKS = {
    "ruff check": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "mypy": ("mypy",),
    "import-linter": ("lint-imports", "--no-logo", "--no-cache"),
}


def lint(order: Order, services: Services, console: Console) -> int:
    """Runs every checker, also after one has found something, as many at a time as JOBS; says which did."""
    check_tools()
    checks: dict[str, Check] = {name: partial(run_program, tool) for name, tool in _PYTHON_CHECKS.items()}
    found = run_checks(checks | _simulator_checks(order, services), order.processes, console)
    if found:
        console.print(f"\nfindings of {', '.join(found)}", style="bold red")
        return EXIT_FAILED
    console.print("\nno findings", style="bold green")
    return EXIT_PASSED


def _simulator_checks(order: Order, services: Services) -> dict[str, Check]:
    """Checks of all SystemVerilog, or of the device asked for, by name."""
    simulator = services.simulator("verilator")
    device = services.device(order.dut) if order.dut else None
    if device is None:
        models = {what: model for kind in runners() for what, model in kind.lint().items()}
    else:
        models = {device.name: partial(runner_of(device).bench, device)}
    return {
        f"{simulator.name} -Wall {what}": partial(
            run_lint, simulator, model, order.tree.logs / f"lint-{what.replace('/', '-')}.log"
        )
        for what, model in models.items()
    }
