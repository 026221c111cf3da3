# SPDX-License-Identifier: Apache-2.0
"""Finds the smallest statement or expression around a change, which becomes conditional."""

from dataclasses import dataclass
from enum import Enum

from pyslang import syntax
from pyslang.syntax import SyntaxNode

from regressions.mutants.source import VerilogSource, covers, span


class SwitchError(ValueError):
    """A change that no run-time selector can switch; the message says why."""


class SwitchKind(Enum):
    """Ways to make a piece of a source conditional."""

    EXPRESSION = "expression"  # by ?:
    CONNECTION = "connection"  # a port connected by name alone, by ?: in parentheses behind the name
    STATEMENT = "statement"  # by if


@dataclass(frozen=True, slots=True)
class Switch:
    """A piece ``text[start:end]`` of a source that can be switched as a whole."""

    kind: SwitchKind
    start: int
    end: int


_COMPILED = "is fixed when the design is compiled"
_REFUSED: list[tuple[tuple[type[SyntaxNode], ...], str]] = [
    (
        (syntax.ParameterValueAssignmentSyntax, syntax.ParameterDeclarationBaseSyntax),
        f"a parameter {_COMPILED}",
    ),
    ((syntax.IfGenerateSyntax, syntax.CaseGenerateSyntax), f"a condition of a generate block {_COMPILED}"),
    (
        (syntax.LoopGenerateSyntax, syntax.ForLoopStatementSyntax),
        "the header of 'for' cannot be switched at run time",
    ),
    ((syntax.LoopStatementSyntax,), "the header of a loop cannot be switched at run time"),
    ((syntax.TimingControlStatementSyntax,), "the header of '@' cannot be switched at run time"),
    (
        (syntax.CaseItemSyntax, syntax.CaseStatementSyntax),
        "the label of a case cannot be switched; leave it, before an empty statement",
    ),
    ((syntax.ContinuousAssignSyntax,), "of an 'assign' only the right-hand side can be switched"),
    (
        (syntax.BlockStatementSyntax, syntax.ElseClauseSyntax, syntax.ProceduralBlockSyntax),
        "the change touches the frame of a block, not a statement or an expression",
    ),
    ((syntax.MemberSyntax, syntax.CompilationUnitSyntax), f"a declaration or an instance {_COMPILED}"),
]
"""Where no selector can act, innermost node first, with the reason."""


def find_switch(source: VerilogSource, start: int, end: int) -> Switch:
    """The piece around ``text[start:end]`` that can be switched.

    Raises:
        SwitchError: The range is part of something that is fixed when the design is compiled.
    """
    member: Switch | None = None
    for node in reversed(source.path(start, end)):
        if isinstance(node, syntax.AssignmentPatternItemSyntax) and covers(node.expr, start, end):
            # The pattern may still belong to a parameter, which is further out.
            member = member or Switch(SwitchKind.EXPRESSION, *span(node.expr))
        elif (found := _switch_at(node, start, end)) is not None:
            return member or found
        else:
            _refuse(node)
    raise SwitchError("neither an assignment nor an expression that could be switched")


def _switch_at(node: SyntaxNode, start: int, end: int) -> Switch | None:
    """The switch that a node offers for a range inside it, if any."""
    expression: SyntaxNode | None = None
    match node:
        case syntax.NamedPortConnectionSyntax() if not node.openParen:
            name = node.name.location.offset
            return Switch(SwitchKind.CONNECTION, name, name + len(node.name.rawText))
        case syntax.NamedPortConnectionSyntax() | syntax.CaseStatementSyntax():
            expression = node.expr
        case syntax.ConditionalStatementSyntax():
            expression = node.predicate
        case syntax.ContinuousAssignSyntax():
            expression = next((a.right for a in node.assignments if covers(a, start, end)), None)
        case syntax.DataDeclarationSyntax() if "automatic" in [word.rawText for word in node.modifiers]:
            values = [one.initializer.expr for one in node.declarators if one.initializer is not None]
            expression = next((value for value in values if covers(value, start, end)), None)
            if expression is None:
                raise SwitchError("of an 'automatic' only the right-hand side can be switched")
    if covers(expression, start, end):
        assert expression is not None, "covered"
        return Switch(SwitchKind.EXPRESSION, *span(expression))
    whole = (
        syntax.ExpressionStatementSyntax,
        syntax.ReturnStatementSyntax,
        syntax.ConditionalStatementSyntax,
    )
    if isinstance(node, whole) or (
        isinstance(node, syntax.ForLoopStatementSyntax) and span(node)[0] == start
    ):
        return Switch(SwitchKind.STATEMENT, *span(node))
    return None


def _refuse(node: SyntaxNode) -> None:
    reason = next((reason for kinds, reason in _REFUSED if isinstance(node, kinds)), "")
    if reason:
        raise SwitchError(reason)
