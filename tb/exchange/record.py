# SPDX-License-Identifier: Apache-2.0
"""Failure records: a JSON file with everything needed to see a failure again."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field, to_builtins
from msgspec.structs import replace

from tb.exchange.entry import TestEntry, upgraded
from tb.exchange.reading import convert, read_json
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.schema import SchemaError, Where, nearest

SCHEMA: Literal[1] = 1


class Record(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A failure."""

    schema: Literal[1] = SCHEMA
    descriptor: str  # name or path of the device's descriptor
    parameters: dict[str, Any] = field(default_factory=dict)
    entry: TestEntry  # test entry, as in the test list
    seed: int
    state: int = 0  # seed of the random state that the simulation started from; 0 for none
    status: Status  # status of the finding that the record is about
    detail: str = ""  # that finding, for people
    # Everything that was wrong in the failing scenario, what the record is about first; none in records of
    # earlier versions.
    findings: tuple[Finding, ...] = ()
    checkers: tuple[str, ...] = ()  # files of a user's checkers
    tools: dict[str, Any] = field(default_factory=dict)
    # All scenarios since the last reset, in order; the last one failed.
    scenarios: Annotated[tuple[Scenario, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        if not self.scenarios:
            raise ValueError("a failure record needs at least the failing scenario")
        if self.status is Status.PASSED:
            raise ValueError("status 'passed' is no failure")

    @property
    def failing(self) -> Scenario:
        """The scenario that failed."""
        return self.scenarios[-1]

    @property
    def finding(self) -> Finding:
        """Finding that the record is about; of a record of earlier versions, as far as its detail tells."""
        checker, _, detail = self.detail.partition(": ")
        return self.findings[0] if self.findings else Finding(self.status, checker, detail)

    def about(self, findings: Sequence[Finding], scenarios: tuple[Scenario, ...]) -> "Record":
        """The record of another failure of the same kind: what it is about is the first of the findings."""
        first = findings[0]
        return replace(
            self,
            status=first.status,
            detail=first.line,
            findings=tuple(findings),
            scenarios=scenarios,
        )

    def narrowed(self, words: str) -> "Record":
        """The same scenarios, about another finding.

        Args:
            words: Its checker, or the beginning of its line.

        Raises:
            SchemaError: There is none.
        """
        chosen = [each for each in self.findings if each.checker == words]
        chosen = chosen or [each for each in self.findings if each.line.startswith(words)]
        if not chosen:
            checkers = list(dict.fromkeys(each.checker for each in self.findings))
            known = f"{nearest(words, checkers)}It has: {', '.join(checkers) or 'none that it names'}"
            raise SchemaError(f"FINDING: the record has no finding '{words}'; {known}")
        return self.about(
            [chosen[0], *(each for each in self.findings if each is not chosen[0])], self.scenarios
        )

    def alone(self) -> tuple[Scenario, ...]:
        """Returns what to replay first: the failing scenario only."""
        return self.scenarios[-1:]

    def write(self, path: Path) -> None:
        """Writes the record, making folders as needed; a reader never sees half of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        table: dict[str, Any] = to_builtins(self)
        del table["scenarios"]
        head = json.dumps(table, indent=1)[:-2]
        # A line for each scenario: long prefixes stay readable, and easy to cut by hand.
        lines = ",\n".join("  " + json.dumps(scenario.to_json()) for scenario in self.scenarios)
        temporary = path.with_name(path.name + ".part")
        temporary.write_text(f'{head},\n "scenarios": [\n{lines}\n ]\n}}\n', encoding="utf-8")
        temporary.replace(path)


def read_record(path: Path) -> Record:
    """Reads a failure record.

    Raises:
        SchemaError: The file is missing, no JSON, or no record; one line.
    """
    hint = "give the path of a file in a run's failures/ folder"
    data = read_json(path, "failure record", hint)
    if isinstance(data, dict):
        data["entry"] = upgraded(data.get("entry"))
    try:
        return convert(data, Record, Where(str(path)))
    except SchemaError as error:
        raise SchemaError(f"{error} (is this a failure record?)") from None
