# SPDX-License-Identifier: Apache-2.0
"""Proofs that checkers fire: parameters with the mark `proves`, and where pytest finds them.

A proof breaks something so that the checkers that its mark names fire, and no other. After a change of proofs
``python -m tests.proofs`` writes `tb/proofs.json` anew.
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tb.checkers import PROOFS

HERE = Path(__file__).resolve().parent


def proving(checkers: Mapping[str, str]) -> list[Any]:
    """Parameters of a test, each of which proves the checker that it leads to."""
    return [pytest.param(name, marks=pytest.mark.proves(checker)) for name, checker in checkers.items()]


class ProofCollector:
    """Plugin of pytest that notes the proofs among the tests that are collected.

    Attributes:
        proofs: Places of tests by the name of the checker.
    """

    def __init__(self) -> None:
        self.proofs: dict[str, list[str]] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note the marks of all tests."""
        self.proofs = proofs_of(session.items)


def proofs_of(items: Iterable[pytest.Item]) -> dict[str, list[str]]:
    """Places of the proofs among some tests, by the name of the checker."""
    found: dict[str, list[str]] = defaultdict(list)
    for item in items:
        for mark in item.iter_markers("proves"):
            for checker in mark.args:
                found[checker].append(item.nodeid)
    return {checker: sorted(places) for checker, places in found.items()}


def files() -> list[Path]:
    """Test files with proofs: nothing but these two makes the mark."""
    found = re.compile(r"mark\.proves|import proving")
    return [path for path in sorted(HERE.rglob("test_*.py")) if found.search(path.read_text())]


def write(proofs: Mapping[str, list[str]], file: Path) -> None:
    """Write the proofs, sorted."""
    file.write_text(json.dumps(proofs, indent=1, sort_keys=True) + "\n")


def main(file: Path) -> int:
    """Collect the test files with proofs, and write these; importing all test files takes the longest."""
    collector = ProofCollector()
    status = pytest.main(["--collect-only", "-qq", *map(str, files())], plugins=[collector])
    if status == 0:
        write(collector.proofs, file)
    return status


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else PROOFS))
