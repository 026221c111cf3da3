# SPDX-License-Identifier: Apache-2.0
"""Files of installed packages without macros: a defect has to stand in the text that is compiled."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from pyslang import SourceManager
from pyslang.parsing import Token
from pyslang.syntax import SyntaxNode, SyntaxTree

from regressions.mutants.source import NOT_ASCII

_INCLUDE = re.compile(r"^[ \t]*`include\b.*$", re.MULTILINE)


def without_macros(text: str, includes: Sequence[Path]) -> str:
    """Expands the macros that a text uses, each on the line of its use; no line moves.

    Args:
        text: SystemVerilog.
        includes: Folders of the headers that define macros and nothing else; their inclusion is dropped.
    """
    text, manager = NOT_ASCII.sub("?", text), SourceManager()
    for folder in includes:
        manager.addUserDirectories(str(folder))
    root = SyntaxTree.fromText(text, manager).root
    parts, at = [], 0
    uses = groupby(_tokens(root), lambda token: _use(manager, token))
    for (start, end), tokens in ((use, tokens) for use, tokens in uses if use is not None):
        lines = "\n" * text.count("\n", start, end)
        parts += [text[at:start], " ".join(token.rawText for token in tokens), lines]
        at = end
    return _INCLUDE.sub("", "".join([*parts, text[at:]]))


def _tokens(node: Iterable[Any]) -> Iterator[Token]:
    for part in node:
        if isinstance(part, SyntaxNode):
            yield from _tokens(part)
        elif part.rawText:
            yield part


def _use(manager: SourceManager, token: Token) -> tuple[int, int] | None:
    """Start and end of the use of a macro that a token comes from, None for one of the text itself."""
    found, place = None, token.location
    while manager.isMacroLoc(place):
        found = manager.getExpansionRange(place)
        place = found.start
    return None if found is None else (found.start.offset, found.end.offset)
