# SPDX-License-Identifier: Apache-2.0
"""Proofs that checkers fire: parameters with the mark `proves`, and where pytest finds them.

A proof breaks something so that the checkers that its mark names fire, and no other. After a change of proofs
``python -m tests.proofs`` writes `tb/proofs.json` anew.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tb.checkers import PROOFS

HERE = Path(__file__).resolve().parent


def proving(checkers: Mapping[str, str]) -> list[Any]:
    """Parameters of a test, each of which proves a checker.

    Args:
        checkers: Name of the checker by parameter.
    """
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
        for item in session.items:
            for mark in item.iter_markers("proves"):
                for checker in mark.args:
                    self.proofs.setdefault(checker, []).append(item.nodeid)


def main(file: Path) -> int:
    """Collect the test files with proofs, and write these, sorted."""
    # Nothing but these two makes the mark; importing all test files takes the longest.
    files = [
        str(path)
        for path in sorted(HERE.rglob("test_*.py"))
        if re.search(r"mark\.proves|import proving", path.read_text())
    ]
    collector = ProofCollector()
    status = pytest.main(["--collect-only", "-qq", *files], plugins=[collector])
    if status == 0:
        file.write_text(json.dumps(collector.proofs, indent=1, sort_keys=True) + "\n")
    return status


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else PROOFS))
