# SPDX-License-Identifier: Apache-2.0
"""``make report``: the reports of a run, written again."""

from rich.console import Console

from regressions import account
from regressions.conclusion import judged
from regressions.errors import UserError
from regressions.executor import Execution
from regressions.order import Order
from regressions.paths import relative
from regressions.report import write_reports
from regressions.restored import code_of, devices_of, restore, with_files
from regressions.run import EXIT_PASSED, Run
from regressions.rundir import RESULTS, last_run
from regressions.services import Services


def report(order: Order, services: Services, console: Console) -> int:
    """Write the reports of a run again, in its folder: by this version, with what was measured since.

    The order's record is the folder of the run; without one it is the last run. Complaints besides failed
    tests stay as they were.

    Raises:
        UserError: There is no such run, or its devices or tests are others by now.
        SchemaError: It is damaged.
    """
    folder = order.record.resolve() if order.record else last_run(order.tree)
    if folder is None or not (folder / RESULTS).exists():
        place = relative(folder or order.tree.runs)
        raise UserError(f"R: {place} is no run: it has no {RESULTS}; name one, such as R=build/reports/smoke")
    part = account.read(folder)
    order = with_files(order, part.info)
    parts = [(folder, part)]
    devices = devices_of(parts, services, "R")
    execution = Execution(interrupted=part.interrupted, stopped=part.stopped)
    restore(execution, folder, part, "", order.entries, devices)
    origin = part.info
    facts = (
        tuple(devices),
        folder,
        origin.git,
        origin.tools,
        origin.complete,
        False,
        part.left_out,
        origin.portion,
    )
    summary = judged(Run(order, origin.tier, origin.seed, *facts), execution, code_of(parts, devices[0]))
    summary.faults = list(part.faults)
    write_reports(summary)
    console.print(f"report: {relative(folder / 'report.html')}", highlight=False)
    return EXIT_PASSED
