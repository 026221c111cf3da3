# SPDX-License-Identifier: Apache-2.0
"""Targets of campaigns: sources with defects, how they are built, and the tests that look for the defects."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from regressions.mutants.defects import Defect
from regressions.mutants.outcome import DefectResult
from regressions.mutants.placement import Sourced
from regressions.mutants.simulations import Simulations
from tb.exchange.applicable import NotApplicable

Numbered = Sequence[tuple[int, Defect]]
"""Defects with the numbers that select them in a simulation."""


class Target(Protocol):
    """Something with defects; campaigns are all alike besides.

    Each kind of devices has its own (`regressions.kinds.Defects`).
    """

    counted: str  # unit in which the way to a find is counted: ``jobs``, ``cycles`` or ``cases``
    seed: int  # seed of the draws
    rerun: str  # make variables besides TESTS that repeat the run of a defect

    @property
    def device(self) -> Sourced:
        """Device that has the defects."""
        ...

    @property
    def left_out(self) -> Sequence[NotApplicable]:
        """Tests that have no meaning on the device."""
        ...

    def place(self, defects: Sequence[Defect]) -> None:
        """Find every defect in the sources, before anything is built.

        Raises:
            SchemaError: One does not apply (any more).
        """
        ...

    def build(self, defects: Sequence[Defect], chosen: Numbered, folder: Path) -> dict[int, str]:
        """Compile all defects that compile; return the numbers of the others, with the compiler's words.

        `chosen` are those that will run; the folder receives copies of the sources, and logs.

        Raises:
            BuildError: The build fails for another reason than a defect.
        """
        ...

    async def control(self, simulations: Simulations) -> tuple[str, int]:
        """Run everything without a defect; it has been built.

        Returns:
            What is wrong, empty if nothing is; and what each defect has to get past, as `counted`.
        """
        ...

    async def examine(self, number: int, defect: Defect, simulations: Simulations) -> DefectResult:
        """Run everything with a defect, until something is found; the control has run."""
        ...
