# SPDX-License-Identifier: Apache-2.0
"""``make coverage``: code coverage of a device by a list of jobs that closes it."""

from pathlib import Path

from rich.console import Console

from regressions.code_coverage.exclusions import load_rules
from regressions.code_coverage.jobs import JOBS, closing
from regressions.machine import check_tools
from regressions.order import Order
from regressions.perform import Schedule, perform
from regressions.portion import of_order
from regressions.run import Run
from regressions.services import Services

LABEL = "coverage"


def coverage(order: Order, services: Services, console: Console, job_list: Path = JOBS) -> int:
    """Runs the list on the device's coverage build.

    Returns:
        0 if all jobs passed and the device's goals are reached, else 1.
    """
    check_tools()
    device = services.device(order.device)
    simulations = closing(order.entries, services, device, order.seed, path=job_list)
    seed = simulations[0].segments[0].seed
    goals = bool(load_rules(device).goals)
    run = Run.begin(
        order, LABEL, seed, [device], services, complete=True, goals=goals, portion=of_order(order)
    )
    return perform(run, Schedule.of(simulations), services, console)
