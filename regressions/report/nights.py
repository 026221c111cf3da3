# SPDX-License-Identifier: Apache-2.0
"""Runs of many nights together: when each kind of failures was seen, and which tests found nothing."""

from dataclasses import dataclass

from regressions.history import Entry
from regressions.report.trend import Trend

SEEDS = 5
"""Seeds of a kind of failures that are shown, the last ones."""


@dataclass(frozen=True, slots=True)
class SeenKind:
    """A kind of failures over all runs."""

    name: str  # device and bucket
    first: Entry
    last: Entry
    runs: int  # runs that had it
    seeds: tuple[int, ...]  # of the last of them
    tests: tuple[str, ...]  # that found it


@dataclass(frozen=True, slots=True)
class IdleTest:
    """A test that found nothing new."""

    name: str
    runs: int
    seconds: float
    percent: float  # of the time of all tests of these runs
    jobs: int


def kinds(trend: Trend) -> list[SeenKind]:
    """Kinds of failures of this run and of all before it, those seen last first."""
    found: dict[str, list[Entry]] = {}
    for entry in (*trend.history.entries, trend.now):
        for name in entry.failing:
            found.setdefault(name, []).append(entry)
    seen = [_seen(name, entries) for name, entries in found.items()]
    return sorted(seen, key=lambda kind: (kind.last.run, kind.first.run), reverse=True)


def _seen(name: str, entries: list[Entry]) -> SeenKind:
    seeds = dict.fromkeys(entry.seed for entry in reversed(entries) if entry.seed is not None)
    tests = dict.fromkeys(test for entry in entries for test in entry.finders.get(name, ()))
    return SeenKind(name, entries[0], entries[-1], len(entries), tuple(seeds)[:SEEDS], tuple(tests))


def new_kinds(trend: Trend) -> dict[str, int]:
    """Number of kinds of failures that each run was the first to have, by its name."""
    counts = {entry.run: 0 for entry in (*trend.history.entries, trend.now)}
    for kind in kinds(trend):
        counts[kind.first.run] += 1
    return counts


def idle(trend: Trend) -> list[IdleTest]:
    """Tests without a failure, or anything that they alone covered, in the runs shown; the longest first.

    A test that did not run in this run is none any more.
    """
    runs = [entry for entry in trend.runs if entry.efforts]
    whole = sum(effort.seconds for entry in runs for effort in entry.efforts.values()) or 1.0
    finders = {test for entry in runs for tests in entry.finders.values() for test in tests}
    rows = []
    for name in trend.now.efforts:
        efforts = [entry.efforts[name] for entry in runs if name in entry.efforts]
        if name not in finders and not any(effort.alone for effort in efforts):
            seconds = sum(effort.seconds for effort in efforts)
            jobs = sum(effort.jobs for effort in efforts)
            rows.append(IdleTest(name, len(efforts), seconds, 100 * seconds / whole, jobs))
    return sorted(rows, key=lambda row: -row.seconds)
