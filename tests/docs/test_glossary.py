# SPDX-License-Identifier: Apache-2.0
"""The glossary has each word once, in order, with a link that leads somewhere."""

import re

from regressions.paths import ROOT
from tests.docs.links import broken, links
from tests.docs.tree import tracked

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
