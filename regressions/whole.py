# SPDX-License-Identifier: Apache-2.0
"""``make regressions``: the tests of a tier, and what the tier runs beside them."""

from dataclasses import replace

from rich.console import Console

from regressions import commands
from regressions.mutants import mutants
from regressions.order import Order
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.services import Services


def regressions(order: Order, services: Services, console: Console) -> int:
    """Runs a tier; a whole one ends with the mutants where it names them.

    A choice of tests, a soak, and a run that was stopped leave them out.

    Returns:
        The gravest exit code of all.
    """
    code = commands.regressions(order, services, console)
    part = bool(order.tests) or order.soak_seconds is not None
    if part or code not in (EXIT_PASSED, EXIT_FAILED):
        return code
    if not order.tier.mutants or code not in (EXIT_PASSED, EXIT_FAILED):
        return code
    # The jobs that defects have to get past are chosen ones; the night's seed is for the tests.
    return max(code, mutants(replace(order, seed=None), services, console))
