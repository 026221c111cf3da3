# SPDX-License-Identifier: Apache-2.0
"""Streams of scenarios: corners first, then random draws without end."""

import inspect
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from tb.exchange.applicable import Applicable
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario
from tb.kinds import ACCELERATOR
from tb.schema import SchemaError, Where
from tb.stimulus.corners import Corner, corners
from tb.stimulus.knobs import Knobs, parse_knobs
from tb.stimulus.rng import stream
from tb.stimulus.scenario_draw import draw_scenario
from tb.stimulus.sweep import AbortSweep
from tb.user_code import UserCodeError, told

MAX_REJECTED = 1000
# A corner that the constraint does not want soon makes room for a random scenario.
_CORNER_TRIES = 20

Constraint = Callable[[Job], bool | str]


class ImpossibleConstraint(SchemaError):
    """A constraint that rejects every candidate."""


class ScenarioStream(Applicable):
    """An endless, indexable series of scenarios of a test.

    Scenario `i` depends on seed, name, `i`, knobs, device and constraint alone, so any part of a test can be
    drawn anywhere.

    Args:
        knobs: the table `knobs` of the test's entry (docs/knobs.md), or already parsed.
        constraint: says of a candidate job whether it is wanted: True, or False or a reason why not. A
            scenario is drawn anew if one of its jobs is not wanted.

    Attributes:
        rejected: rejected scenarios so far, by reason.
        left_out: scenarios that the device cannot run, so far, by reason; each was drawn anew, or has other
            sizes near by.
        corner_count: scenarios 0 up to this one are corners.

    Raises:
        SchemaError: a knob is wrong.
    """

    runs_on: ClassVar[str] = ACCELERATOR
    """Name of the kind of devices that it is for."""

    def __init__(
        self,
        name: str,
        seed: int,
        knobs: Mapping[str, Any] | Knobs,
        descriptor: Descriptor,
        constraint: Constraint | None = None,
    ) -> None:
        self.name = name
        self.seed = seed
        if not isinstance(knobs, Knobs):
            knobs = parse_knobs(knobs, descriptor, Where(f"test {name}", "knobs"))
        self.knobs = knobs
        self.rejected: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.constraint = constraint
        self.descriptor = descriptor
        self._sweep: AbortSweep | None = None
        if knobs.abort_at == "sweep":
            self._sweep = AbortSweep(name, seed, lambda number: self._drawn(number, None), descriptor)
        self._corners = (
            () if self._sweep is not None else corners(knobs, descriptor.instance, descriptor.traits)
        )
        self.corner_count = len(self._corners)

    @property
    def lacking(self) -> tuple[tuple[str, str], ...]:
        """Knobs that name values which the device does not have, and in words which."""
        return self.knobs.lacking

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return why the device cannot run what the knobs of a test draw first, if it never can."""
        drawing = cls(entry.name, 0, entry.knobs, device)
        try:
            drawing.scenario(0)
        except ImpossibleConstraint:
            reasons = drawing.left_out.most_common(1)
            if drawing.left_out.total() < MAX_REJECTED:
                raise
            return reasons[0][0]
        return ""

    def scenario(self, index: int) -> Scenario:
        """Draws scenario `index`.

        Raises:
            IndexError: `index` is negative.
            ImpossibleConstraint: 1000 candidates in a row were rejected.
        """
        if index < 0:
            raise IndexError(f"scenario {index}: streams start at 0")
        if self._sweep is not None:
            return self._sweep.scenario(index)
        return self._drawn(index, self._corners[index] if index < self.corner_count else None)

    def _drawn(self, index: int, corner: Corner | None) -> Scenario:
        """The first candidate that the constraint accepts."""
        rng = stream(self.seed, self.name, "scenario", index)
        reasons: Counter[str] = Counter()
        for attempt in range(MAX_REJECTED):
            wanted_corner = corner if attempt < _CORNER_TRIES else None
            moved: list[str] = []
            candidate = draw_scenario(rng, self.knobs, self.descriptor, index, wanted_corner, moved)
            cannot = self.descriptor.cannot(candidate)
            reason = self._reason(candidate) if cannot is None else cannot
            if reason is None:
                self.left_out.update(f"{self.descriptor.name}: {each}" for each in moved[:1])
                return candidate
            (self.rejected if cannot is None else self.left_out)[reason] += 1
            reasons[reason] += 1
        raise self._impossible(index, reasons)

    def _reason(self, candidate: Scenario) -> str | None:
        """Why the constraint rejects a candidate, or None."""
        if self.constraint is None:
            return None
        for job in candidate.jobs:
            try:
                verdict = self.constraint(job)
            except (Exception, SystemExit) as error:
                where = Path(inspect.getfile(self.constraint))
                raise UserCodeError(f"test {self.name}: its constraint: {told(error, where)}") from error
            if verdict is True:
                continue
            if verdict is False or verdict == "":
                return "constraint without a reason"
            if not isinstance(verdict, str):
                raise SchemaError(
                    f"test {self.name}: its constraint returned {verdict!r}; return True to accept a job, "
                    "False or a reason to reject it"
                )
            return verdict
        return None

    def _impossible(self, index: int, reasons: Counter[str]) -> ImpossibleConstraint:
        counts = ", ".join(f"'{reason}' {count} times" for reason, count in reasons.most_common(5))
        knobs = self.knobs
        dimensions = {"m": knobs.m, "n": knobs.n, "k": knobs.k}
        sizes = ", ".join(f"{name} {size.lo}..{size.hi}" for name, size in dimensions.items())
        ops = "|".join(op.name for op in knobs.op.values)
        return ImpossibleConstraint(
            f"test {self.name}, scenario {index}: {MAX_REJECTED} candidates in a row rejected: {counts}; "
            f"relax the constraint, or move the knobs towards what it wants (now op {ops}, {sizes}, "
            f"max_macs {knobs.max_macs})"
        )
