# SPDX-License-Identifier: Apache-2.0
"""Shrinks a failure inside one simulation: each candidate is a reset and a few scenarios, not a process."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from tb.env.env import RedmuleEnv
from tb.env.lookahead import lookahead
from tb.exchange.record import Record
from tb.exchange.results import Finding
from tb.exchange.wanted import Wanted, hanging
from tb.stimulus.reductions import History, with_job
from tb.stimulus.shrink import NEEDED, OUTCOME, SHRUNK, Shrunk, all_passes, shrink


@dataclass(frozen=True, slots=True)
class Shrink:
    """Failure to shrink."""

    record: Record
    folder: Path  # receives `shrink.json` at the end, and `shrunk.json` whenever a smaller history was found
    seconds: float  # wall time after which the search stops
    candidates: int = 0  # candidates after which it stops, the same anywhere; 0 for no limit
    whole: bool = False  # the failing job stays as it is; only what ran beside it is taken away


def _alone(history: History) -> History:
    return history[-1:]


def _calm(history: History) -> History:
    """Without stalls, which the memory's other habits are no part of."""
    return tuple(
        replace(scenario, stall=replace(scenario.stall, kind="none", rate=0.0, burst=1))
        for scenario in history
    )


class Shrinker:
    """Looks for the smallest history that fails as a record does.

    A device with several defects may show the same finding for another reason when a job gets smaller. So
    what the recorded failure needs, scenarios before it or stalls, the smaller one has to need too.
    """

    def __init__(self, env: RedmuleEnv, task: Shrink) -> None:
        self._env = env
        self._task = task
        self._wanted = Wanted.of(task.record)
        self._otherwise = ""
        self._candidates = 0
        self._passing: list[Callable[[History], History]] = []  # parts of the failure that must not fail

    async def run(self) -> History:
        """Shrink the record; returns the smallest history, none at all if it does not fail as recorded."""
        started = time.monotonic()
        first, found = await self._first(), None
        if first is not None:
            end, most = started + self._task.seconds, self._task.candidates

            def expired() -> bool:
                return time.monotonic() > end or 0 < most <= self._candidates

            passes = NEEDED if self._task.whole else all_passes(self._env.descriptor.divisors)
            found = await shrink(first, self._trial, expired, passes)
        self._write(found, time.monotonic() - started)
        return () if found is None else found.history

    async def _first(self) -> History | None:
        """The failing scenario alone or after those before it, and without stalls if it fails so too."""
        record = self._task.record
        first = await self._trial(record.alone())
        if first is None and len(record.scenarios) > 1:
            first = await self._trial(record.scenarios)
        for part in (_alone,) if self._task.whole else (_alone, _calm):
            if first is None or part(first) == first:
                continue
            less = await self._trial(part(first))
            if less is None:
                self._passing.append(part)
            first = less or first
        return first

    async def _trial(self, history: History) -> History | None:
        """Run a history and what must pass of it; see `tb.stimulus.shrink.Trial`."""
        self._candidates += 1
        shown = await self._shown(history)
        if shown is None:
            return None
        smaller, findings = shown
        if not await self._needs_its_size(smaller, findings[0]):
            return None
        for part in self._passing:
            if part(smaller) == smaller or await self._shown(part(smaller)) is not None:
                return None
        # At once: a simulation that ends early loses nothing.
        self._task.record.about(findings, smaller).write(self._task.folder / SHRUNK)
        return smaller

    async def _needs_its_size(self, history: History, shown: Finding) -> bool:
        """Tell if a hang without steps, of a record with steps, needs the M and K of its job.

        Else the device may not end any job of N = 0, for a reason of its own.
        """
        record = self._task.record
        job, recorded = hanging(shown, history[-1]), hanging(record.finding, record.failing)
        if job is None or recorded is None or job.n > 0 or recorded.n == 0:
            return True
        if shown.job is None or job.data is not None:
            return False
        least = with_job(history, len(history) - 1, shown.job, m=min(job.m, 1), k=min(job.k, 1))
        if least == history or self._env.descriptor.cannot(least[-1]):
            return False
        return await self._shown(least) is None

    async def _shown(self, history: History) -> tuple[History, Sequence[Finding]] | None:
        """Run a history from a reset on; returns it up to the failure, and the findings, that one first."""
        env = self._env
        if any(map(env.descriptor.cannot, history)):
            return None
        await env.executor.reset()
        indices = range(len(history))
        ahead = lookahead(env.background, history.__getitem__, indices, env.opinions, env.descriptor)
        for number, drawn in enumerate(ahead):
            verdict = await env.executor.run(drawn)
            shown = self._wanted.shown_by(verdict.findings, drawn.scenario)
            if shown is not None:
                others = (each for each in verdict.findings if each is not shown)
                return history[: number + 1], [shown, *others]
            if verdict.findings:
                self._otherwise = verdict.detail
                return None
        return None

    def _write(self, found: Shrunk | None, seconds: float) -> None:
        outcome = {
            "reproduced": found is not None,
            "complete": found is not None and found.complete,
            "candidates": 0 if found is None else found.candidates,
            "reductions": 0 if found is None else found.reductions,
            "seconds": round(seconds, 3),
            "otherwise": self._otherwise if found is None else "",
        }
        (self._task.folder / OUTCOME).write_text(json.dumps(outcome) + "\n")
