# SPDX-License-Identifier: Apache-2.0
"""The bench's checkers as reports show them: what each checks, which testpoints need it, what proves it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regressions.testplan import Testpoint
from tb.checkers import Checker


@dataclass(frozen=True, slots=True)
class CheckerView:
    """A checker and the testpoints that rely on it."""

    checker: Checker
    testpoints: tuple[str, ...]

    @property
    def command(self) -> str:
        """What runs its proofs; empty without any."""
        nodes = " ".join(f"'{proof.node}'" for proof in self.checker.proofs)
        return f"pytest {nodes}" if nodes else ""


def views(checkers: Mapping[str, Checker], plan: Iterable[Testpoint]) -> list[CheckerView]:
    """All checkers, in the order of their list."""
    points = list(plan)
    return [
        CheckerView(checker, tuple(point.id for point in points if checker.name in point.checkers))
        for checker in checkers.values()
    ]


def anchor(name: str) -> str:
    """Where the page shows a checker."""
    return f"checker-{re.sub(r'[^a-z0-9_]', '-', name)}"
