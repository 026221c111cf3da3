# SPDX-License-Identifier: Apache-2.0
"""A farm as a place of simulations: repeats what was lost with a worker, and never counts anything twice."""

import asyncio
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from regressions.deadline import Deadline, TimeLimit
from regressions.errors import UserError
from regressions.farm.contents import keep
from regressions.farm.losses import WorkerLost
from regressions.farm.spec import Settings
from regressions.farm.task import (
    Answer,
    BuildTask,
    Built,
    Done,
    FarmTask,
    Foreign,
    Lacking,
    Refused,
    content,
    decode_answer,
    difference,
    encode,
)
from regressions.farm.travel import files_of
from regressions.judge import Ending, ProcessEnd
from regressions.paths import ROOT
from regressions.process import Command, Recipe
from regressions.results import ResultsReader

_REFUSALS = 20  # after which no node is likely to take a task
_PAUSE_SECONDS = 1.0  # before a task that a node had no room for goes elsewhere
_AVOID_SECONDS = 120.0  # for which a node that had no room gets nothing, if there is another
_LOOK_SECONDS = 2.0  # between two looks at whether a simulation is slow
_KNOWN = 3  # simulations of a program that have ended before one counts as slow
_SLACK_SECONDS = 20.0  # that a simulation may take in any case before it counts as slow


class TaskEngine(Protocol):
    """Carrier of tasks to workers (`regressions.farm.engine`)."""

    @property
    def workers(self) -> Collection[str]:
        """Addresses of the workers that are there."""
        ...

    @property
    def slots(self) -> int:
        """Tasks that they carry out at a time."""
        ...

    @property
    def most(self) -> int:
        """Tasks that they may carry out at a time once all are there that may come; 0 if nobody knows."""
        ...

    async def submit(self, data: bytes, avoid: Collection[str] = (), only: str = "") -> tuple[str, bytes]:
        """Have a worker carry out a task, or only a certain one; returns its address and the answer.

        Raises:
            WorkerLost: The worker ended with it, or failed.
            PlaceGone: There is no scheduler any more.
        """
        ...


@dataclass(slots=True)
class Tally:
    """Counts of what went another way than planned; they stand in no report."""

    lost: int = 0  # tasks whose worker ended or failed
    refused: int = 0  # tasks that a node could not run
    slow: int = 0  # tasks that were begun elsewhere too
    sent: int = 0  # contents that travelled to a node
    built: int = 0  # programs that nodes of other kinds made for themselves

    @property
    def words(self) -> str:
        """The counts for people; empty if all went as planned."""
        parts = (
            (self.lost, "lost with their worker"),
            (self.refused, "refused by a node"),
            (self.slow, "begun a second time for being slow"),
        )
        told = ", ".join(f"{count} {what}" for count, what in parts if count)
        builds = f"{self.built} built by nodes of other kinds for themselves" if self.built else ""
        return "; ".join(filter(None, (f"simulations {told}" if told else "", builds)))


