# SPDX-License-Identifier: Apache-2.0
"""Files that travel with a simulation: what it names and no node has as a part of the project."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from regressions.farm.contents import travelling
from regressions.farm.likeness import SOURCES
from regressions.farm.task import Travelling
from regressions.paths import ROOT
from regressions.process import Command
from tb.exchange.plan import FILE

# Nodes have these alike (`regressions.farm.likeness`).
_THERE = (
    *(ROOT / name for name in (*SOURCES, "tests")),
    Path(sys.prefix),
    Path(sys.base_prefix),
    *map(
        Path,
        (
            "/usr",
            "/lib",
            "/lib64",
            "/bin",
            "/dev",
            "/proc",
            "/etc",
        ),
    ),
)


def files_of(command: Command) -> tuple[Travelling, ...]:
    """Describe the files that a command, its environment and the plan in its folder name.

    Raises:
        OSError: One cannot be read.
    """
    file = command.folder / FILE
    plan = json.loads(file.read_text()) if file.exists() else {}
    own = {value for name, value in command.environment.items() if os.environ.get(name) != value}
    words = dict.fromkeys([*command.argv, *own, *_texts(plan)])
    return tuple(travelling(Path(word)) for word in _named(words, command.folder))


def _texts(value: Any) -> Iterator[str]:
    """All texts of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _named(words: Iterable[str], folder: Path) -> Iterator[str]:
    """Those words, or their parts before a colon, that name files outside of what nodes have."""
    own = folder.absolute()
    for word in words:
        for text in dict.fromkeys((word, word.partition(":")[0])):  # a class: file.py:Name
            if "/" not in text or "\n" in text or len(text) > 4096:
                continue
            path = ROOT / text
            if path.is_file() and not path.is_relative_to(own) and not any(map(path.is_relative_to, _THERE)):
                yield text
                break
