# SPDX-License-Identifier: Apache-2.0
"""Test lists: every ``[[test]]`` of ``regressions/lists/*.toml``, checked before anything runs."""

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regressions.errors import UserError, unknown
from regressions.paths import ROOT, relative
from tb.descriptor import Descriptor
from tb.kinds import ACCELERATOR, kind_of, targets
from tb.schema import Field, Where, check, choice, read_toml

LISTS = Path(__file__).with_name("lists")
DEFAULT_TIMEOUT = 300.0
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class TestEntry:
    """One test of a list.

    Attributes:
        name: Unique; also the name of its random streams.
        sequence: A registered sequence, or ``path.py:Class``.
        tiers: Tiers the test belongs to.
        weight: Share of the tier's cycle budget, relative to the other tests; None if count is given.
        count: Fixed number of scenarios (of runs, for a directed test); None if weight is given.
        timeout: Seconds of wall time for one segment of the test.
        testpoints: What of the testplan it covers.
        knobs: Restrictions of the random draw, checked by ``tb.stimulus.knobs``.
        runs_on: What it is for: one of the `targets` of a kind of devices (`tb.kinds`).
        description: One line for people.
        source: The list it stands in.
    """

    __test__ = False  # not a pytest class

    name: str
    sequence: str
    tiers: tuple[str, ...] = ()
    weight: float | None = None
    count: int | None = None
    timeout: float = DEFAULT_TIMEOUT
    testpoints: tuple[str, ...] = ()
    knobs: dict[str, Any] = field(default_factory=dict)
    description: str = ""
    source: str = ""
    runs_on: str = ACCELERATOR

    @classmethod
    def from_json(cls, fields: Mapping[str, Any], source: str) -> "TestEntry":
        """Reads what `to_json` wrote, now or when the key `runs_on` was still `bench`.

        Raises:
            SchemaError: It is not such an entry.
        """
        given = {("runs_on" if k == "bench" else k): v for k, v in fields.items() if v is not None}
        values = check(given, _FIELDS, Where(source, "entry"))
        values["tiers"], values["testpoints"] = tuple(values["tiers"]), tuple(values["testpoints"])
        return cls(**values, source=source)

    def to_json(self) -> dict[str, Any]:
        """The entry as plans and records hold it."""
        return {
            "name": self.name,
            "sequence": self.sequence,
            "tiers": list(self.tiers),
            "weight": self.weight,
            "count": self.count,
            "timeout": self.timeout,
            "testpoints": list(self.testpoints),
            "knobs": self.knobs,
            "runs_on": self.runs_on,
        }

    def suits(self, device: Descriptor) -> bool:
        """Tell whether it is a test for such a device."""
        return kind_of(device).suits(device, self.runs_on)


def _parse_name(value: str, where: Where) -> str:
    if not _NAME.fullmatch(value):
        raise where.error(f"'{value}' is no test name; use letters, digits and _, a letter first")
    return value


_TEXT = Field("a text", str)
_FIELDS = {
    "name": Field("the test's unique name", str, required=True, parse=_parse_name),
    "sequence": Field("a registered sequence or path.py:Class", str, required=True),
    "description": Field("one line for people", str, default=""),
    "tiers": Field("tiers the test belongs to", list, default=[], items=_TEXT),
    "testpoints": Field("what of the testplan it covers", list, default=[], items=_TEXT),
    "weight": Field("share of the tier's cycle budget", float, lo=1e-6),
    "count": Field("number of scenarios, instead of a weight", int, lo=1),
    "timeout": Field("seconds of wall time for a segment of the test", float, default=DEFAULT_TIMEOUT, lo=1),
    "knobs": Field("restrictions of the random draw", dict, default={}),
    "runs_on": Field("what it is for", str, default=ACCELERATOR, choices=tuple(targets())),
}


def _entry(fields: object, file: Path, where: Where, tiers: Sequence[str]) -> TestEntry:
    if isinstance(fields, dict) and isinstance(fields.get("name"), str):
        where = Where(where.file, f"test {fields['name']}")
    if isinstance(fields, dict) and "bench" in fields:
        raise where.key("bench").error("unknown key 'bench'; did you mean 'runs_on'? It has this name now")
    values = check(fields, _FIELDS, where)
    if (values["weight"] is None) == (values["count"] is None):
        raise where.error("give either weight (share of the tier's cycles) or count (scenarios)")
    for tier in values["tiers"]:
        choice(tier, tiers, "tier", where.key("tiers"))
    values["sequence"] = _place(values["sequence"], file, where.key("sequence"))
    values["tiers"] = tuple(values["tiers"])
    values["testpoints"] = tuple(values["testpoints"])
    return TestEntry(**values, source=where.file)


def _place(sequence: str, file: Path, where: Where) -> str:
    """Makes the file of ``path.py:Class`` relative to the project, wherever the list stands."""
    name, separator, cls = sequence.rpartition(":")
    if not separator:
        return sequence
    for folder in (file.parent, ROOT):
        if (folder / name).is_file():
            return f"{relative(folder / name)}:{cls}"
    raise where.error(f"no file '{name}' beside the list or in the project; correct the path")


def load(lists: Sequence[Path], tiers: Iterable[str]) -> dict[str, TestEntry]:
    """Reads test lists.

    Args:
        lists: TOML files, or folders of them.
        tiers: Names of the tiers that exist.

    Returns:
        All entries by name, in the order of the files.

    Raises:
        SchemaError: A list cannot be read, is malformed, or defines a test twice.
    """
    tiers = tuple(tiers)
    entries: dict[str, TestEntry] = {}
    for path in lists:
        for file in sorted(path.glob("*.toml")) if path.is_dir() else [path]:
            where = Where(relative(file))
            table = check(read_toml(file), {"test": Field("the tests, as [[test]] tables", list)}, where)
            for position, fields in enumerate(table["test"] or []):
                entry = _entry(fields, file, where.key("test").item(position), tiers)
                if entry.name in entries:
                    raise where.error(
                        f"test '{entry.name}' is already defined in {entries[entry.name].source}; rename one"
                    )
                entries[entry.name] = entry
    return entries


def select(entries: dict[str, TestEntry], tier: str | None, patterns: str) -> list[TestEntry]:
    """The tests of a tier whose names match one of some comma-separated patterns (``*`` and ``?``).

    Args:
        entries: All entries.
        tier: Only the tests of this tier; None for all.
        patterns: Patterns; empty selects everything.

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
            raise unknown("test", pattern.strip(), entries, "TESTS")
        kept.update((entry.name, entry) for entry in found)
    return list(kept.values())


def matches(entry: TestEntry, patterns: str) -> bool:
    """Whether a test's name matches one of some comma-separated patterns; all do where there are none."""
    parts = [part.strip() for part in patterns.split(",")]
    return not patterns or any(fnmatch.fnmatchcase(entry.name, part) for part in parts)
