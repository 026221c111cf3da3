# SPDX-License-Identifier: Apache-2.0
"""Reads a source with defects back: the tokens that act when one of them is selected."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyslang import syntax
from pyslang.ast import VisitAction
from pyslang.parsing import Token
from pyslang.syntax import SyntaxNode

from regressions.mutants.source import VerilogSource

SELECTOR = "mutant_pkg::active"
_SELECTED = re.compile(rf"\(?{SELECTOR} == (\d+)\)?")


@dataclass(frozen=True, slots=True)
class _Choice:
    """Tokens with a defect, and without it."""

    number: int
    chosen: list[str | _Choice]
    otherwise: list[str | _Choice]


class Acting:
    """A source with defects, of which one or none is selected; selectors and other forms are left out."""

    def __init__(self, source: VerilogSource) -> None:
        self._parts = _parts(source.root)

    def words(self, number: int = 0) -> list[str]:
        """Tokens that act in a simulation where a defect is selected (0: none), as `plain_words`."""
        found: list[str] = []
        _choose(self._parts, number, found)
        return found


def plain_words(source: VerilogSource) -> list[str]:
    """Tokens of a source without defects; a port connected by its name alone is written out."""
    found: list[str] = []

    def collect(part: SyntaxNode | Token) -> VisitAction | None:
        if isinstance(part, Token):
            found.extend([part.rawText] if part.rawText else [])
        elif words := _connection(part):
            found.extend(words)
            return VisitAction.Skip
        return None

    source.root.visit(collect)
    return found


def _connection(node: SyntaxNode) -> list[str]:
    """Tokens of a port that is connected by its name alone; none for other nodes."""
    if isinstance(node, syntax.NamedPortConnectionSyntax) and not node.openParen:
        return [".", node.name.rawText, "(", node.name.rawText, ")"]
    return []


def _choose(parts: Iterable[str | _Choice], number: int, found: list[str]) -> None:
    for part in parts:
        if isinstance(part, str):
            found.append(part)
        else:
            _choose(part.chosen if part.number == number else part.otherwise, number, found)


def _parts(nodes: Iterable[Any]) -> list[str | _Choice]:
    parts: list[str | _Choice] = []
    for node in nodes:
        if not isinstance(node, SyntaxNode):
            parts += [node.rawText] if node.rawText else []
        elif (choice := _choice(node)) is not None:
            parts.append(choice)
        else:
            parts += _connection(node) or _parts(node)
    return parts


def _choice(node: Any) -> _Choice | None:
    """The choice between two forms that a node is, if it is one."""
    match node:
        case syntax.ParenthesizedExpressionSyntax(expression=syntax.ConditionalExpressionSyntax() as inner):
            return _choice(inner)
        case syntax.ConditionalExpressionSyntax():
            if (number := _selected(node.predicate)) is not None:
                arms: tuple[Any, Any] = (node.left, node.right)
                return _Choice(number, *(_parts([arm.expression]) for arm in arms))
        case syntax.BlockStatementSyntax():
            first = next((item for item in node if isinstance(item, SyntaxNode)), None)
            if isinstance(first, syntax.ConditionalStatementSyntax) and first.elseClause is not None:
                blocks: tuple[Any, Any] = (first.statement, first.elseClause.clause)
                if (number := _selected(first.predicate)) is not None:
                    return _Choice(number, *(_parts(list(block)[1:-1]) for block in blocks))
    return None


def _selected(predicate: SyntaxNode) -> int | None:
    """The number of the defect that a condition selects."""
    match = _SELECTED.fullmatch(str(predicate).strip())
    return int(match[1]) if match is not None else None
