# SPDX-License-Identifier: Apache-2.0
"""Waves of a job: their files, and views of them that open at the job (docs/trace.md)."""

from pathlib import Path

from regressions.errors import UserError
from regressions.paths import quoted, relative
from regressions.simulators.base import Build
from regressions.trace.job import observe
from regressions.waves.views import write_views
from tb.exchange.logs import read_logs


def describe_waves(folder: Path, build: Build, logs: Path, job: int) -> list[str]:
    """Write views of the waves of a simulation; return lines that say where all is.

    Args:
        folder: Folder of the simulation.
        build: Build that it ran on.
        logs: Logs of the scenario (`tb.exchange.logs.place`).
        job: Place of the job in it at which the views open.
    """
    waves = folder / build.waves
    lines = [f"waves: {relative(waves)}{f' ({build.note})' if build.note else ''}"]
    if not logs.exists():
        return lines
    kept = read_logs(logs)
    jobs = observe(kept, build.descriptor)
    if not jobs:
        return lines
    seen = jobs[min(job, len(jobs) - 1)]
    try:
        gtkwave, surfer = write_views(waves, build.descriptor, seen.start + 1, seen.start + seen.cycles)
    except (UserError, OSError) as error:
        return [*lines, f"no view of them: {error}"]
    opened = f"gtkwave {quoted(gtkwave)}, or surfer -c {quoted(surfer)} {quoted(waves)}"
    return [*lines, f"at job {seen.position} of scenario {kept.scenario.index}: {opened}"]
