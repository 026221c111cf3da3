# SPDX-License-Identifier: Apache-2.0
"""Simulations of a campaign: each a process of its own, in a folder of its defect."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regressions.judge import Ending, ProcessEnd
from regressions.mutants.outcome import has_failed
from regressions.mutants.rewrite import PLUSARG
from regressions.process import Command, Deadline, run_process
from regressions.results import ResultsReader, SimulationLog

CONTROL = "control"
"""Name, in place of a defect's id, of the run without a defect."""


class WallTime(Deadline):
    """Limit on wall time; a first failure ends a simulation too, unless all of them are wanted."""

    def __init__(self, seconds: float, *, go_on: bool = False) -> None:
        super().__init__({})
        self._seconds = seconds
        self._go_on = go_on
        self._started = time.monotonic()

    def exceeded(self, reader: ResultsReader) -> str:
        """Return why the simulation has to end, empty while it may go on."""
        if not self._go_on and has_failed(reader.log):
            return "stopped at the first failure"
        if time.monotonic() - self._started > self._seconds:
            return f"took more than {self._seconds:.0f} s of wall time and was killed"
        return ""


@dataclass(frozen=True, slots=True)
class Simulations:
    """Place of a campaign's simulations.

    Attributes:
        folder: Receives a folder for each defect.
        rerun: Make variables besides TESTS that repeat what was done with a defect.
    """

    folder: Path
    rerun: str

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
        """Run a simulation with a defect.

        Args:
            name: The defect's id, for the log.
            number: Selects it; 0 for none.
            argv: Program and arguments without the defect's.
            environment: The complete environment.
            folder: The simulation's folder.
            deadline: Ends it.

        Returns:
            What it reported, and how it ended.

        Raises:
            CancelledError: The user stopped it.
        """
        rerun = " ".join(filter(None, ["make mutants", f"TESTS={name}", self.rerun]))
        command = Command([*argv, f"+{PLUSARG}={number}"], dict(environment), folder, rerun)
        reader = ResultsReader(folder / "results.jsonl")
        outcome = await run_process(command, deadline, reader, lambda: None)
        if outcome.ending is Ending.INTERRUPTED:
            raise asyncio.CancelledError
        return reader.log, outcome
