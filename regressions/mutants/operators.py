# SPDX-License-Identifier: Apache-2.0
"""Mutation operators: all the ways in which a line of a source can be made wrong mechanically."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyslang import syntax
from pyslang.parsing import Token
from pyslang.syntax import SyntaxKind

from regressions.mutants.changes import ChangeError, place
from regressions.mutants.defects import Change
from regressions.mutants.placement import Sourced, own_sources
from regressions.mutants.source import VerilogSource, code, span, walk
from tb.source_text import read_source_text
from tb.stimulus.rng import derive

_LIMITS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_CONNECTIVES = {"&&": "||", "||": "&&", "==": "!=", "!=": "==", "+": "-", "-": "+"}
_ORDERED = ("-", "<", ">", ">=", "<<", ">>")
_RADIX = {"b": 2, "d": 10, "h": 16}
_FORMATS = {"b": "b", "d": "d", "h": "X"}
_FILLS = {"'0": "'1", "'1": "'0"}
_NAME = re.compile(r"[A-Za-z_]\w*(?:::\w+)?")
ASSIGNMENTS = (SyntaxKind.AssignmentExpression, SyntaxKind.NonblockingAssignmentExpression)
_DROPPED = (
    syntax.ExpressionStatementSyntax,
    syntax.ConditionalStatementSyntax,
    syntax.ForLoopStatementSyntax,
)
_LISTS = (syntax.BlockStatementSyntax, syntax.FunctionDeclarationSyntax)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change that an operator proposes."""

    operator: str  # name of the operator
    change: Change  # the change; it applies to the source, and a run-time selector can switch it


Edit = tuple[int, int, str]
"""Characters ``start .. end-1`` of a source and their replacement."""

Operator = Callable[[VerilogSource, Any], Iterator[Edit]]
"""All edits that an operator proposes at a node of a source."""


def _negate(source: VerilogSource, node: Any) -> Iterator[Edit]:
    """The condition of an if, or what follows a negation."""
    if isinstance(node, syntax.ConditionalStatementSyntax):
        start, end = span(node.predicate)
        yield start, end, f"!({source.text[start:end]})"
    elif node.kind is SyntaxKind.UnaryLogicalNotExpression:
        yield replaced(node.operatorToken, "")


def _off_by_one(source: VerilogSource, node: Any) -> Iterator[Edit]:
    """A comparison that includes its limit or no longer does."""
    del source
    if (text := operation(node)) in _LIMITS:
        yield replaced(node.operatorToken, _LIMITS[text])


def _constant(source: VerilogSource, node: Any) -> Iterator[Edit]:
    """A sized constant of another value."""
    if isinstance(node, syntax.IntegerVectorExpressionSyntax) and node.size:
        width, base, digits = int(node.size.rawText), node.base.rawText[1:], node.value.rawText
        if base in _RADIX and all(digit in "0123456789abcdefABCDEF" for digit in digits):
            value = (int(digits, _RADIX[base]) + 1) % (1 << width)
            padded = format(value, _FORMATS[base]).rjust(len(digits) if base != "d" else 1, "0")
            yield (*span(node), f"{width}'{base}{padded}")
    elif node.kind is SyntaxKind.UnbasedUnsizedLiteralExpression and source.of(node) in _FILLS:
        yield (*span(node), _FILLS[source.of(node)])


def _drop(source: VerilogSource, node: Any) -> Iterator[Edit]:
    """An assignment that is not made; the label of a case stays before an empty statement."""
    if not isinstance(node, _DROPPED) or _is_default(source, node):
        return
    start, end = span(node)
    begin, behind = source.line(start)
    if code(source.text[end:behind]):
        return
    if not source.text[begin:start].strip():
        yield start, end, "" if isinstance(node.parent, _LISTS) else ";"
    elif isinstance(node.parent, syntax.CaseItemSyntax):
        item = span(node.parent)[0]
        if not source.text[begin:item].strip():
            yield item, end, f"{source.text[item:start].strip()} ;"


def _connective(source: VerilogSource, node: Any) -> Iterator[Edit]:
    """Another connective between the same operands: and for or, plus for minus, equal for unequal."""
    del source
    if (text := operation(node)) in _CONNECTIVES:
        yield replaced(node.operatorToken, _CONNECTIVES[text])


def _swap(source: VerilogSource, node: Any) -> Iterator[Edit]:
    """Two names exchanged: the arms of a choice, or the sides of what is not symmetric."""
    middle = ":" if isinstance(node, syntax.ConditionalExpressionSyntax) else operation(node)
    if middle not in (":", *_ORDERED):
        return
    left, right = source.of(node.left), source.of(node.right)
    if _NAME.fullmatch(left) and _NAME.fullmatch(right) and left != right:
        yield span(node.left)[0], span(node.right)[1], f"{right} {middle} {left}"


