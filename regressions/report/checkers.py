# SPDX-License-Identifier: Apache-2.0
"""Checkers as reports show them, with the testpoints that need them and the tests that prove them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regressions.testplan import Testpoint
from tb.checkers import OWN, Checker


@dataclass(frozen=True, slots=True)
class CheckerView:
    """A checker and the testpoints that rely on it."""

    checker: Checker
    testpoints: tuple[str, ...]

    @property
    def command(self) -> str:
        """Command that runs its proofs; empty without any."""
        if self.checker.kind == OWN:
            return ""  # the run itself tried them
        nodes = " ".join(f"'{node}'" for node in self.checker.proofs)
        return f"pytest {nodes}" if nodes else ""

    @property
    def broken(self) -> str:
        """Parameters of its proofs, which name the broken thing, or the tests without one."""
        return ", ".join(
            (node.partition("[")[2] or node.rpartition("::")[2]).rstrip("]") for node in self.checker.proofs
        )


def views(checkers: Mapping[str, Checker], plan: Iterable[Testpoint]) -> list[CheckerView]:
    """All checkers, in the order of their list."""
    points = list(plan)
    return [
        CheckerView(checker, tuple(point.id for point in points if checker.name in point.checkers))
        for checker in checkers.values()
    ]


def anchor(name: str) -> str:
    """Place of a checker on the page."""
    return f"checker-{re.sub(r'[^a-z0-9_]', '-', name)}"