@dataclass(slots=True)
class FarmPlace:
    """A farm (`regressions.place.SimulationPlace`)."""

    engine: TaskEngine
    settings: Settings
    needs: dict[str, str]  # what nodes must be like
    tally: Tally = field(default_factory=Tally)
    _avoided: dict[str, float] = field(default_factory=dict)  # workers, and until when
    _rates: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _builds: dict[tuple[str, Recipe], asyncio.Task[None]] = field(default_factory=dict)  # by worker
    _unable: str = ""  # why the last node that cannot run a task cannot
    _under_way: int = 0

    @property
    def slots(self) -> int:
        """Simulations that workers carry out at a time, those included that a queue may give again."""
        return max(self.engine.slots, self.engine.most, 1)

    @property
    def room(self) -> int:
        """Simulations to have under way: one for each slot, and some that wait, so that no worker does."""
        slots = max(self.engine.slots, self.engine.most)
        return slots + max(2, slots // 4)

    async def run(
        self, command: Command, deadline: Deadline, reader: ResultsReader, on_progress: Callable[[], None]
    ) -> ProcessEnd:
        """Run a simulation on some worker, again if that is lost with it, as a `SimulationPlace` does.

        Raises:
            UserError: No node can run it.
            PlaceGone: There is no scheduler any more.
        """
        self._under_way += 1
        try:
            end = await self._repeated(self._task(command, deadline), command)
        except asyncio.CancelledError:
            end = ProcessEnd(Ending.INTERRUPTED)
        finally:
            self._under_way -= 1
        reader.poll()
        on_progress()
        return end

    def _task(self, command: Command, deadline: Deadline) -> FarmTask:
        more, without = difference(command.environment, os.environ)
        files = files_of(command)
        if self.settings.store:
            for item in files:
                if not (Path(self.settings.store) / item.digest).exists():
                    keep(item, (ROOT / item.path).read_bytes(), Path(self.settings.store))
        return FarmTask(
            argv=tuple(command.argv),
            environment=more,
            without=without,
            rerun=command.rerun,
            folder=str(command.folder),
            files=content(command.folder),
            timeouts=tuple(deadline.timeouts.items()),
            limit=deadline.seconds if isinstance(deadline, TimeLimit) else None,
            go_on=isinstance(deadline, TimeLimit) and deadline.go_on,
            travelling=files,
            needs=self.needs,
            store=self.settings.store,
            recipe=command.recipe,
            waves=command.waves,
            state=command.state,
        )

    async def _repeated(self, task: FarmTask, command: Command) -> ProcessEnd:
        lost, refused = 0, 0
        while True:
            try:
                worker, answer = await self._raced(task, command)
            except WorkerLost as loss:
                lost += 1
                self.tally.lost += 1
                if lost >= self.settings.repeats:
                    return ProcessEnd(
                        Ending.LOST, detail=f"{lost} workers were lost with it, the last: {loss}"
                    )
                continue
            if isinstance(answer, Done):
                _write(answer, command.folder)
                return answer.end
            if isinstance(answer, Lacking):
                task = _with_contents(task, answer)
                self.tally.sent += len(answer.digests)
                continue
            if isinstance(answer, Foreign):
                await self._foreign(worker, task, answer)
                continue
            assert isinstance(answer, Refused), "a node that builds is asked for nothing else"
            refused += 1
            self.tally.refused += 1
            await self._refused(worker, answer, refused)

    async def _foreign(self, worker: str, task: FarmTask, answer: Foreign) -> None:
        """Have a node of another kind build for itself.

        Meanwhile the task goes elsewhere, or waits where there is no other; raises UserError where none can.
        """
        assert task.recipe is not None
        key = worker, task.recipe
        build = self._builds.get(key)
        if build is None or build.done():
            self._avoided[worker] = float("inf")
            build = self._builds[key] = asyncio.create_task(self._build(worker, task.recipe, answer.reason))
        if not set(self.engine.workers) - self._avoided_now():
            await asyncio.wait([build])
            if not set(self.engine.workers) - self._avoided_now():
                raise UserError(f"FARM: no node can run the simulations; {self._unable}")

    async def _build(self, worker: str, recipe: Recipe, reason: str) -> None:
        """Have a worker make a program for itself; it gets nothing else before, and never if it cannot."""
        try:
            _, data = await self.engine.submit(encode(BuildTask(recipe, self.needs)), only=worker)
        except WorkerLost:
            self.tally.lost += 1
        else:
            answer = decode_answer(data)
            if isinstance(answer, Refused):
                self._unable = f"{answer.host}: {reason}; {answer.reason}"
                return
            self.tally.built += isinstance(answer, Built) and not answer.cached
        self._avoided.pop(worker, None)

    async def _refused(self, worker: str, answer: Refused, count: int) -> None:
        """Keep tasks from a node that cannot run them; raises UserError if there is no other."""
        forever = float("inf")
        self._avoided[worker] = forever if answer.lasting else time.monotonic() + _AVOID_SECONDS
        others = set(self.engine.workers) - self._avoided_now()
        if (answer.lasting and not others) or count >= _REFUSALS:
            raise UserError(f"FARM: no node can run the simulations; {answer.host}: {answer.reason}")
        if not others:
            await asyncio.sleep(_PAUSE_SECONDS)

    def _avoided_now(self) -> set[str]:
        now = time.monotonic()
        return {worker for worker, until in self._avoided.items() if until > now}

    async def _raced(self, task: FarmTask, command: Command) -> tuple[str, Answer]:
        """Have a task carried out; a slow one is begun on another worker too, and the first answer counts."""
        data, started = encode(task), time.monotonic()  # about: it may have to wait for a worker
        runs = {asyncio.create_task(self.engine.submit(data, self._avoided_now()))}
        try:
            while True:
                done, _ = await asyncio.wait(runs, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    slow = time.monotonic() - started > self._patience(command)
                    if slow and len(runs) == 1 and self._under_way < self.engine.slots:
                        self.tally.slow += 1
                        runs.add(asyncio.create_task(self.engine.submit(data, self._avoided_now())))
                    continue
                first = done.pop()
                if first.exception() is not None and len(runs) > 1:
                    runs.discard(first)  # the other one goes on
                    continue
                worker, answer = first.result()
                break
        finally:
            for each in runs:
                each.cancel()
        decoded = decode_answer(answer)
        if isinstance(decoded, Done) and command.cycles:
            self._rates[command.argv[0]].append(decoded.end.seconds / command.cycles)
        return worker, decoded

    def _patience(self, command: Command) -> float:
        """Seconds after which a simulation counts as slow, by those of the same program that have ended."""
        rates = self._rates[command.argv[0]]
        if not command.cycles or len(rates) < _KNOWN:
            return float("inf")
        return _SLACK_SECONDS + self.settings.slow * statistics.median(rates) * command.cycles


def _with_contents(task: FarmTask, answer: Lacking) -> FarmTask:
    """The task with the contents that a node lacks; it may come to another node, which then has them too."""
    wanted = {item.digest: item.path for item in task.travelling if item.digest in answer.digests}
    contents = {digest: (ROOT / path).read_bytes() for digest, path in wanted.items()}
    return replace(task, attached={**task.attached, **contents})


def _write(answer: Done, folder: Path) -> None:
    """Write what a simulation left; raises ValueError for a path that leads out of its folder."""
    for name, data in answer.files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"{answer.host} sent a file {name!r}, which lies outside of {folder}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
