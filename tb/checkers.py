# SPDX-License-Identifier: Apache-2.0
"""Every checker of the bench and what proves that it fires: `checkers.toml`, held to the source by a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tb.schema import Field, Where, check, choice, read_toml

FILE = Path(__file__).with_name("checkers.toml")
KINDS = ("comparison", "watchdog", "opinion", "law", "assertion", "rule", "cluster")


@dataclass(frozen=True, slots=True)
class Proof:
    """A test that breaks something so that one checker fires, and no other.

    Attributes:
        where: Key of the test in `checkers.toml`, such as `fault`.
        test: The test's place, as pytest names it.
        parameter: What it breaks.
    """

    where: str
    test: str
    parameter: str

    @property
    def node(self) -> str:
        """The test with its parameter, for the command line of pytest."""
        return f"{self.test}[{self.parameter}]"


@dataclass(frozen=True, slots=True)
class Checker:
    """One thing that the bench can find to be wrong.

    Attributes:
        name: As findings have it.
        kind: One of `KINDS`.
        checks: What must hold.
        proofs: Tests that make it fire alone.
    """

    name: str
    kind: str
    checks: str
    proofs: tuple[Proof, ...]

    @property
    def proven(self) -> bool:
        """Whether it is known to fire."""
        return bool(self.proofs)


_CHECKER = {
    "name": Field("name as in findings", str, required=True),
    "kind": Field("what it is", str, required=True, choices=KINDS),
    "checks": Field("what must hold", str, required=True),
    "proofs": Field(
        "tests that make it fire alone", list, default=[], items=Field("where and parameter", str)
    ),
}
_FILE = {
    "proofs": Field("tests by a short name", dict, required=True, items=Field("file::test", str)),
    "checker": Field("the checkers", list, required=True),
}


def load_checkers(path: Path = FILE) -> dict[str, Checker]:
    """Reads the list.

    Raises:
        SchemaError: It is malformed, a checker is there twice, or a proof names no test.
    """
    where = Where(path.name)
    table = check(read_toml(path), _FILE, where)
    checkers: dict[str, Checker] = {}
    for position, fields in enumerate(table["checker"]):
        place = where.key("checker").item(position)
        values = check(fields, _CHECKER, place)
        if values["name"] in checkers:
            raise place.error(f"checker '{values['name']}' is there twice; rename one")
        proofs = tuple(_proof(text, table["proofs"], place.key("proofs")) for text in values["proofs"])
        checkers[values["name"]] = Checker(values["name"], values["kind"], values["checks"], proofs)
    return checkers


def tally(checkers: Mapping[str, Checker]) -> dict[str, int]:
    """How many checkers there are, and how many are known to fire."""
    return {"total": len(checkers), "proven": sum(checker.proven for checker in checkers.values())}


def _proof(text: str, tests: dict[str, str], where: Where) -> Proof:
    key, _, parameter = text.partition(" ")
    if not parameter:
        raise where.error(f"'{text}' names no parameter; write '<where> <parameter>'")
    return Proof(choice(key, tests, "test", where), tests[key], parameter)
