# SPDX-License-Identifier: Apache-2.0
"""Outcomes of simulations beside their results, by which an interrupted run goes on (``RESUME=``)."""

import shutil
from pathlib import Path

import msgspec

from regressions.json_file import write_json
from regressions.judge import Ending, ProcessEnd
from tb.exchange.plan import FILE, Plan

OUTCOME = "outcome.json"


def earlier(folder: Path, plan: Plan) -> ProcessEnd | None:
    """Return how a simulation of the same plan ended in its folder before; None if none came to its end.

    What one left that did not is removed, and the folder has the plan then.

    Raises:
        OSError: The folder cannot be made.
    """
    if folder.exists():
        end = _read(folder / OUTCOME)
        if end is not None and (folder / FILE).read_bytes() == plan.encoded:
            return end
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    plan.write(folder)
    return None


def _read(path: Path) -> ProcessEnd | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=ProcessEnd)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def note(folder: Path, end: ProcessEnd) -> None:
    """Note how a simulation ended, all of whose results are in its folder, unless it is to run again.

    Raises:
        OSError: It cannot be written.
    """
    if end.ending in (Ending.EXITED, Ending.TIMEOUT):
        write_json(folder / OUTCOME, msgspec.to_builtins(end))
