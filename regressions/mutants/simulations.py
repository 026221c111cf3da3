# SPDX-License-Identifier: Apache-2.0
"""Simulations of a campaign: each a process of its own, in a folder of its defect."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regressions.deadline import Deadline
from regressions.judge import Ending, ProcessEnd
from regressions.mutants.rewrite import PLUSARG
from regressions.place import SimulationPlace
from regressions.process import Command
from regressions.results import ResultsReader, SimulationLog

CONTROL = "control"
"""Name, in place of a defect's id, of the run without a defect."""


@dataclass(frozen=True, slots=True)
class Simulations:
    """Place of a campaign's simulations."""

    folder: Path  # receives a folder for each defect
    rerun: str  # make variables besides TESTS that repeat what was done with a defect
    place: SimulationPlace  # where they run

    def make_folder(self, name: str, part: str = "") -> Path:
        """Make the folder of a defect, or of one of several simulations of it."""
        folder = self.folder / name / part
        folder.mkdir(parents=True)
        return folder

    async def run(
        self,
        name: str,
        number: int,
        argv: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        deadline: Deadline,
    ) -> tuple[SimulationLog, ProcessEnd]:
        """Run a simulation with a defect, selected by its number; return what it reported, and how it ended.

        `argv` are program and arguments without the defect's; the environment is complete.

        Raises:
            CancelledError: The user stopped it.
        """
        rerun = " ".join(filter(None, ["make mutants", f"TESTS={name}", self.rerun]))
        command = Command([*argv, f"+{PLUSARG}={number}"], dict(environment), folder, rerun)
        reader = ResultsReader(folder / "results.jsonl")
        outcome = await self.place.run(command, deadline, reader, lambda: None)
        if outcome.ending is Ending.INTERRUPTED:
            raise asyncio.CancelledError
        return reader.log, outcome
