# SPDX-License-Identifier: Apache-2.0
"""CONTRIBUTING.md speaks of commands, files and sections that exist."""

import re

from regressions.paths import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text()


def _anchors(text: str) -> set[str]:
    """Anchors of a document's headings."""
    return {title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


def test_its_commands_are_targets() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^    )make ([a-z-]+)", TEXT, re.MULTILINE))
    assert named
    assert named <= targets


def test_its_files_and_folders_exist() -> None:
    # Text with a blank or a sign is a command, and text without a slash may be a word.
    for path in re.findall(r"`([\w./-]+/[\w./-]*)`", TEXT):
        assert (ROOT / path).exists(), path


def test_its_links_lead_to_sections() -> None:
    for place, anchor in re.findall(r"\]\(([^)#]+)#?([^)]*)\)", TEXT):
        assert (ROOT / place).exists(), place
        assert not anchor or anchor in _anchors((ROOT / place).read_text()), f"{place}#{anchor}"
