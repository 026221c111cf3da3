# SPDX-License-Identifier: Apache-2.0
"""Failure records: a JSON file with everything needed to see a failure again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tb.schema import Field, SchemaError, Where, check
from tb.stimulus.job import Scenario

SCHEMA = 1
STATUSES = ("mismatch", "protocol", "timeout", "crash", "build_failed", "not_run")


@dataclass(frozen=True, slots=True)
class Record:
    """A failure.

    Attributes:
        scenarios: all scenarios since the last reset, in order; the last one failed.
        status: how it failed.
        detail: one line for people.
        descriptor: name or path of the device's descriptor.
        entry: the test entry, as in the test list.
        seed: of the run.
        parameters: of the device.
        tools: versions of the tools.
    """

    scenarios: tuple[Scenario, ...]
    status: str
    detail: str
    descriptor: str
    entry: Mapping[str, Any]
    seed: int
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tools: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.scenarios:
            raise ValueError("a failure record needs at least the failing scenario")
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r} is no failure; use one of {', '.join(STATUSES)}")

    @property
    def failing(self) -> Scenario:
        """The scenario that failed."""
        return self.scenarios[-1]

    def alone(self) -> tuple[Scenario, ...]:
        """What to replay first: the failing scenario only."""
        return self.scenarios[-1:]

    def prefix(self) -> tuple[Scenario, ...]:
        """What to replay if it passes alone: everything since the last reset, the failing scenario last."""
        return self.scenarios

    def to_json(self) -> dict[str, Any]:
        """The record as a dictionary of JSON values."""
        return {
            "schema": SCHEMA,
            "descriptor": self.descriptor,
            "parameters": dict(self.parameters),
            "entry": dict(self.entry),
            "seed": self.seed,
            "status": self.status,
            "detail": self.detail,
            "tools": dict(self.tools),
            "scenarios": [scenario.to_json() for scenario in self.scenarios],
        }

    def write(self, path: Path) -> None:
        """Writes the record, making folders as needed; a reader never sees half of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        table = self.to_json()
        scenarios = table.pop("scenarios")
        head = json.dumps(table, indent=1)[:-2]
        # A line for each scenario: long prefixes stay readable, and easy to cut by hand.
        lines = ",\n".join("  " + json.dumps(scenario) for scenario in scenarios)
        temporary = path.with_name(path.name + ".part")
        temporary.write_text(f'{head},\n "scenarios": [\n{lines}\n ]\n}}\n', encoding="utf-8")
        temporary.replace(path)


_FIELDS: Mapping[str, Field] = {
    "schema": Field("version of the record's format, 1", int, required=True, lo=SCHEMA, hi=SCHEMA),
    "descriptor": Field("the device", str, required=True),
    "parameters": Field("parameters of the device", dict, default={}),
    "entry": Field("the test entry", dict, required=True),
    "seed": Field("seed of the run", int, required=True),
    "status": Field("how it failed", str, required=True, choices=STATUSES),
    "detail": Field("one line for people", str, default=""),
    "tools": Field("versions of the tools", dict, default={}),
    "scenarios": Field(
        "scenarios since the last reset",
        list,
        required=True,
        lo=1,
        items=Field("a scenario", dict, parse=Scenario.from_json),
    ),
}


def read_record(path: Path) -> Record:
    """Reads a failure record.

    Raises:
        SchemaError: the file is missing, no JSON, or no record; one line.
    """
    where = Where(str(path))
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise where.error(
            "no such failure record; give the path of a file in a run's failures/ folder"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise where.error(f"the failure record cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        raise where.error(f"the failure record is no JSON ({error}); it may be cut short") from None
    try:
        table = check(data, _FIELDS, where)
    except SchemaError as error:
        raise SchemaError(f"{error} (is this a failure record?)") from None
    del table["schema"]
    return Record(**{**table, "scenarios": tuple(table["scenarios"])})
