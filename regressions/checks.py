# SPDX-License-Identifier: Apache-2.0
"""Checks of the sources: programs of the environment and the simulator's lint, several at a time."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

from regressions import orphans
from regressions.paths import ROOT, relative
from regressions.simulators.base import BuildError, Simulator
from regressions.simulators.model import Model

Check = Callable[[], str]
"""Returns findings, or an empty text."""


def run_checks(checks: Mapping[str, Check], processes: int, console: Console) -> list[str]:
    """Runs every check, also after one has found something; returns the names of those that did."""
    found: list[str] = []
    pool = ThreadPoolExecutor(processes)
    try:
        for name, findings in zip(checks, pool.map(lambda check: check(), checks.values()), strict=True):
            console.rule(name, align="left")
            console.print(findings or "no findings", markup=False)
            if findings:
                found.append(name)
    finally:
        pool.shutdown(cancel_futures=True)
    return found


def run_program(command: tuple[str, ...]) -> str:
    """Runs a program of the environment; returns what it says if it fails."""
    program = Path(sys.executable).with_name(command[0])
    done = orphans.run([program, *command[1:]], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.strip() or f"exit code {done.returncode}" if done.returncode else ""


def run_lint(simulator: Simulator, model: Callable[[], Model], log: Path) -> str:
    """Lints a model; returns the findings."""
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        simulator.lint(model(), log)
    except BuildError as error:
        return f"{error}\nlog: {relative(log)}"
    return ""
