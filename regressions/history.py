# SPDX-License-Identifier: Apache-2.0
"""Findings of runs, one after the other: `history.jsonl` beside the reports, a line for each that ended."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct, field

KEPT_KINDS = 100
"""Kinds of failures that an entry keeps, the most frequent ones."""

KEPT_FINDERS = 8
"""Tests that an entry names for a kind of failures."""


class TestEffort(Struct, frozen=True, array_like=True):
    """Cost of a test in a run, on all devices, and what it added to coverage."""

    __test__ = False  # not a pytest class

    seconds: float  # wall time of its simulations
    jobs: int
    alone: int  # bins, points of code coverage and defects that no other test hit


class Entry(Struct, frozen=True, kw_only=True):
    """A run in the history."""

    run: str  # name of its folder, which begins with its time
    label: str  # tier, or what else it was, and the portion of it
    whole: bool  # it is all that its label stands for; only such runs are compared with
    git: str  # its commit
    seed: int | None = None  # None in entries of earlier versions
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
    finders: dict[str, tuple[str, ...]] = field(default_factory=dict)  # tests that had these failures
    efforts: dict[str, TestEffort] = field(default_factory=dict)  # by test


@dataclass(frozen=True, slots=True)
class RunHistory:
    """Runs in the order of their names, which begin with their times: files of machines may be joined."""

    entries: tuple[Entry, ...] = ()
    unreadable: int = 0  # lines that are no entry

    def whole(self, label: str) -> list[Entry]:
        """The whole runs of a label."""
        return [entry for entry in self.entries if entry.whole and entry.label == label]


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


def before(path: Path, run: str) -> RunHistory:
    """Read the runs that began before a run; one that was noted twice counts as it was last.

    Lines that this version cannot read are counted: a report does not fail for what others wrote.
    """
    found: dict[str, Entry] = {}
    unreadable = 0
    decoder = msgspec.json.Decoder(Entry)
    try:
        with path.open("rb") as file:
            for line in file:
                try:
                    entry = decoder.decode(line)
                except (msgspec.MsgspecError, UnicodeDecodeError):
                    unreadable += bool(line.strip())
                    continue
                if entry.run < run:
                    found[entry.run] = entry
    except OSError:
        return RunHistory()
    return RunHistory(tuple(found[name] for name in sorted(found)), unreadable)
