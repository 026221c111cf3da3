# SPDX-License-Identifier: Apache-2.0
"""Reduces a failing history of scenarios until no single reduction of it still fails.

The order of the passes decides how fast it goes: what runs before the failing scenario first, since every
candidate has to run it, then jobs and sizes, then what makes the rest easier to read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from tb.stimulus.data_reductions import cuts, values
from tb.stimulus.reductions import History, Pass, addresses, jobs, scenarios_before, settings, sizes, stalls

Passes = Sequence[Callable[[History], Pass]]

NEEDED: Passes = (scenarios_before, jobs)
"""Passes that take away what ran beside the failing job, and leave it as it is."""


def all_passes(divisors: Collection[int] = ()) -> Passes:
    """Return all passes.

    Args:
        divisors: Numbers by whose remainders a defect may ask for a size.
    """
    return (*NEEDED, partial(sizes, divisors=divisors), stalls, settings, addresses, cuts, values)


OUTCOME, SHRUNK = "shrink.json", "shrunk.json"
"""Files that the simulation leaves: progress of the search, and the record of the smallest failure."""

Trial = Callable[[History], Awaitable[History | None]]
"""Runs a history on a device that was just reset: the part of it up to the failure that is looked for, or
None if it does not come."""


@dataclass(slots=True)
class Shrunk:
    """A history that fails, and how it was found."""

    history: History  # the smallest one
    candidates: int = 0  # number of candidates that were run
    reductions: int = 0  # number of them that still failed
    complete: bool = False  # True if no single reduction of it still fails; False if the time was over before


async def shrink(history: History, trial: Trial, expired: Callable[[], bool], passes: Passes) -> Shrunk:
    """Finds a small history that fails as a given one, which is not run again, does.

    `trial` runs a candidate; `expired` tells when it is time to stop looking.
    """
    found = Shrunk(history)
    tried: set[History] = set()
    while True:
        before = found.history
        for reduce in passes:
            if not await _run(reduce, found, trial, expired, tried):
                return found
        if found.history == before:
            found.complete = True
            return found


async def _run(
    reduce: Callable[[History], Pass],
    found: Shrunk,
    trial: Trial,
    expired: Callable[[], bool],
    tried: set[History],
) -> bool:
    """Runs one pass; False if the time is over."""
    offers = reduce(found.history)
    still_fails: bool | None = None
    while True:
        try:
            candidate = next(offers) if still_fails is None else offers.send(still_fails)
        except StopIteration:
            return True
        still_fails = False
        if candidate in tried:
            continue
        if expired():
            return False
        tried.add(candidate)
        found.candidates += 1
        failed = await trial(candidate)
        if failed is not None:
            found.reductions += 1
            found.history = failed
            if len(failed) < len(candidate):
                return True  # an earlier scenario fails already; the next pass starts from there
            still_fails = True
