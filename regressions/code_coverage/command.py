# SPDX-License-Identifier: Apache-2.0
"""``make coverage``: code coverage of a device by a list of jobs that closes it."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from regressions.code_coverage.exclusions import load_rules
from regressions.code_coverage.jobs import JOBS, closing
from regressions.commands import Options
from regressions.machine import check_tools
from regressions.planner import COVERAGE
from regressions.run import Request, perform
from regressions.services import Services

LABEL = "coverage"


def coverage(options: Options, services: Services, console: Console, job_list: Path = JOBS) -> int:
    """Runs the list on the device's coverage build.

    Returns:
        0 if all jobs passed and the device's goals are reached, else 1.
    """
    check_tools()
    device = services.device(options.device)
    simulations = closing(options.entries, services, device, options.seed, path=job_list)
    segments = [segment for simulation in simulations for segment in simulation.segments]
    return perform(
        Request(
            label=LABEL,
            seed=segments[0].seed,
            devices=[device],
            simulations=iter(simulations),
            builds=[(device.name, COVERAGE)],
            planned=segments,
            options={device.name: options.rerun_options(device)},
            processes=options.processes,
            goals=bool(load_rules(device).goals),
            complete=True,
            keep=options.keep,
        ),
        services,
        options.tree,
        console,
    )
