# SPDX-License-Identifier: Apache-2.0
"""Files of the project, and the links in its documents."""

import re
import subprocess
from pathlib import Path

from regressions.paths import ROOT


def tracked(pattern: str) -> list[Path]:
    """List the project's files that a pattern of git matches, with new ones and without ignored ones."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", pattern]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


_LINK = re.compile(r"\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_ANCHOR = re.compile(r'<a id="([^"]+)">')


def links(text: str) -> list[str]:
    """Targets of Markdown links within the project."""
    return [target for target in _LINK.findall(text) if "://" not in target]


def anchors(text: str) -> set[str]:
    """Names that links can lead to: those of headings, as GitHub makes them, and those that are written."""
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(text)}
    return slugs | set(_ANCHOR.findall(text))


def broken(path: Path, text: str) -> list[str]:
    """Links of a document, which stands at a path, that lead nowhere."""
    return [target for target in links(text) if not _leads(path, text, target)]


def _leads(path: Path, text: str, target: str) -> bool:
    name, _, anchor = target.partition("#")
    file = path.parent / name
    if name and (not file.exists() or not anchor):
        return file.exists()
    return anchor in anchors(file.read_text() if name else text)
