# SPDX-License-Identifier: Apache-2.0
"""Mutation operators for Python and C++: the ways in which a line can be made wrong mechanically."""

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from textwrap import dedent
from typing import NamedTuple

from regressions.mutants.changes import locate
from regressions.mutants.defects import Change
from regressions.mutants.operators import Candidate

_LIMITS: dict[type, tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
}
_CONNECTIVES: dict[type, tuple[str, str]] = {
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}
_ORDERED = (ast.Sub, ast.Lt, ast.Gt, ast.LtE, ast.GtE, ast.FloorDiv, ast.Mod)
# Text for people, and what has no effect when the program runs.
_UNCHANGED = (ast.JoinedStr, ast.Raise, ast.Import, ast.ImportFrom)
_FOR_TYPES = "TYPE_CHECKING"


class _Edit(NamedTuple):
    """Characters ``start .. end-1`` of a row, counted from 1, and their replacement."""

    operator: str
    row: int
    start: int
    end: int
    text: str


def python_candidates(text: str) -> list[Candidate]:
    """Changes of a Python source; those that Python refuses, or that change no code, are left out."""
    lines = text.split("\n")
    tree = ast.parse(text)
    places = _functions(tree)
    found = []
    for edit in _python_edits(tree, lines):
        candidate = _candidate(lines, edit)
        first, last = places[edit.row]
        changed = [*lines[first : edit.row - 1], _edited(lines, edit), *lines[edit.row : last]]
        try:
            if _parsed(changed) != _parsed(lines[first:last]):
                found.append(candidate)
        except SyntaxError:
            continue
    return found


def _functions(tree: ast.Module) -> dict[int, tuple[int, int]]:
    """Slice of the lines of the innermost function, or else the outermost statement, around each row."""
    places: dict[int, tuple[int, int]] = {}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for node in (*tree.body, *functions):  # inner ones come later
        assert node.end_lineno is not None, "the parser gives it"
        places |= dict.fromkeys(range(node.lineno, node.end_lineno + 1), (node.lineno - 1, node.end_lineno))
    return places


def _parsed(lines: Sequence[str]) -> str:
    """The syntax of a statement."""
    return ast.dump(ast.parse(dedent("\n".join(lines))))


def cpp_candidates(text: str) -> list[Candidate]:
    """Changes of a C++ source in the layout of this project: one blank around an operator between values."""
    lines = text.split("\n")
    return [
        _candidate(lines, edit) for row, line in enumerate(lines, start=1) for edit in _cpp_edits(row, line)
    ]


def applied(text: str, change: Change) -> str:
    """A source with a change.

    Raises:
        ChangeError: The line does not apply.
    """
    start = locate(text, change, str.strip)
    return text[:start] + change.replacement + text[start + len(change.line) :]


def _candidate(lines: list[str], edit: _Edit) -> Candidate:
    line = lines[edit.row - 1]
    same = [row for row, other in enumerate(lines, start=1) if other.strip() == line.strip()]
    ordinal = same.index(edit.row) + 1 if len(same) > 1 else 0
    return Candidate(edit.operator, Change(line.strip(), _edited(lines, edit).strip(), ordinal))


def _edited(lines: Sequence[str], edit: _Edit) -> str:
    line = lines[edit.row - 1]
    return line[: edit.start] + edit.text + line[edit.end :]


