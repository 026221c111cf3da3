# SPDX-License-Identifier: Apache-2.0
"""The function that a farm's nodes run: a task in a folder of its own, whose files go back to the runner."""

import asyncio
import contextlib
import errno
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace

from regressions.deadline import Deadline, TimeLimit
from regressions.farm import building
from regressions.farm.contents import node_store, places
from regressions.farm.likeness import FEATURES, SAME, differs, features, likeness
from regressions.farm.loading import missing_libraries
from regressions.farm.task import (
    Answer,
    BuildTask,
    Done,
    FarmTask,
    Foreign,
    Lacking,
    Refused,
    content,
    decode_task,
    encode,
)
from regressions.judge import Ending, ProcessEnd
from regressions.paths import ROOT
from regressions.process import POLL_SECONDS, Command, run_process
from regressions.results import ResultsReader
from regressions.simulators.base import Build
from regressions.simulators.tools import own_environment

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
_HEAD = 4096  # bytes of a file that tell whether it is text


def run(data: bytes, unwanted: Callable[[], bool] = lambda: False) -> bytes:
    """Carry out a task, and return the answer; both as `regressions.farm.task` encodes them.

    `unwanted` is asked again and again: once it says so, the simulation is ended.
    """
    task = decode_task(data)
    host, here = platform.node(), likeness_here()
    if reason := differs({name: task.needs[name] for name in SAME if name in task.needs}, here, features()):
        return encode(Refused(host, reason, lasting=True))
    try:
        if isinstance(task, BuildTask):
            return encode(building.make(task.recipe, host, unwanted))
        if reason := differs(task.needs, here, features()):
            answer = _of_another_kind(task, host, reason)
        else:
            answer = _carry_out(task, None, host, unwanted)
        own = building.made(task.recipe)
        if isinstance(answer, Foreign) and own is not None:
            answer = _carry_out(task, own, host, unwanted)
        return encode(answer)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        return encode(Refused(host, str(error), lasting=False))


def likeness_here() -> dict[str, str]:
    """Describe this node, but for what its processor can do besides what is needed."""
    return {name: value for name, value in likeness().items() if name != FEATURES}


def _of_another_kind(task: FarmTask, host: str, reason: str) -> Answer:
    return Refused(host, reason, lasting=True) if task.recipe is None else Foreign(host, reason)


def _carry_out(task: FarmTask, own: Build | None, host: str, unwanted: Callable[[], bool]) -> Answer:
    stores = tuple(Path(each) for each in (task.store, str(node_store())) if each)
    if own is not None:  # the runner's program, and the libraries that it names, are of no use here
        theirs = {task.argv[0], *task.environment.values()}
        task = replace(task, travelling=tuple(each for each in task.travelling if each.path not in theirs))
    found, lacking = places(task, stores)
    if lacking:
        return Lacking(host, lacking)
    _sweep(host)
    with tempfile.TemporaryDirectory(prefix=f"redmule-sim-{host}-{os.getpid()}-") as name:
        folder = Path(name)
        paths = {task.folder: name, **{ours: theirs for ours, theirs in found.items() if ours != theirs}}
        argv, environment = [_moved(word, paths) for word in task.argv], _environment(task, paths)
        if own is not None:
            argv, environment = building.command(own, folder, waves=task.waves, state=task.state)
        command = Command(argv, environment, folder, task.rerun)
        for item in task.travelling if own is None else ():
            at = Path(found[item.path])
            if item.program and (lacks := missing_libraries(ROOT / at, command.environment)):
                return _of_another_kind(task, host, f"{at.name} cannot be loaded there: {lacks}")
        for file, data in task.files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(_rewritten(data, paths))
        end = asyncio.run(_supervised(command, _deadline(task), unwanted))
        _look_for_room(folder, end)
        back = {theirs: ours for ours, theirs in paths.items()}
        files = {file: _rewritten(data, back) for file, data in content(folder).items()}
    return Done(host, end, files)


def _deadline(task: FarmTask) -> Deadline:
    if task.limit is None:
        return Deadline(dict(task.timeouts))
    return TimeLimit(task.limit, go_on=task.go_on)


def _sweep(host: str) -> None:
    """Remove folders of workers of this node that were killed: nobody else does, and disks fill."""
    for folder in Path(tempfile.gettempdir()).glob(f"redmule-sim-{host}-*"):
        process = folder.name.removeprefix(f"redmule-sim-{host}-").partition("-")[0]
        if process.isdecimal() and not Path(f"/proc/{process}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _look_for_room(folder: Path, end: ProcessEnd) -> None:
    """Raise OSError if a simulation failed on a disk that has no room, which is the node's fault."""
    if end.code == 0:
        return
    state = os.statvfs(folder)
    if not state.f_bavail or not state.f_favail or "No space left on device" in end.detail:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


async def _supervised(command: Command, deadline: Deadline, unwanted: Callable[[], bool]) -> ProcessEnd:
    """Run a simulation, and end it once nobody wants it any more."""
    reader = ResultsReader(command.folder / "results.jsonl")
    simulation = asyncio.create_task(run_process(command, deadline, reader, lambda: None))
    while not simulation.done():
        await asyncio.wait([simulation], timeout=POLL_SECONDS)
        if unwanted() and not simulation.done():
            simulation.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                return await simulation
            return ProcessEnd(Ending.INTERRUPTED)
    return simulation.result()


def _environment(task: FarmTask, paths: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in own_environment().items() if name not in task.without}
    return own | {name: _moved(value, paths) for name, value in task.environment.items()}


def _moved(text: str, paths: Mapping[str, str]) -> str:
    """A text with the runner's paths as they are here; longer ones first, of which others may be parts."""
    for ours in sorted(paths, key=len, reverse=True):
        text = text.replace(ours, paths[ours])
    return text


def _rewritten(data: bytes, paths: Mapping[str, str]) -> bytes:
    """A file with other paths; what is no text stays as it is."""
    if b"\0" in data[:_HEAD]:
        return data
    for old in sorted(paths, key=len, reverse=True):
        data = data.replace(old.encode(), paths[old].encode())
    return data
