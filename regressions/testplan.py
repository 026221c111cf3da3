# SPDX-License-Identifier: Apache-2.0
"""The testplan: each requirement of the contract with its tests, checkers and defects (docs/testplan.md)."""

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from regressions.paths import relative
from tb.exchange.reading import convert
from tb.exchange.status import Status, gravest
from tb.schema import Where, read_toml

FILE = Path(__file__).with_name("testplan.toml")

_Names = Annotated[tuple[str, ...], Meta(min_length=1)]


class Testpoint(Struct, frozen=True, forbid_unknown_fields=True):
    """One requirement."""

    __test__ = False  # not a pytest class

    id: str  # name, as tests give it
    clauses: _Names  # ids of the contract's clauses that say so (`regressions.contract`)
    requirement: str  # requirement on a device
    stimulus: str  # stimulus that provokes it
    checking: str  # checks that judge it
    stage: Literal["smoke", "pr", "nightly"]  # the first tier in which a test of it runs
    checkers: _Names  # checkers that report a device that breaks it, named as in findings
    # Patterns of deliberate defects that break it, or of modules all of whose defects do.
    mutants: tuple[str, ...] = ()
    # Patterns of points and crosses of functional coverage that show how it was provoked.
    bins: tuple[str, ...] = ()
    make_test: tuple[str, ...] = ()  # tests of `make test` that check what no run does, as pytest names them

    def wants(self, item: str) -> bool:
        """Return whether bins of a point or cross of functional coverage show how it was provoked."""
        return _is_any(item, self.bins)

    def breaks(self, names: Iterable[str]) -> set[str]:
        """Ids and modules of defects, among some names, that stand for devices that break it."""
        given = set(names)
        return {name for pattern in self.mutants for name in fnmatch.filter(given, pattern)}


class _Plan(Struct, forbid_unknown_fields=True):
    testpoint: list[Testpoint]


@cache
def load_testplan(path: Path = FILE) -> dict[str, Testpoint]:
    """Reads the plan.

    Raises:
        SchemaError: The file is malformed, or a testpoint is there twice.
    """
    where = Where(relative(path))
    plan: dict[str, Testpoint] = {}
    for position, point in enumerate(convert(read_toml(path), _Plan, where).testpoint):
        if point.id in plan:
            place = where.key("testpoint").item(position)
            raise place.error(f"testpoint '{point.id}' is there twice; rename one")
        plan[point.id] = point
    return plan


class TestpointVerdict(StrEnum):
    """State of a testpoint after a run."""

    __test__ = False  # not a pytest class

    PASSED = "passed"
    FAILED = "failed"
    UNTESTED = "untested"
    NOT_APPLICABLE = "not applicable"


@cache
def _is_any(name: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a name is of a pattern; asked several times for each bin of each report."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class TestpointRow:
    """A testpoint in a run: the tests of it that ran, with the gravest status of each, and those left out."""

    __test__ = False  # not a pytest class

    testpoint: Testpoint
    tests: tuple[tuple[str, Status], ...]
    not_applicable: tuple[str, ...] = ()

    @property
    def verdict(self) -> TestpointVerdict:
        """Passed if some test of it ran and all that ran passed."""
        if not self.tests:
            left_out = bool(self.not_applicable)
            return TestpointVerdict.NOT_APPLICABLE if left_out else TestpointVerdict.UNTESTED
        passed = gravest(status for _, status in self.tests) is Status.PASSED
        return TestpointVerdict.PASSED if passed else TestpointVerdict.FAILED


def rows(
    plan: Mapping[str, Testpoint],
    ran: Iterable[tuple[str, Sequence[str], Status]],
    left_out: Iterable[tuple[str, Sequence[str]]] = (),
) -> list[TestpointRow]:
    """Maps tests that ran onto the plan: a row for each testpoint, in the order of the plan.

    A test, with name, testpoints and status, is there once for each device that it ran on.
    """
    statuses: dict[str, dict[str, list[Status]]] = {name: {} for name in plan}
    for test, testpoints, status in ran:
        for name in testpoints:
            if name in statuses:
                statuses[name].setdefault(test, []).append(status)
    without: dict[str, set[str]] = {name: set() for name in plan}
    for test, testpoints in left_out:
        for name in without.keys() & testpoints:
            without[name].add(test)
    return [
        TestpointRow(
            plan[name],
            tuple((test, gravest(each)) for test, each in sorted(tests.items())),
            tuple(sorted(without[name])),
        )
        for name, tests in statuses.items()
    ]


def by_stage(rows: Sequence[TestpointRow]) -> dict[str, list[TestpointRow]]:
    """The testpoints of each stage, in the order in which the plan has the stages."""
    found: dict[str, list[TestpointRow]] = {}
    for row in rows:
        found.setdefault(row.testpoint.stage, []).append(row)
    return found


def verdicts(rows: Sequence[TestpointRow]) -> dict[str, int]:
    """Number of testpoints: all, those that passed, those without a test in the run, or without a meaning."""
    found = [row.verdict for row in rows]
    counted = (TestpointVerdict.PASSED, TestpointVerdict.UNTESTED, TestpointVerdict.NOT_APPLICABLE)
    return {"testpoints": len(found), **{each.name.lower(): found.count(each) for each in counted}}
