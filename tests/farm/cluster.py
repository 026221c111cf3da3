# SPDX-License-Identifier: Apache-2.0
"""Runs over the fake simulator, as processes of their own, so that an engine may start workers."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from regressions.paths import ROOT
from tests.runner.harness import Runner, alive

MIXED = {
    "long": {"count": 14, "knobs": {"cycles": 300_000}},
    "random": {"count": 30, "knobs": {"cycles": 200_000, "behave": "reject"}},
    "wrong": {"knobs": {"behave": "mismatch", "at": 2, "needs": 1}},
    "crashing": {"knobs": {"behave": "crash", "at": 2}},
    "stuck": {"timeout": 1, "knobs": {"behave": "hang", "at": 1}},
    "early": {"knobs": {"behave": "truncate", "at": 3}},
    "other": {"count": 8},
}
"""Tests that pass, fail, crash, hang and end early."""


def start(runner: Runner, build: str, *arguments: str, seed: int = 5) -> subprocess.Popen[str]:
    """Start a tier in a build folder of its own, as the first of a group of processes."""
    options = ["--build", str(runner.folder / build), "--lists", str(runner.folder / "list.toml")]
    options += ["--tier", "smoke", "--seed", str(seed), "--dut", "redmule", *arguments]
    return _started(options, os.environ | {"TMPDIR": str(scratch(runner))})


def resume(folder: Path) -> subprocess.Popen[str]:
    """Have a run go on, on this machine."""
    return _started(["--resume", str(folder)], dict(os.environ))


def _started(options: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.runner.fake", "regressions", *options],
        cwd=ROOT,
        text=True,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def scratch(runner: Runner) -> Path:
    """Folder of what workers keep, for one test."""
    folder = runner.folder / "scratch"
    folder.mkdir(exist_ok=True)
    return folder


def finish(process: subprocess.Popen[str], code: int) -> str:
    """Wait for a run's end; returns what it said."""
    try:
        said, _ = process.communicate(timeout=180)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    assert process.returncode == code, said
    return said


def run(runner: Runner, build: str, *arguments: str, code: int = 1, seed: int = 5) -> Path:
    """Carry out a tier; returns the folder of the run."""
    finish(start(runner, build, *arguments, seed=seed), code)
    return newest(runner, build)


def newest(runner: Runner, build: str) -> Path:
    """Folder of the last run in a build folder."""
    return max((runner.folder / build / "runs").iterdir())


def descendants(process: int) -> set[int]:
    """Processes that a process started, and those that these did, by their numbers."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    found, new = set[int](), {process}
    while new:
        found |= new
        new = {child for child, parent in parents.items() if parent in new} - found
    return {each for each in found - {process} if alive(each)}
