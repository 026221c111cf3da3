# SPDX-License-Identifier: Apache-2.0
"""Reads a source with defects back: the tokens that act when one of them is selected."""

import re
from collections.abc import Iterable
from typing import Any

from pyslang import syntax
from pyslang.syntax import SyntaxNode

from regressions.mutants.source import VerilogSource

SELECTOR = "mutant_pkg::active"
_SELECTED = re.compile(rf"\(?{SELECTOR} == (\d+)\)?")


def acting_tokens(source: VerilogSource, number: int = 0) -> tuple[str, ...]:
    """Tokens of a source that act in a simulation where a defect is selected (0: none).

    Selectors and forms not selected are left out; a port connected by its name alone counts as connected to
    the signal of that name.
    """
    tokens: list[str] = []
    _collect(source.root, number, tokens)
    return tuple(tokens)


def _collect(node: SyntaxNode, number: int, tokens: list[str]) -> None:
    for part in _acting(node, number):
        if isinstance(part, SyntaxNode):
            _collect(part, number, tokens)
        elif part.rawText:
            tokens.append(part.rawText)
    if isinstance(node, syntax.NamedPortConnectionSyntax) and not node.openParen:
        tokens += ("(", node.name.rawText, ")")


def _acting(node: Iterable[Any], number: int) -> Iterable[Any]:
    """Parts of a node that act: all of them, unless it is a choice between two forms."""
    match node:
        case syntax.ParenthesizedExpressionSyntax(expression=syntax.ConditionalExpressionSyntax() as choice):
            return [choice] if _selected(choice.predicate) is not None else node
        case syntax.ConditionalExpressionSyntax():
            arms: tuple[Any, Any] = (node.left, node.right)
            if (selected := _selected(node.predicate)) is not None:
                return [arms[selected != number].expression]
        case syntax.BlockStatementSyntax():
            first = next((item for item in node if isinstance(item, SyntaxNode)), None)
            if isinstance(first, syntax.ConditionalStatementSyntax) and first.elseClause is not None:
                blocks: tuple[Any, Any] = (first.statement, first.elseClause.clause)
                if (selected := _selected(first.predicate)) is not None:
                    return list(blocks[selected != number])[1:-1]
    return node


def _selected(predicate: SyntaxNode) -> int | None:
    """The number of the defect that a condition selects."""
    match = _SELECTED.fullmatch(str(predicate).strip())
    return int(match[1]) if match is not None else None
