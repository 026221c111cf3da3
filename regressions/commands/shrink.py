# SPDX-License-Identifier: Apache-2.0
"""``make shrink``: the smallest failure behind a record; ``make waves``: the jobs it needs, with waves."""

import json
from collections.abc import Sequence

import numpy as np
from rich.console import Console

from regressions.attempts import Attempt, Attempts, known_words
from regressions.errors import UserError
from regressions.kinds import runner_of
from regressions.order import Order
from regressions.paths import quoted
from regressions.run import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_PASSED
from regressions.services import Services
from tb.exchange.job import Job
from tb.exchange.known import KnownItem
from tb.exchange.plan import Mode
from tb.exchange.record import Record, read_record
from tb.exchange.scenario import Scenario
from tb.stimulus.operands import operands
from tb.stimulus.reductions import size_of
from tb.stimulus.shrink import OUTCOME, SHRUNK

DEFAULT_SECONDS = 60.0
_SHOWN_ELEMENTS = 8
_SHOWN_BEFORE = 4


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
    return _report(_Search(attempts, attempt, waves), console)


class _Search:
    """Files that a search left."""

    def __init__(self, attempts: Attempts, attempt: Attempt, waves: bool) -> None:
        self.attempts, self.attempt, self.waves = attempts, attempt, waves
        self.path = attempt.folder / SHRUNK  # of the smallest failure
        account = attempt.folder / OUTCOME
        # None if the simulation ended before it was written, or found no failure.
        self.account = json.loads(account.read_text()) if account.exists() else None
        self.smallest = read_record(self.path) if self.path.exists() else None

    def confirm(self, console: Console) -> tuple[Attempt | None, list[str]]:
        """Run the smallest failure in a simulation of its own; None if that was interrupted.

        With it come lines on its waves.
        """
        attempts = self.attempts.on(self.path)
        attempts = attempts.with_waves(console) if self.waves else attempts
        again = attempts.attempt("prefix", console)
        return again, attempts.waves_of(again) if again else []


def _report(search: _Search, console: Console) -> int:
    if search.smallest is None:
        return _not_reproduced(search, console)
    again, on_waves = search.confirm(console)
    if again is None:
        return EXIT_INTERRUPTED
    if again.shown is None:
        start = f"make replay R={quoted(search.attempts.path)}"
        said = f"not confirmed: what was found {again.otherwise} in a simulation of its own, log {again.log}"
        why = f"a reset leaves something of what ran before; start from {start}"
        console.print(f"{said}; {why}", style="bold red", markup=False, soft_wrap=True)
        return EXIT_FAILED
    lines = _three_lines(search, search.smallest, again.known)
    for line in (*lines, *on_waves):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return EXIT_FAILED


def _not_reproduced(search: _Search, console: Console) -> int:
    """Say that the finding did not come; exit code 1 if something else did."""
    account = search.account
    if account is None:
        detail = search.attempt.result.detail
        raise UserError(f"{search.attempt.log}: the simulation ended before it saw the failure: {detail}")
    how = f"; it fails otherwise: {account['otherwise']}" if account["otherwise"] else ""
    attempts = search.attempts
    checker = attempts.record.finding.checker
    without = f"; {attempts.left_out}" if attempts.left_out else ""
    console.print(
        f"not reproduced: no '{checker}' alone or after what ran before it{how}{without}",
        style="bold red" if how else "bold green",
        markup=False,
        soft_wrap=True,
    )
    return EXIT_FAILED if how else EXIT_PASSED


def _three_lines(search: _Search, smallest: Record, known: Sequence[KnownItem]) -> list[str]:
    """The smallest failure for people: the problem, the jobs, and the command that shows it.

    Args:
        search: The search.
        smallest: Record that it found.
        known: Known issues and differences of the device that explain it.
    """
    *before, failing = smallest.scenarios
    after = "".join(f"after {describe(scenario)}; " for scenario in before)
    if len(before) > _SHOWN_BEFORE:
        after = f"after {len(before)} scenarios, the first {describe(before[0])}; "
    was = () if known else search.attempts.known("prefix")
    instead = f" (what was recorded is {known_words(was)}, but this is none of its jobs)" if was else ""
    return [
        f"{smallest.status}{', ' if known else ''}{known_words(known)}: {smallest.detail}{instead}",
        f"{search.attempts.device.name}: {after}{describe(failing)}{_unfinished(search)}",
        f"make replay R={quoted(search.path)}{search.attempts.option or ' WAVES=1'}",
    ]


def _unfinished(search: _Search) -> str:
    """Words on why smaller failures may exist; empty if the search came to its end."""
    account = search.account
    if account is None:
        ended = f"the simulation ended early ({search.attempt.result.detail}), log {search.attempt.log}"
        return f" (smaller ones may exist: {ended})"
    if not account["complete"]:
        over = f"{account['seconds']:.0f} s were over; TIME=10m gives it more"
        return f" (smaller ones may exist: {over})"
    return ""


def describe(scenario: Scenario) -> str:
    """A scenario in words, with the elements of small operands."""
    texts = [_describe_job(job) for job in scenario.jobs]
    stall = scenario.stall
    waits = "" if stall.kind == "none" else f", stalls {stall.kind} rate {stall.rate:g} burst {stall.burst}"
    if stall.gnt_without_req:
        waits += ", grants without requests"
    if stall.write_r_valid != "never":
        waits += f", r_valid after writes {stall.write_r_valid}"
    abort = scenario.abort
    cuts = [f"a {cut.kind} after {cut.after} cycles" for cut in abort.cuts] if abort else []
    aborted = f", those before the last cut by {' and '.join(cuts)}" if cuts else ""
    return " then ".join(texts) + waits + aborted


def _describe_job(job: Job) -> str:
    size = f"{job.op.name} {job.format_name} M={job.m} N={job.n} K={job.k}"
    where = f"X {job.x_addr:#x} W {job.w_addr:#x} Z {job.z_addr:#x}"
    if job.y_addr is not None:
        where += f" Y {job.y_addr:#x}"
    core = f" core {job.core}" if job.core else ""
    if size_of(job) <= _SHOWN_ELEMENTS:
        return f"{size}{core} at {where}{_elements(job)}"
    classes = "/".join(dict.fromkeys(job.classes)) if job.data is None else "given data"
    return f"{size}{core} at {where} ({classes})"


def _elements(job: Job) -> str:
    parts = [
        f"{name}={' '.join(f'{int(bits):0{2 * fmt.itemsize}x}' for bits in np.ravel(matrix))}"
        for name, matrix, fmt in zip("XWY", operands(job), job.formats, strict=True)
        if matrix is not None and matrix.size
    ]
    return f" with {', '.join(parts)}" if parts else ""
