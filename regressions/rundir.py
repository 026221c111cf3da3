# SPDX-License-Identifier: Apache-2.0
"""Run folders and the links to the newest complete report of each tier."""

import os
import time
from pathlib import Path

from regressions.paths import BuildTree

RESULTS = "results.json"  # the run's own account, beside the public summary.json
COVERAGE = "coverage.json"  # what each test covered on each device alone; adds up over runs


def create_run(runs: Path, tier: str, seed: int) -> Path:
    """Makes a new folder ``<time>-<tier>-<seed>`` in a folder of runs; never reuses an existing one.

    Raises:
        OSError: The folder cannot be made.
    """
    runs.mkdir(parents=True, exist_ok=True)
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{tier}-{seed}"
    for suffix in ("", *(f".{n}" for n in range(1, 1000))):
        try:
            (runs / (name + suffix)).mkdir()
        except FileExistsError:
            continue
        return runs / (name + suffix)
    raise FileExistsError(0, "a thousand runs in one second", str(runs / name))


def publish(tree: BuildTree, name: str, run: Path) -> Path:
    """Points ``reports/<name>`` to a complete run, in one step: readers see the old or the new report.

    Returns:
        The link.

    Raises:
        OSError: The link cannot be made; the earlier one is untouched.
    """
    tree.reports.mkdir(parents=True, exist_ok=True)
    link = tree.reports / name
    fresh = tree.reports / f".{name}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(run, tree.reports))
    try:
        fresh.replace(link)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    return link


def last_run(tree: BuildTree) -> Path | None:
    """The newest run that wrote its results, complete or interrupted."""
    finished = [path.parent for path in tree.runs.glob(f"*/{RESULTS}")]
    return max(finished, key=lambda path: (path / RESULTS).stat().st_mtime_ns, default=None)
