# SPDX-License-Identifier: Apache-2.0
"""Shrinks a failure inside one simulation: each candidate is a reset and a few scenarios, not a process."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from tb.env.env import RedmuleEnv
from tb.env.lookahead import lookahead
from tb.exchange.record import Record
from tb.exchange.status import Status
from tb.scoreboard.scoreboard import Verdict
from tb.stimulus.reductions import History
from tb.stimulus.shrink import OUTCOME, SHRUNK, Shrunk, Wanted, shrink


@dataclass(frozen=True, slots=True)
class Shrink:
    """Failure to shrink."""

    record: Record
    folder: Path  # receives `shrink.json` at the end, and `shrunk.json` whenever a smaller history was found
    seconds: float  # wall time after which the search stops


class Shrinker:
    """Looks for the smallest history that fails as a record does."""

    def __init__(self, env: RedmuleEnv, task: Shrink) -> None:
        self._env = env
        self._task = task
        self._wanted = Wanted.of(task.record)
        self._otherwise = ""

    async def run(self) -> History:
        """Shrink the record; returns the smallest history, none at all if it does not fail as recorded."""
        record, started = self._task.record, time.monotonic()
        first = await self._trial(record.alone())
        if first is None and len(record.scenarios) > 1:
            first = await self._trial(record.scenarios)
        found = None
        if first is not None:
            end = started + self._task.seconds
            found = await shrink(first, self._trial, lambda: time.monotonic() > end)
        self._write(found, time.monotonic() - started)
        return () if found is None else found.history

    async def _trial(self, history: History) -> History | None:
        """Run a history from a reset on; see `tb.stimulus.shrink.Trial`."""
        env = self._env
        if any(env.descriptor.supports(job) for scenario in history for job in scenario.jobs):
            return None
        await env.executor.reset()
        ahead = lookahead(env.background, history.__getitem__, range(len(history)), env.opinions)
        for number, drawn in enumerate(ahead):
            verdict = await env.executor.run(drawn)
            if self._wanted.shown_by(verdict.status.value, verdict.detail):
                smaller = history[: number + 1]
                self._keep(smaller, verdict)
                return smaller
            if verdict.status is not Status.PASSED:
                self._otherwise = verdict.detail
                return None
        return None

    def _keep(self, history: History, verdict: Verdict) -> None:
        """Write a failure at once: a simulation that ends early loses nothing."""
        record = replace(
            self._task.record, scenarios=history, status=verdict.status.value, detail=verdict.detail
        )
        record.write(self._task.folder / SHRUNK)

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
