# SPDX-License-Identifier: Apache-2.0
"""``make lint``: ruff, mypy, and the simulator's warnings on every device and the cluster."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console

from regressions.cluster.build import lint_cluster
from regressions.commands import Options
from regressions.errors import UserError
from regressions.machine import check_tools
from regressions.paths import ROOT, relative
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.services import Services
from regressions.simulators.base import BuildError
from tb.cluster.config import ClusterConfig
from tb.descriptor import available

_PYTHON_CHECKS = {
    "ruff check": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "mypy": ("mypy",),
}


def lint(options: Options, services: Services, console: Console) -> int:
    """Runs every checker, also after one has found something; says which did."""
    check_tools()
    found: list[str] = []
    for name, command in _PYTHON_CHECKS.items():
        console.rule(name, align="left")
        if subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode:
            found.append(name)
    simulator = services.simulator("verilator")
    options.tree.logs.mkdir(parents=True, exist_ok=True)
    devices = available()
    if not devices:
        raise UserError("tb/duts: there is no device descriptor to lint")
    checks: dict[str, Callable[[Path], None]] = {
        device: partial(simulator.lint, services.device(device)) for device in (*devices, "cluster_2")
    }
    checks["tb/opinions"] = simulator.lint_opinions
    for what, check in checks.items():
        name = f"{simulator.name} -Wall {what}"
        console.rule(name, align="left")
        log = options.tree.logs / f"lint-{what.replace('/', '-')}.log"
        try:
            check(log)
            console.print("no findings")
        except BuildError as error:
            console.print(str(error), markup=False)
            console.print(f"log: {relative(log)}")
            found.append(name)
    for config in (ClusterConfig(), ClusterConfig(cores=1, fpu=False)):
        name = f"{simulator.name} -Wall {config.name}"
        console.rule(name, align="left")
        try:
            lint_cluster(config, options.tree.logs / f"lint-{config.name}.log")
            console.print("no findings")
        except BuildError as error:
            console.print(str(error), markup=False)
            found.append(name)
    if found:
        console.print(f"\nfindings of {', '.join(found)}", style="bold red")
        return EXIT_FAILED
    console.print("\nno findings", style="bold green")
    return EXIT_PASSED
