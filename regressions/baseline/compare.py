# SPDX-License-Identifier: Apache-2.0
"""Measured cycles against the kept ones. There is no tolerance: a simulation has no noise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.timing import Instance
from regressions.baseline.record import Kept


@dataclass(frozen=True, slots=True)
class Difference:
    """A job that changed."""

    slower: bool  # it takes more cycles than it did
    text: str  # the change, and what to do


def compare(kept: Sequence[Kept], measured: Sequence[Kept], instance: Instance) -> list[Difference]:
    """Everything that differs, slower jobs first; `instance` turns slots of a cause into cycles."""
    before = {(job.scenario, job.job): job for job in kept}
    found: list[Difference] = []
    for job in measured:
        old = before.get((job.scenario, job.job))
        if old is None or old.what != job.what:
            was = "is not in" if old is None else f"is '{old.what}' in"
            text = f"{_place(job)} {was} the baseline; the list changed: run make baseline"
            found.append(Difference(False, text))
        elif job.cycles > old.cycles:
            text = (
                f"{_place(job)} takes {job.cycles} cycles, {old.cycles} before: {_grown(old, job, instance)}"
            )
            found.append(Difference(True, text))
        elif job.cycles < old.cycles:
            text = f"{_place(job)} takes {job.cycles} cycles, {old.cycles} before; keep it with make baseline"
            found.append(Difference(False, text))
    left = before.keys() - {(job.scenario, job.job) for job in measured}
    for key in sorted(left):
        found.append(
            Difference(False, f"{_place(before[key])} did not run; the list changed: run make baseline")
        )
    return sorted(found, key=lambda difference: not difference.slower)


def _place(job: Kept) -> str:
    return f"{job.scenario}[{job.job}] ({job.what})"


def _grown(old: Kept, new: Kept, instance: Instance) -> str:
    """The causes that grew, the one that grew most first, in cycles of the whole array."""
    growth = growths(old.causes, new.causes)
    if not growth:
        return "the device has no probe that says why"
    width = instance.h * instance.l
    return "grew: " + ", ".join(f"{cause} by {slots / width:.1f} cycles" for cause, slots in growth)


def growths(old: Mapping[str, int], new: Mapping[str, int]) -> list[tuple[str, int]]:
    """Causes with more slots than before and how many more, the most first."""
    grown = [(name, slots - old.get(name, 0)) for name, slots in new.items() if slots > old.get(name, 0)]
    return sorted(grown, key=lambda pair: -pair[1])
