# SPDX-License-Identifier: Apache-2.0
"""Programs of a node's own, where those of the runner cannot run: of the same sources, for its processor.

They are kept in the cache of builds by the content of all that decides on them, processor, compiler and
Python among it: workers of a node, and nodes of a kind that share the checkout, make each once.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from regressions.errors import UserError
from regressions.farm.loading import missing_libraries
from regressions.farm.task import Built, Refused
from regressions.paths import ROOT
from regressions.process import POLL_SECONDS, Recipe
from regressions.simulators.tools import MARCH
from tb.kinds import imported
from tb.schema import SchemaError

if TYPE_CHECKING:
    from regressions.simulators import Build, Simulator

_made: dict[Recipe, Build] = {}  # by this process


def made(recipe: Recipe | None) -> Build | None:
    """Give the program that this process asked for before; None if it did not."""
    return None if recipe is None else _made.get(recipe)


def _simulator() -> Simulator:
    """The simulator, with one compiler at a time: imported here, as most nodes build nothing."""
    simulator: Simulator = imported("regressions.simulators:get_simulator")("verilator", 1)
    return simulator


def make(recipe: Recipe, host: str, unwanted: Callable[[], bool]) -> Built | Refused:
    """Make a program for this node, or find it in the cache; ends early once nobody wants it."""
    os.environ.pop(MARCH, None)  # that of the runner's builds, which may be more than this node can do
    simulator, ended = _simulator(), threading.Event()

    def watch() -> None:
        while not ended.wait(POLL_SECONDS):
            if unwanted():
                simulator.stop()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        with tempfile.TemporaryDirectory(prefix="redmule-build-") as name:
            device = imported("tb.descriptor:load")(str(ROOT / recipe.descriptor))
            build = simulator.build(device, recipe.kind, Path(name) / "build.log")
    except (UserError, SchemaError) as error:
        return Refused(host, f"it cannot build {recipe.descriptor} ({recipe.kind}): {error}", lasting=True)
    finally:
        ended.set()
        watcher.join()
    if lacks := missing_libraries(build.executable, os.environ):
        return Refused(host, f"what it built cannot be loaded there: {lacks}", lasting=True)
    _made[recipe] = build
    return Built(host, build.cached)


def command(build: Build, folder: Path, *, waves: bool, state: int) -> tuple[list[str], dict[str, str]]:
    """Give the command line and environment of a simulation in a folder, with a program of this node."""
    return _simulator().command(build, folder, waves=waves, state=state)
