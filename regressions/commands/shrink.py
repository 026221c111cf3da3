# SPDX-License-Identifier: Apache-2.0
"""``make shrink``: the smallest failure behind a record; ``make waves``: the jobs it needs, with waves."""

from rich.console import Console

from regressions.attempts import Attempt, Attempts
from regressions.errors import UserError
from regressions.kinds import runner_of
from regressions.order import Order
from regressions.run import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_PASSED
from regressions.services import Services
from regressions.shrinking import Search
from tb.exchange.plan import Mode
from tb.exchange.record import read_record

DEFAULT_SECONDS = 60.0


def shrink(order: Order, services: Services, console: Console) -> int:
    """Reduces a failure and prints it in three lines; exit code 1, or 0 if it does not fail any more.

    Raises:
        UserError: No record was named, or the simulation broke before it saw the failure.
    """
    return _search(order, services, console, "shrink", waves=order.waves)


def waves(order: Order, services: Services, console: Console) -> int:
    """Runs the failing job of a record, and those before it that the failure needs, with waves.

    Returns and raises as `shrink`; the jobs stay as they are.
    """
    return _search(order, services, console, "needed", waves=True)


def _search(order: Order, services: Services, console: Console, mode: Mode, *, waves: bool) -> int:
    device = services.device(read_record(order.record_path).descriptor)
    refusal = runner_of(device).unshrinkable
    if refusal:
        raise UserError(
            f"R: {device.name} is a {device.kind}: {refusal}; 'make replay' with WAVES=1 repeats the failure"
        )
    attempts = Attempts.of(order, services, mode, console, quiet=True)
    attempt = attempts.attempt(mode, console, order.soak_seconds or DEFAULT_SECONDS)
    if attempt is None:
        return EXIT_INTERRUPTED
    return _report(Search(attempts, attempt), console, waves=waves)


def _confirmed(search: Search, console: Console, *, waves: bool) -> tuple[Attempt | None, list[str]]:
    """Run the smallest failure in a simulation of its own; None if that was interrupted.

    With it come lines on its waves.
    """
    attempts = search.attempts.on(search.path)
    attempts = attempts.with_waves(console) if waves else attempts
    again = attempts.attempt("prefix", console)
    return again, attempts.waves_of(again) if again else []


def _report(search: Search, console: Console, *, waves: bool) -> int:
    if search.smallest is None:
        return _not_reproduced(search, console)
    again, on_waves = _confirmed(search, console, waves=waves)
    if again is None:
        return EXIT_INTERRUPTED
    if again.shown is None:
        console.print(search.not_confirmed(again), style="bold red", markup=False, soft_wrap=True)
        return EXIT_FAILED
    for line in (*search.in_three_lines(search.smallest, again.known), *on_waves):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return EXIT_FAILED


def _not_reproduced(search: Search, console: Console) -> int:
    """Say that the finding did not come; exit code 1 if something else did."""
    if search.ended_early:
        raise UserError(search.ended_early)
    otherwise = bool(search.account and search.account["otherwise"])
    style = "bold red" if otherwise else "bold green"
    console.print(search.not_reproduced, style=style, markup=False, soft_wrap=True)
    return EXIT_FAILED if otherwise else EXIT_PASSED
