# SPDX-License-Identifier: Apache-2.0
"""``make replay``: does a failing scenario fail alone, or only after those before it?"""

from rich.console import Console

from regressions.attempts import Attempts, known_words
from regressions.order import Order
from regressions.run import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_PASSED
from regressions.services import Services
from tb.exchange.plan import Mode
from tb.exchange.status import Status


def replay(order: Order, services: Services, console: Console) -> int:
    """Replays a record; exit code 1 if it fails, as recorded, known or not, or otherwise, 0 if it passes."""
    attempts = Attempts.of(order, services, "replay", console, waves=order.waves)
    record = attempts.record
    before = len(record.scenarios) - 1
    what = f"{record.status} of {record.entry.name} on {attempts.device.name}: {record.detail}"
    console.print(f"record: {what}", markup=False, soft_wrap=True)
    if attempts.left_out:
        console.print(f"note: {attempts.left_out}", markup=False, soft_wrap=True)
    passed = True
    modes: list[Mode] = ["alone", "prefix"] if before else ["alone"]
    for mode in modes:
        attempt = attempts.attempt(mode, console)
        if attempt is None:
            return EXIT_INTERRUPTED
        if attempt.shown is not None:
            how = "alone" if mode == "alone" else f"only after the {before} scenarios before it"
            console.print(f"finding: {attempt.shown.line}", markup=False, soft_wrap=True)
            for other in attempt.others:
                console.print(f"with it: {other}", markup=False, soft_wrap=True)
            known = f"{known_words(attempt.known)}, " if attempt.known else ""
            said = f"reproduced {how}: {attempt.shown.status}, {known}log {attempt.log}"
            console.print(said, style="bold red", markup=False, soft_wrap=True)
            for line in attempts.waves_of(attempt):
                console.print(line, markup=False, soft_wrap=True)
            return EXIT_FAILED
        passed &= attempt.result.status is Status.PASSED
        console.print(f"{mode}: {attempt.otherwise}, log {attempt.log}", markup=False, soft_wrap=True)
    tried = "alone and after the scenarios before it" if before else "alone, and nothing ran before it"
    if passed:
        console.print(f"not reproduced: the scenario now passes ({tried})", style="bold green")
        return EXIT_PASSED
    console.print(f"not reproduced: the scenario fails otherwise ({tried})", style="bold red")
    return EXIT_FAILED
