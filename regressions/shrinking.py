# SPDX-License-Identifier: Apache-2.0
"""Words on what a search for the smallest failure behind a record left."""

import json
from collections.abc import Sequence

import numpy as np

from regressions.attempts import Attempt, Attempts, known_words
from regressions.paths import quoted
from tb.exchange.job import Job
from tb.exchange.known import KnownItem
from tb.exchange.record import Record, read_record
from tb.exchange.scenario import Scenario
from tb.stimulus.operands import operands
from tb.stimulus.reductions import size_of
from tb.stimulus.shrink import OUTCOME, SHRUNK

_SHOWN_ELEMENTS = 8
_SHOWN_BEFORE = 4


class Search:
    """Files that a search left.

    Args:
        attempts: Runs of the record.
        attempt: The one that searched.
        candidates: Candidates that it may have tried; 0 if time was its bound.
    """

    def __init__(self, attempts: Attempts, attempt: Attempt, candidates: int = 0) -> None:
        self.attempts, self.attempt, self._candidates = attempts, attempt, candidates
        self.path = attempt.folder / SHRUNK  # of the smallest failure
        account = attempt.folder / OUTCOME
        # None if the simulation ended before it was written, or found no failure.
        self.account = json.loads(account.read_text()) if account.exists() else None
        self.smallest = read_record(self.path) if self.path.exists() else None

    @property
    def ended_early(self) -> str:
        """Words on a simulation that ended before it saw the failure; empty for any other."""
        if self.account is not None or self.smallest is not None:
            return ""
        detail = self.attempt.result.detail
        return f"{self.attempt.log}: the simulation ended before it saw the failure: {detail}"

    @property
    def not_reproduced(self) -> str:
        """Words on a failure that did not come again."""
        otherwise = self.account["otherwise"] if self.account else ""
        how = f"; it fails otherwise: {otherwise}" if otherwise else ""
        attempts = self.attempts
        without = f"; {attempts.left_out}" if attempts.left_out else ""
        checker = attempts.record.finding.checker
        return f"not reproduced: no '{checker}' alone or after what ran before it{how}{without}"

    def not_confirmed(self, again: Attempt) -> str:
        """Words on a smallest failure that did not come in a simulation of its own."""
        start = f"make replay R={quoted(self.attempts.path)}"
        said = f"not confirmed: what was found {again.otherwise} in a simulation of its own, log {again.log}"
        return f"{said}; a reset leaves something of what ran before; start from {start}"

    def in_three_lines(self, smallest: Record, known: Sequence[KnownItem]) -> tuple[str, str, str]:
        """The smallest failure for people: the problem, the jobs, and the command that shows it.

        Args:
            smallest: Record that it found.
            known: Known issues and differences of the device that explain it.
        """
        *before, failing = smallest.scenarios
        after = "".join(f"after {describe(scenario)}; " for scenario in before)
        if len(before) > _SHOWN_BEFORE:
            after = f"after {len(before)} scenarios, the first {describe(before[0])}; "
        was = () if known else self.attempts.known("prefix")
        instead = f" (what was recorded is {known_words(was)}, but this is none of its jobs)" if was else ""
        return (
            f"{smallest.status}{', ' if known else ''}{known_words(known)}: {smallest.detail}{instead}",
            f"{self.attempts.device.name}: {after}{describe(failing)}{self._unfinished()}",
            f"make replay R={quoted(self.path)}{self.attempts.option or ' WAVES=1'}",
        )

    def _unfinished(self) -> str:
        """Words on why smaller failures may exist; empty if the search came to its end."""
        if self.account is None:
            ended = f"the simulation ended early ({self.attempt.result.detail}), log {self.attempt.log}"
            return f" (smaller ones may exist: {ended})"
        if self.account["complete"]:
            return ""
        if self._candidates:
            return (
                f" (smaller ones may exist: {self._candidates} candidates were tried; make shrink tries more)"
            )
        over = f"{self.account['seconds']:.0f} s were over; TIME=10m gives it more"
        return f" (smaller ones may exist: {over})"


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
