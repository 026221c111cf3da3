# SPDX-License-Identifier: Apache-2.0
"""Prose: docstrings begin with a verb or a noun; the glossary is in order, and links lead somewhere."""

import re

from regressions.paths import ROOT
from tests.docs.tree import broken, links, tracked

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


GLOSSARY = ROOT / "docs" / "glossary.md"
ENTRIES = re.findall(r"^- \*\*(.+?)\*\*: (.*)$", GLOSSARY.read_text(), re.MULTILINE)


def test_words_are_unique_and_in_order() -> None:
    words = [word.lower() for word, _ in ENTRIES]
    assert len(words) >= 30
    assert words == sorted(set(words))


def test_each_word_has_a_link() -> None:
    assert [word for word, meaning in ENTRIES if not links(meaning)] == []


def test_links_of_documents_lead_somewhere() -> None:
    found = {path.relative_to(ROOT): broken(path, path.read_text()) for path in tracked("*.md")}
    assert {path: targets for path, targets in found.items() if targets} == {}


def test_a_broken_link_is_found() -> None:
    text = "# Two words\n[a](#two-words) [b](#three) [c](knobs.md#stalls) [d](no.md) [e](https://example.org/x)\n"
    assert broken(GLOSSARY, text) == ["#three", "no.md"]