def _python_edits(node: ast.AST, lines: list[str]) -> Iterator[_Edit]:
    """Edits at a node and everything in it, each in one line."""
    if isinstance(node, _UNCHANGED) or (isinstance(node, ast.If) and ast.unparse(node.test) == _FOR_TYPES):
        return
    for operator, start, end, text in _at(node, lines):
        (row, left), (last, right) = start, end
        if row == last and left < right:
            yield _Edit(operator, row, left, right, text)
    for field, value in ast.iter_fields(node):
        # A class's keywords say what its objects refuse.
        declares = field == "keywords" and isinstance(node, ast.ClassDef)
        if not declares and field not in ("annotation", "returns", "decorator_list"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _python_edits(child, lines)


Place = tuple[int, int]
"""Row, from 1, and column, from 0, in characters."""


def _at(node: ast.AST, lines: list[str]) -> Iterator[tuple[str, Place, Place, str]]:
    """Operator, start, end and new text of the edits at a node itself."""

    def start(of: ast.expr | ast.stmt) -> Place:
        return of.lineno, len(lines[of.lineno - 1].encode()[: of.col_offset].decode())

    def end(of: ast.expr | ast.stmt) -> Place:
        assert of.end_lineno is not None, "the parser gives it"
        return of.end_lineno, len(lines[of.end_lineno - 1].encode()[: of.end_col_offset].decode())

    def source(of: ast.expr) -> str:
        (row, left), (last, right) = start(of), end(of)
        return lines[row - 1][left:right] if row == last else ""

    def between(kind: type, left: ast.expr, right: ast.expr) -> Iterator[tuple[str, Place, Place, str]]:
        (row, begin), (last, behind) = end(left), start(right)
        for operator, table in (("off_by_one", _LIMITS), ("connective", _CONNECTIVES)):
            if row == last and kind in table:
                old, new = table[kind]
                at = lines[row - 1].index(old, begin, behind)
                yield operator, (row, at), (row, at + len(old)), new
        if kind in _ORDERED and isinstance(left, ast.Name) and isinstance(right, ast.Name):
            text = f"{right.id}{lines[row - 1][begin:behind]}{left.id}"
            yield "swap", start(left), end(right), text

    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) if source(test):
            yield "negate", start(test), end(test), f"(not ({source(test)}))"
        case ast.UnaryOp(op=ast.Not(), operand=operand) if source(operand):
            yield "negate", start(node), end(node), f"bool({source(operand)})"
        case ast.Compare(left=left, ops=ops, comparators=others):
            for kind, (one, other) in zip(ops, pairwise([left, *others]), strict=True):
                yield from between(type(kind), one, other)
        case ast.BoolOp(op=op, values=values):
            for one, other in pairwise(values):
                yield from between(type(op), one, other)
        case ast.BinOp(left=left, op=op, right=right):
            yield from between(type(op), left, right)
        case ast.Constant(value=bool(value)):
            yield "constant", start(node), end(node), str(not value)
        case ast.Constant(value=int(value)):
            yield "constant", start(node), end(node), str(value + 1)
        case ast.AugAssign() | ast.Expr(value=ast.Call()) | ast.Break() | ast.Continue():
            yield "drop", start(node), end(node), "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "drop", start(node), end(node), "pass"
        case ast.Call(args=[ast.Name(id=one), ast.Name(id=other), *_]) if one != other:
            yield "swap", start(node.args[0]), end(node.args[1]), f"{other}, {one}"


_CPP = {
    "off_by_one": {" < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > "},
    "connective": {
        " && ": " || ",
        " || ": " && ",
        " == ": " != ",
        " != ": " == ",
        " + ": " - ",
        " - ": " + ",
        " & ": " | ",
        " | ": " & ",
        " << ": " >> ",
        " >> ": " << ",
    },
}
_CONDITION = re.compile(r"\bif \((.*)\) ([^()]*)$")
_NUMBER = re.compile(r"(?<![\w.<\"'])\d+(?![\w.\"'])")
_STATEMENT = re.compile(r"[\w.\[\]>-]+(\(.*\)| [-+|&^*]?= [^;{}]*);")


def _cpp_edits(row: int, line: str) -> Iterator[_Edit]:
    code = line.partition("//")[0].rstrip()
    if not code or code.lstrip().startswith(("#", "*", "using ", "template", "static_assert")) or '"' in code:
        return
    for operator, table in _CPP.items():
        for old, new in table.items():
            for match in re.finditer(re.escape(old), code):
                yield _Edit(operator, row, match.start(), match.end(), new)
    for match in _NUMBER.finditer(code):
        yield _Edit("constant", row, match.start(), match.end(), str(int(match[0]) + 1))
    if (condition := _CONDITION.search(code)) and condition[1].count("(") == condition[1].count(")"):
        yield _Edit("negate", row, *condition.span(1), f"!({condition[1]})")
    if _STATEMENT.fullmatch(code.strip()):
        yield _Edit("drop", row, len(code) - len(code.lstrip()), len(code), ";")
