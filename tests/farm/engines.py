# SPDX-License-Identifier: Apache-2.0
"""Engines without a network: tasks run in threads, and go wrong where a test says so."""

import asyncio
import json
from collections.abc import Callable, Collection
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pytest

from regressions.farm.likeness import likeness
from regressions.farm.losses import WorkerLost
from regressions.farm.node import run
from regressions.farm.place import FarmPlace
from regressions.farm.spec import Settings
from regressions.farm.task import Answer, BuildTask, FarmTask, decode_task, encode

Wrong = Callable[[FarmTask, str, int], Answer | Exception | float | None]
"""Tells what a worker does with a task, the first time, the second time and so on: an answer of its own, an
error, or seconds that it waits before it carries it out."""


WORKER: ContextVar[str] = ContextVar("worker")
"""Worker whose thread this is."""


@dataclass
class Threads:
    """An engine (`regressions.farm.place.TaskEngine`) whose workers are threads."""

    wrong: Wrong = lambda *_: None
    workers: Collection[str] = ("one", "two")
    slots: int = 2
    most: int = 0
    builds: list[tuple[str, str]] = field(default_factory=list)  # worker, and kind of the build
    losses: list[WorkerLost] = field(default_factory=list)  # of the next workers that build
    given: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # worker, and tests of the task

    async def submit(self, data: bytes, avoid: Collection[str] = (), only: str = "") -> tuple[str, bytes]:
        """Carry out a task on the first worker that is not to be avoided, or on a certain one."""
        task = decode_task(data)
        worker = only or next((each for each in self.workers if each not in avoid), "one")
        if isinstance(task, BuildTask):
            self.builds.append((worker, task.recipe.kind))
            if self.losses:
                raise self.losses.pop()
            WORKER.set(worker)
            return worker, await asyncio.to_thread(run, data)
        before = sum(tests == names(task) for _, tests in self.given)
        self.given.append((worker, names(task)))
        found = self.wrong(task, worker, before)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, float):
            await asyncio.sleep(found)
        elif found is not None:
            return worker, encode(found)
        WORKER.set(worker)
        return worker, await asyncio.to_thread(run, data)


def names(task: FarmTask) -> tuple[str, ...]:
    """Tests of a task, in their order."""
    return tuple(test["entry"]["name"] for test in json.loads(task.files["plan.json"])["tests"])


def farm(monkeypatch: pytest.MonkeyPatch, engine: Threads, **settings: Any) -> FarmPlace:
    """Have runs go to a farm of an engine."""
    place = FarmPlace(engine, Settings(**settings), likeness())

    @contextmanager
    def place_of(*_: object) -> Any:
        yield place

    monkeypatch.setattr("regressions.perform.place_of", place_of)
    return place