OPERATORS: dict[str, Operator] = {
    "negate": _negate,
    "off_by_one": _off_by_one,
    "constant": _constant,
    "drop": _drop,
    "connective": _connective,
    "swap": _swap,
}


def proposals(device: Sourced) -> dict[str, list[Candidate]]:
    """Changes of each of a device's own sources.

    Raises:
        SourceError: One cannot be read as SystemVerilog.
    """
    return {
        name: candidates(VerilogSource(read_source_text(path))) for name, path in own_sources(device).items()
    }


def candidates(
    source: VerilogSource,
    operators: Mapping[str, Operator] = OPERATORS,
    most: int | None = None,
    absent: Iterable[range] = (),
) -> list[Candidate]:
    """Changes of a source that operators propose and a run-time selector can switch.

    State that a reset sets is left out: the bench's other builds look for state that a reset forgets.

    Args:
        source: The source.
        operators: Operators by name.
        most: Changes of each line, at most; which follows from their text alone. None for all.
        absent: Pieces of the text that are left out as well.
    """
    resets = [range(*span) for node in walk(source.root) if (span := _reset(source, node)) is not None]
    left_out = [*resets, *absent]
    proposed = list(_proposed(source, operators))
    if most is not None:
        proposed.sort(key=lambda one: derive(0, one.change.line, one.change.replacement))
    found: list[Candidate] = []
    per_line: Counter[tuple[str, int]] = Counter()
    for candidate in proposed:
        line = candidate.change.line, candidate.change.ordinal
        if per_line[line] != most and _applies(source, candidate.change, left_out):
            found.append(candidate)
            per_line[line] += 1
    return found


def _proposed(source: VerilogSource, operators: Mapping[str, Operator]) -> Iterator[Candidate]:
    """Changes in one line, whether or not they can be switched."""
    lines = [code(line) for line in source.text.split("\n")]
    for node in walk(source.root):
        for name, operator in operators.items():
            for edit in operator(source, node):
                if "\n" not in source.text[edit[0] : edit[1]]:
                    yield Candidate(name, _change(source, lines, edit))


def _change(source: VerilogSource, lines: list[str], edit: Edit) -> Change:
    """The change of a line that an edit in it makes."""
    start, end, text = edit
    begin, behind = source.line(start)
    row = source.text.count("\n", 0, begin)
    ordinal = lines[: row + 1].count(lines[row]) if lines.count(lines[row]) > 1 else 0
    return Change(lines[row], code(source.text[begin:start] + text + source.text[end:behind]), ordinal)


def _applies(source: VerilogSource, change: Change, left_out: Sequence[range]) -> bool:
    try:
        placed = place(source, change)
    except ChangeError:
        return False
    return not any(placed.switch.start in piece for piece in left_out)


def _is_default(source: VerilogSource, node: Any) -> bool:
    """Tells whether a statement is the first of its combinational process to assign its variable.

    Without it the variable would be stored, which is no fault that hardware can have.
    """
    if not isinstance(node, syntax.ExpressionStatementSyntax):
        return False
    process = node.parent
    while not isinstance(process, (syntax.ProceduralBlockSyntax, syntax.FunctionDeclarationSyntax)):
        process = process.parent
    if process.kind is SyntaxKind.AlwaysFFBlock:
        return False
    name = _variable(source, node.expr)
    earlier = [
        _variable(source, one)
        for one in walk(process)
        if one.kind in ASSIGNMENTS and span(one) < span(node.expr)
    ]
    return not any(name == one or name.startswith(f"{one}.") for one in earlier)


def _variable(source: VerilogSource, node: Any) -> str:
    """Name that an expression assigns to, without selections of elements."""
    return source.of(getattr(node, "left", node)).partition("[")[0].strip()


def _reset(source: VerilogSource, node: Any) -> tuple[int, int] | None:
    """Start and end of a condition with the statements that are executed in a reset."""
    if (
        isinstance(node, syntax.ConditionalStatementSyntax)
        and source.of(node.predicate).replace(" ", "") == "!rst_ni"
    ):
        return span(node)[0], span(node.statement)[1]
    return None


def operation(node: Any) -> str:
    """Return the operator between two operands, empty for other nodes and for assignments."""
    if isinstance(node, syntax.BinaryExpressionSyntax) and node.kind not in ASSIGNMENTS:
        return str(node.operatorToken.rawText)
    return ""


def replaced(token: Token, text: str) -> Edit:
    """Return the edit that gives a token another text."""
    return token.range.start.offset, token.range.end.offset, text
