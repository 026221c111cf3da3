# SPDX-License-Identifier: Apache-2.0
"""SystemVerilog sources with their tokens and their syntax tree, as pyslang parses them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyslang import Bag, DiagnosticEngine, SourceManager, parsing
from pyslang.ast import VisitAction
from pyslang.parsing import PreprocessorOptions
from pyslang.syntax import SyntaxNode, SyntaxTree

from regressions.simulators.model import NO_ASSERTIONS

NOT_ASCII = re.compile(r"[^\x00-\x7f]")
"""Characters that pyslang counts as several; they stand in comments and strings only."""


class SourceError(ValueError):
    """Text that is no SystemVerilog."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it stands: ``text[start:end]``."""

    text: str
    start: int
    end: int


class VerilogSource:
    """A source file.

    Attributes:
        text: The file's text.
        root: Its syntax tree.

    Raises:
        SourceError: A syntax error, with its line.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._tree = SyntaxTree.fromText(
            NOT_ASCII.sub("?", text), SourceManager(), options=Bag([_without_assertions()])
        )
        error = next((problem for problem in self._tree.diagnostics if problem.isError()), None)
        if error is not None:
            row = text.count("\n", 0, error.location.offset) + 1
            message = DiagnosticEngine(self._tree.sourceManager).formatMessage(error)
            raise SourceError(f"syntax error in line {row}: {message}")
        self.root = self._tree.root

    def tokens_in(self, first: int, behind: int) -> list[Token]:
        """Tokens that begin in ``text[first:behind]``; nodes elsewhere are not looked at."""
        found: list[Token] = []

        def collect(part: SyntaxNode | parsing.Token) -> VisitAction | None:
            if isinstance(part, SyntaxNode):
                start, end = span(part)
                return VisitAction.Skip if end <= first or behind <= start else None
            start, text = part.location.offset, part.rawText
            if text and first <= start < behind:
                found.append(Token(text, start, start + len(text)))
            return None

        self.root.visit(collect)
        return found

    def of(self, node: SyntaxNode) -> str:
        """Text of a node, without the trivia before its first token."""
        start, end = span(node)
        return self.text[start:end]

    def line(self, offset: int) -> tuple[int, int]:
        """Start and end of the line of an offset."""
        end = self.text.find("\n", offset)
        return self.text.rfind("\n", 0, offset) + 1, end if end >= 0 else len(self.text)

    def path(self, start: int, end: int) -> list[SyntaxNode]:
        """Nodes that cover ``text[start:end]``, from the root to the smallest."""
        nodes = [self.root]
        while (inner := next((c for c in children(nodes[-1]) if covers(c, start, end)), None)) is not None:
            nodes.append(inner)
        return nodes


def _without_assertions() -> PreprocessorOptions:
    """Assertions are not read, nor built: a defect has to be found from outside, as at anybody's device."""
    options = PreprocessorOptions()
    options.predefines = [NO_ASSERTIONS]
    return options


def code(line: str) -> str:
    """A line without the blanks around it and without a comment behind it."""
    return line.partition("//")[0].strip()


def span(node: SyntaxNode) -> tuple[int, int]:
    """Start and end of a node."""
    return node.sourceRange.start.offset, node.sourceRange.end.offset


def covers(node: SyntaxNode | None, start: int, end: int) -> bool:
    """Tells whether a node is there and holds ``text[start:end]``."""
    if node is None:
        return False
    first, behind = span(node)
    return first <= start and end <= behind


def children(node: SyntaxNode) -> list[SyntaxNode]:
    """Nodes directly below a node."""
    return [child for child in node if isinstance(child, SyntaxNode)]


def walk(node: SyntaxNode) -> Iterator[SyntaxNode]:
    """A node and all below it, in the order of the text."""
    yield node
    for child in children(node):
        yield from walk(child)
