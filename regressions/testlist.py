# SPDX-License-Identifier: Apache-2.0
"""Test lists: every ``[[test]]`` of ``regressions/lists/*.toml``, checked before anything runs."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from regressions.errors import UserError, unknown
from regressions.paths import ROOT, relative
from regressions.testplan import load_testplan
from tb.exchange.entry import TestEntry
from tb.exchange.reading import convert
from tb.kinds import kind_of, targets
from tb.schema import Where, choice, read_toml

if TYPE_CHECKING:
    from tb.exchange.device import Descriptor

LISTS = Path(__file__).with_name("lists")


class _TestTable(Struct, forbid_unknown_fields=True):
    test: list[Any] = []


def suits(entry: TestEntry, device: Descriptor) -> bool:
    """Tell whether a test is for such a device."""
    return kind_of(device).suits(device, entry.runs_on)


def _entry(fields: object, file: Path, where: Where, tiers: Sequence[str]) -> TestEntry:
    if isinstance(fields, dict) and isinstance(fields.get("name"), str):
        where = Where(where.file, f"test {fields['name']}")
    if isinstance(fields, dict) and "bench" in fields:
        raise where.key("bench").error("unknown key 'bench'; did you mean 'runs_on'? It has this name now")
    entry = convert(fields, TestEntry, where)
    if (entry.weight is None) == (entry.count is None):
        raise where.error("give either weight (share of the tier's cycles) or count (scenarios)")
    for tier in entry.tiers:
        choice(tier, tiers, "tier", where.key("tiers"))
    for name in entry.testpoints:
        choice(name, load_testplan(), "testpoint", where.key("testpoints"))
    choice(entry.runs_on, targets(), "device", where.key("runs_on"))
    sequence = _place(entry.sequence, file, where.key("sequence"))
    return structs.replace(entry, sequence=sequence, source=where.file)


def _place(sequence: str, file: Path, where: Where) -> str:
    """Makes the file of ``path.py:Class`` relative to the project, wherever the list stands."""
    name, separator, cls = sequence.rpartition(":")
    if not separator:
        return sequence
    for folder in (file.parent, ROOT):
        if (folder / name).is_file():
            return f"{relative(folder / name)}:{cls}"
    raise where.error(f"no file '{name}' beside the list or in the project; correct the path")


def load(lists: Sequence[Path], tiers: Iterable[str], further: Sequence[Path] = ()) -> dict[str, TestEntry]:
    """Reads test lists, files or folders of them: all entries by name, in the order of the files.

    `tiers` are the names of those that exist; each of the `further` lists, which a user names, has a test.

    Raises:
        SchemaError: A list cannot be read, is malformed or empty, or defines a test twice.
    """
    tiers = tuple(tiers)
    entries: dict[str, TestEntry] = {}
    for path in (*lists, *further):
        before = len(entries)
        for file in sorted(path.glob("*.toml")) if path.is_dir() else [path]:
            where = Where(relative(file))
            for position, fields in enumerate(convert(read_toml(file), _TestTable, where).test):
                entry = _entry(fields, file, where.key("test").item(position), tiers)
                if entry.name in entries:
                    raise where.error(
                        f"test '{entry.name}' is already defined in {entries[entry.name].source}; rename one"
                    )
                entries[entry.name] = entry
        if path in further and len(entries) == before:
            where = Where(relative(path))
            raise where.error("there is no [[test]] in it; add one (docs/knobs.md), or leave it out of LISTS")
    return entries


def select(entries: dict[str, TestEntry], tier: str | None, patterns: str) -> list[TestEntry]:
    """The tests of a tier whose names match one of some comma-separated patterns (``*`` and ``?``).

    No pattern selects everything; without a tier (None) those of all are looked at.

    Raises:
        UserError: A pattern matches no test, or the tier has none.
    """
    chosen = [entry for entry in entries.values() if tier is None or tier in entry.tiers]
    if not patterns:
        if not chosen:
            raise UserError(f"TIER={tier}: no test list has a test of this tier")
        return chosen
    kept: dict[str, TestEntry] = {}
    for pattern in patterns.split(","):
        found = [entry for entry in chosen if matches(entry, pattern)]
        if not found and any(matches(entry, pattern) for entry in entries.values()):
            name = pattern.strip()
            raise UserError(f"TESTS: {name!r} matches no test of tier {tier}; 'make list' shows the tiers")
        if not found:
            raise unknown("test", pattern.strip(), entries, "TESTS", "'make list' lists them")
        kept.update((entry.name, entry) for entry in found)
    return list(kept.values())


def matches(entry: TestEntry, patterns: str) -> bool:
    """Return whether a test's name matches one of the comma-separated patterns, or there are none."""
    parts = [part.strip() for part in patterns.split(",")]
    return not patterns or any(fnmatch.fnmatchcase(entry.name, part) for part in parts)
