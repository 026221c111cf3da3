# SPDX-License-Identifier: Apache-2.0
"""Places where simulations run: processes of this machine, or a farm (`regressions.farm`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from regressions.deadline import Deadline
from regressions.errors import UserError
from regressions.judge import ProcessEnd
from regressions.process import Command, run_process
from regressions.results import ResultsReader


class PlaceGone(UserError):
    """There is no such place any more; what ended before is kept."""


class SimulationPlace(Protocol):
    """A place where simulations run."""

    @property
    def slots(self) -> int:
        """Simulations that it carries out at a time."""
        ...

    @property
    def room(self) -> int:
        """Simulations that are to be under way at a time."""
        ...

    async def run(
        self, command: Command, deadline: Deadline, reader: ResultsReader, on_progress: Callable[[], None]
    ) -> ProcessEnd:
        """Run a simulation to its end, its timeout, or the cancellation of the calling task.

        Its folder has ``plan.json`` and receives all that the simulation writes; `reader` has its results
        then, and `on_progress` is called when some came in.

        Raises:
            OSError: Its log cannot be written, or the program not be started.
            PlaceGone: No simulation can run here any more.
        """
        ...


@dataclass(frozen=True, slots=True)
class Processes:
    """Processes of this machine."""

    slots: int  # of them at a time

    @property
    def room(self) -> int:
        """As many: none waits for another."""
        return self.slots

    async def run(
        self, command: Command, deadline: Deadline, reader: ResultsReader, on_progress: Callable[[], None]
    ) -> ProcessEnd:
        """Run a simulation as a process, as `run_process` does."""
        return await run_process(command, deadline, reader, on_progress)
