# SPDX-License-Identifier: Apache-2.0
"""Interface through which a campaign builds a device with defects and runs its tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from regressions.mutants.defects import Defect, Placement, Sourced
from regressions.mutants.outcome import Result

Numbered = Sequence[tuple[int, Defect]]
"""Defects with the numbers that select them in a simulation."""

Rerun = Callable[[str], str]
"""The command that repeats what was done with a defect, by the defect's id."""


class Bench(Protocol):
    """Builds a device with its defects and runs it, first without any, then with each."""

    @property
    def device(self) -> Sourced:
        """Source files that have the defects."""
        ...

    @property
    def label(self) -> str:
        """Names the folders of its runs and reports."""
        ...

    @property
    def counted(self) -> str:
        """Unit counted until a defect is found: ``jobs`` or ``cycles``."""
        ...

    @property
    def options(self) -> str:
        """Make variables besides TESTS that repeat a run."""
        ...

    @property
    def seed(self) -> int:
        """Of what is run."""
        ...

    def build(
        self, defects: Sequence[Defect], placement: Placement, chosen: Numbered, folder: Path
    ) -> dict[int, str]:
        """Compiles all defects that compile.

        Args:
            defects: All defects.
            placement: Where they are.
            chosen: Those that will run.
            folder: Receives copies of the sources and logs.

        Returns:
            Numbers of the others, with the compiler's words.

        Raises:
            BuildError: The build fails for another reason than a defect.
        """
        ...

    def control(self, folder: Path, rerun: Rerun) -> tuple[str, int]:
        """Runs everything without a defect.

        Args:
            folder: Receives a folder for each defect.
            rerun: For the logs.

        Returns:
            What is wrong, empty if nothing is; and what each defect has to get past, as `counted`.
        """
        ...

    def run(self, chosen: Numbered, processes: int, report: Callable[[Result], None]) -> list[Result]:
        """Runs everything with each of some defects, until something is found.

        Args:
            chosen: The defects.
            processes: Number of simulations that run at a time.
            report: Told of each result as it comes.

        Returns:
            The results, in the order of the defects.

        Raises:
            KeyboardInterrupt: The user stopped it; all processes have been ended.
        """
        ...
