# SPDX-License-Identifier: Apache-2.0
"""Docstrings begin with a verb or a noun."""

import re

from regressions.paths import ROOT
from tests.docs.tree import tracked

_WORDS = "What|Whether|How|Who|See"
# A docstring, and the line of an argument or attribute in one.
_TRANSLATED = re.compile(rf'^\s*"""(?:{_WORDS})\b.*|^\s+\w+: (?:{_WORDS})\b.*', re.MULTILINE)


def translated(text: str) -> list[str]:
    """List lines of docstrings that begin with a question word or are a bare reference."""
    return [match[0].strip() for match in _TRANSLATED.finditer(text)]


def test_docstrings_begin_with_a_verb_or_a_noun() -> None:
    found = {path.relative_to(ROOT): translated(path.read_text()) for path in tracked("*.py")}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_others_are_found() -> None:
    quotes = '"' * 3
    begin = "\n    Args:\n        jobs: "
    assert translated(f"{quotes}Whether it holds.{quotes}") == [f"{quotes}Whether it holds.{quotes}"]
    assert translated(f"{quotes}Number of jobs.{begin}How many.") == ["jobs: How many."]
    assert translated(f"{quotes}Whoever runs.{begin}Those that run.{quotes}") == []
