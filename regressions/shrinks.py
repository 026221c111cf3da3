# SPDX-License-Identifier: Apache-2.0
"""Shrinks beside a run: the first failure of each kind on a device, made as small as it goes.

What they give is the same on any number of processes: the failures are the first of the plan, and a search is
bounded by its candidates, not by time. They take no slot that a simulation wants, and change no verdict.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import Console

from regressions.builds import Key
from regressions.failures import FailureRow, ShrunkFailure, failure_rows, kind_option
from regressions.json_file import write_json
from regressions.judge import SegmentResult
from regressions.place import SimulationPlace
from regressions.planner import Simulation
from regressions.run import Run
from regressions.simulators.base import Build, Simulator
from tb.exchange.record import read_record

FILE = "shrunk.json"
"""File of what the shrinks of a run gave, in its folder."""

FOLDER = "shrinks"
"""Folder of their simulations."""

MOST = 20
"""Failures that are shrunk at most."""

CANDIDATES = 400
"""Candidates of a search."""

PATIENCE_SECONDS = 60.0
"""Wall time for which a run waits for shrinks once all else has ended."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """The first failure of a kind."""

    rank: tuple[int, int, str, int]  # its place in the plan
    name: str  # of its folder
    row: FailureRow
    kind: str  # of the build


class Shrinks:
    """Shrinks of a run's failures (`regressions.executor.Aside`)."""

    def __init__(
        self,
        run: Run,
        simulator: Simulator,
        place: SimulationPlace,
        build: Callable[[Key], Build],
        console: Console,
    ) -> None:
        self._run, self._simulator, self._place, self._build = run, simulator, place, build
        self._console = console
        self._first: dict[tuple[str, str], _Failure] = {}  # by device and bucket
        self._begun: dict[str, asyncio.Task[None]] = {}  # by name
        self._ended: dict[str, ShrunkFailure] = {}  # by name

    def found(self, simulation: Simulation, results: Sequence[SegmentResult]) -> None:
        """Take in what a simulation found."""
        for place, result in enumerate(results):
            rank = (simulation.index, len(result.folder), result.folder, place)
            for number, row in enumerate(failure_rows(result, self._run)):
                known = self._first.get((row.device, row.bucket))
                if row.shrink and (known is None or rank < known.rank):
                    name = f"{Path(row.folder).name}-{Path(row.record).stem}-{number}"
                    self._first[row.device, row.bucket] = _Failure(rank, name, row, result.segment.kind)

    def next(self) -> asyncio.Task[None] | None:
        """Begin the first shrink that is wanted and neither under way nor over; None if there is none."""
        for failure in self._wanted():
            begun = self._begun.get(failure.name)
            if failure.name not in self._ended and (begun is None or begun.done()):
                task = self._begun[failure.name] = asyncio.create_task(self._shrink(failure))
                return task
        return None

    def in_words(self) -> str:
        """Words on how many have ended; empty if there are none."""
        wanted = self._wanted()
        ended = sum(each.name in self._ended for each in wanted)
        return f"shrunk {ended} of {len(wanted)} failures" if wanted else ""

    def keep(self, *, interrupted: bool) -> None:
        """Write what they gave, and say which did not come to their end, unless that was for an interruption.

        Raises:
            OSError: It cannot be written.
        """
        wanted = self._wanted()
        folder = self._run.folder / FOLDER
        names = {each.name for each in wanted}
        for left in folder.glob("*"):
            if left.name not in names:  # an earlier one of the plan took its place
                shutil.rmtree(left)
        for each in wanted:
            if each.name not in self._ended and not interrupted:
                self._console.print(f"not shrunk in time: {each.row.shrink}", markup=False, soft_wrap=True)
        if ended := [self._ended[each.name] for each in wanted if each.name in self._ended]:
            write_json(self._run.folder / FILE, msgspec.to_builtins(ended))

    def _wanted(self) -> list[_Failure]:
        """The failures to shrink, in the order of the plan."""
        return sorted(self._first.values(), key=lambda each: (each.rank, each.name))[:MOST]

    async def _shrink(self, failure: _Failure) -> None:
        row = failure.row
        try:
            found = await self._smallest(failure)
        except Exception as error:  # whatever is wrong with a record, or with its node: the run goes on
            found = ShrunkFailure(row.device, row.bucket, f"not shrunk: {error}")
        if found is not None:
            self._ended[failure.name] = found

    async def _smallest(self, failure: _Failure) -> ShrunkFailure | None:
        """Shrink a failure; None if that was cancelled."""
        # Imported here: most runs have no failure, and need nothing of this.
        from regressions.attempts import Attempts
        from regressions.shrinking import Search

        row, folder = failure.row, self._run.folder / FOLDER / failure.name
        record, path = read_record(self._run.folder / row.record), self._run.folder / row.record
        if row.finding:
            record, path = record.narrowed(row.finding), folder / "record.json"
            record.write(path)
        build, option = self._build((row.device, failure.kind)), kind_option(failure.kind)
        attempts = Attempts(folder, path, record, self._simulator, build, quiet=True, option=option)
        attempt = await attempts.attempt_at(self._place, "shrink", self._console, CANDIDATES)
        if attempt is None:
            return None
        search = Search(attempts, attempt, CANDIDATES)
        if search.smallest is None:
            return ShrunkFailure(row.device, row.bucket, search.ended_early or search.not_reproduced)
        again = await attempts.on(search.path).attempt_at(self._place, "prefix", self._console)
        if again is None:
            return None
        if again.shown is None:
            return ShrunkFailure(row.device, row.bucket, search.not_confirmed(again))
        return ShrunkFailure(row.device, row.bucket, *search.in_three_lines(search.smallest, again.known))


def read(folders: Iterable[Path]) -> list[ShrunkFailure]:
    """Read what the shrinks of runs gave, the first of each device and bucket."""
    found: dict[tuple[str, str], ShrunkFailure] = {}
    for folder in folders:
        if (folder / FILE).exists():
            for each in msgspec.json.decode((folder / FILE).read_bytes(), type=list[ShrunkFailure]):
                found.setdefault((each.device, each.bucket), each)
    return list(found.values())
