# SPDX-License-Identifier: Apache-2.0
"""``make regressions``: the tests of a tier, and what the tier runs beside them."""

from dataclasses import replace

from rich.console import Console

from regressions import commands
from regressions.commands import Options
from regressions.mutants import mutants
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.services import Services


def regressions(options: Options, services: Services, console: Console) -> int:
    """Runs a tier; a whole one ends with the mutants where it names them.

    A choice of tests, a soak, and a run that was stopped leave them out.

    Returns:
        The gravest exit code of all.
    """
    code = commands.regressions(options, services, console)
    part = bool(options.tests) or options.soak_seconds is not None
    if part or code not in (EXIT_PASSED, EXIT_FAILED):
        return code
    if not options.tier.mutants or code not in (EXIT_PASSED, EXIT_FAILED):
        return code
    # The jobs that defects have to get past are chosen ones; the night's seed is for the tests.
    return max(code, mutants(replace(options, seed=None), services, console))
