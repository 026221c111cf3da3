# SPDX-License-Identifier: Apache-2.0
"""Results of a campaign as they come in: one that was interrupted goes on from there."""

import fcntl
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from msgspec import MsgspecError, Struct, json

from regressions.mutants.defects import Defect
from regressions.mutants.outcome import DefectResult
from regressions.mutants.target import Numbered, Target
from regressions.order import Order
from regressions.paths import ROOT
from regressions.rundir import create_run
from regressions.simulators.cache import content_key

FILE = "finished.jsonl"
"""File in the folder of a campaign whose command has not come to its end: inputs, then results."""
SIMS = "sims"
"""Folder of a campaign's simulations, with one for each defect."""
# All of the project that may decide a defect's fate.
_FOLDERS = ("models", "regressions", "rtl", "sw", "tb", "tests")


class _Line(Struct, omit_defaults=True):
    inputs: str = ""  # of the first line: hash of all that goes in
    amount: int | None = None  # length of the tests, after the run without a defect
    result: DefectResult | None = None  # result of a defect


class Finished:
    """Results that a campaign has so far, in the folder of its run.

    Args:
        folder: The folder.
        file: The open file, which is locked as long as the campaign lives.
        lines: Content that an interrupted campaign left in it.
    """

    def __init__(self, folder: Path, file: BinaryIO, lines: Sequence[_Line] = ()) -> None:
        self.folder, self._file = folder, file
        self.results = [line.result for line in lines if line.result is not None]
        self.amount = next((line.amount for line in lines if line.amount is not None), None)

    @classmethod
    def begin(cls, runs: Path, label: str, seed: int, inputs: str) -> "Finished":
        """Take up the newest interrupted campaign with the same inputs, or begin a new one.

        Raises:
            OSError: A folder or file cannot be made or changed.
        """
        for path in sorted(runs.glob(f"*/{FILE}"), reverse=True):
            if (found := _take_up(path, inputs)) is not None:
                return found
        folder = create_run(runs, label, seed)
        file = (folder / FILE).open("w+b")
        fcntl.flock(file, fcntl.LOCK_EX)
        finished = cls(folder, file)
        finished._write(_Line(inputs=inputs))
        return finished

    def control(self, amount: int) -> None:
        """Note that everything passes without a defect, and how much that is."""
        self.amount = amount
        self._write(_Line(amount=amount))

    def add(self, result: DefectResult) -> None:
        """Note a result."""
        self.results.append(result)
        self._write(_Line(result=result))

    def close(self) -> None:
        """Let another campaign take it up."""
        self._file.close()

    def _write(self, line: _Line) -> None:
        self._file.write(json.encode(line) + b"\n")
        self._file.flush()


def _take_up(path: Path, inputs: str) -> Finished | None:
    """An interrupted campaign; None if it has other inputs, or still runs."""
    file = path.open("r+b")
    lines, whole = list[_Line](), 0
    with suppress(BlockingIOError, MsgspecError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for text in file:
            lines.append(json.decode(text, type=_Line))
            whole += len(text)
    if not lines or lines[0].inputs != inputs:
        file.close()
        return None
    # The process may have been killed in the middle of a line, and of a simulation.
    file.seek(whole)
    file.truncate()
    finished = Finished(path.parent, file, lines)
    done = {result.defect.id for result in finished.results}
    for folder in (path.parent / SIMS).glob("*"):
        if folder.name not in done:
            shutil.rmtree(folder)
    return finished


def inputs_of(
    label: str,
    target: Target,
    everything: Sequence[Defect],
    chosen: Numbered,
    order: Order,
    tools: dict[str, str],
) -> str:
    """Hash of all that decides the results of a campaign."""
    device = target.device
    folders = [*(ROOT / folder for folder in _FOLDERS), *device.includes]
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix != ".pyc"]
    files += [*device.sources, *order.lists, *(path for path in (order.data, order.job_list) if path)]
    asked = (label, target.seed, order.graded, order.kind, tools, [number for number, _ in chosen])
    return content_key(filter(Path.is_file, files), [repr(asked), *map(repr, everything)])
