# SPDX-License-Identifier: Apache-2.0
"""Findings of runs, one after the other: `history.jsonl` beside the reports, a line for each that ended."""

from pathlib import Path

import msgspec
from msgspec import Struct, field

KEPT_KINDS = 100
"""Kinds of failures that an entry keeps, the most frequent ones."""


class Entry(Struct, frozen=True, kw_only=True):
    """A run in the history."""

    run: str  # name of its folder, which begins with its time
    label: str  # tier, or what else it was, and the portion of it
    whole: bool  # it is all that its label stands for; only such runs are compared with
    git: str  # its commit
    passed: bool
    tests: int  # tests on devices
    tests_passed: int
    jobs: int
    cycles: int
    seconds: float  # wall time of its simulations
    build_seconds: float = 0.0  # of the builds that it made, together
    coverage: float = 0.0  # functional coverage in percent
    utilization: dict[str, float] = field(default_factory=dict)  # the first figure of each device
    failing: dict[str, int] = field(default_factory=dict)  # failures by device and bucket (`place`)


def place(device: str, bucket: str) -> str:
    """Name a kind of failures of a device, as entries do."""
    # A text may hold what UTF-8 cannot, such as half a character that a user's program printed.
    return f"{device}: {bucket}".encode("utf-8", "replace").decode()


def note(path: Path, entry: Entry) -> None:
    """Append an entry; what earlier runs noted stays as it is.

    Raises:
        OSError: The file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(msgspec.json.encode(entry) + b"\n")


def before(path: Path, label: str, run: str) -> list[Entry]:
    """Read the whole runs of a label that began before a run, the last one last.

    Their order is that of their names, which begin with their times: files of several machines may be joined.
    Lines that this version cannot read count for nothing: a report does not fail for what others wrote.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return []
    found: dict[str, Entry] = {}
    for line in lines:
        try:
            entry = msgspec.json.decode(line, type=Entry)
        except msgspec.MsgspecError:
            continue
        if entry.whole and entry.label == label and entry.run < run:
            found[entry.run] = entry
    return [found[name] for name in sorted(found)]
