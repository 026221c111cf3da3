# SPDX-License-Identifier: Apache-2.0
"""Puts many changes into one text, each behind the selector ``mutant_pkg::active``.

A change replaces one line. The smallest statement or expression around what differs (`units`) is kept beside
its changed form, and the selector chooses between them. No line moves, so what a compiler says of the copy
holds for the source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from regressions.mutants.source import Source, SourceError, without_comments
from regressions.mutants.units import Kind, Unit, UnitError, find_unit

SELECTOR = "mutant_pkg::active"
PLUSARG = "mutant"

PACKAGE = f"""\
// SPDX-License-Identifier: Apache-2.0
// Chooses the defect that acts in this simulation: +{PLUSARG}=<number>, 0 or nothing for none.
package mutant_pkg;
  function automatic int unsigned chosen();
    int unsigned number;
    if ($value$plusargs("{PLUSARG}=%d", number) == 0) number = 0;
    return number;
  endfunction

  int unsigned active = chosen();
endpackage
"""

_ENDS = (";", ",", ":", ")", "]", "}")


class ChangeError(ValueError):
    """A change that does not apply; the message says why."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line replaced by another.

    Attributes:
        line: The line without the blanks around it and without a comment at its end.
        replacement: What takes its place; empty to drop the line.
        ordinal: Which of the lines with that text, from 1; 0 if there is only one.
    """

    line: str
    replacement: str
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """A change that has been found in a text.

    Attributes:
        unit: What has to be switched.
        text: The unit with the change.
        rows: Numbers of the unit's lines, from 1.
    """

    unit: Unit
    text: str
    rows: range


@dataclass(slots=True)
class _Node:
    """A unit with its changes and the units inside it."""

    unit: Unit
    forms: list[tuple[int, str]] = field(default_factory=list)
    inside: list[_Node] = field(default_factory=list)


def locate(text: str, change: Change) -> int:
    """Where a change's line stands: the offset of its first character.

    Raises:
        ChangeError: The line is not there, or not as often as the ordinal says, or several times without one.
    """
    offset, found = 0, []
    for line in text.split("\n"):
        if line.partition("//")[0].strip() == change.line:
            found.append(offset + len(line) - len(line.lstrip()))
        offset += len(line) + 1
    if not change.line or not found:
        raise ChangeError(
            f"no line reads '{change.line}'; the source has changed, so adapt or drop the defect"
        )
    if change.ordinal == 0 and len(found) > 1:
        raise ChangeError(
            f"{len(found)} lines read '{change.line}'; say which with ordinal = 1..{len(found)}"
        )
    if change.ordinal > len(found):
        raise ChangeError(
            f"only {len(found)} lines read '{change.line}', so none is number {change.ordinal}; adapt it"
        )
    return found[max(change.ordinal, 1) - 1]


def place(source: Source, change: Change) -> Placed:
    """Finds what a change changes.

    Raises:
        ChangeError: Its line does not apply, or nothing around the difference can be switched.
    """
    start = locate(source.text, change)
    end = start + len(change.line)
    mutated = source.text[:start] + change.replacement + source.text[end:]
    old = [i for i, token in enumerate(source.tokens) if start <= token.start < end]
    shown = [source.tokens[i].text for i in old]
    try:
        changed = Source(mutated)
    except SourceError as error:
        raise ChangeError(f"the replacement of '{change.line}' does not fit: {error}") from None
    new = [token.text for token in changed.tokens if start <= token.start < start + len(change.replacement)]
    if shown == new:
        raise ChangeError(f"the replacement of '{change.line}' changes nothing")
    head = _common(shown, new)
    tail = min(_common(shown[::-1], new[::-1]), len(shown) - head, len(new) - head)
    first, last = old[0] + head, old[0] + len(old) - tail - 1
    if last < first:  # something was put in: it belongs to what follows, or at an end to what stands before
        follows = head < len(old) and shown[head] not in _ENDS
        first = last = old[0] + (head if follows or not head else head - 1)
    try:
        unit = find_unit(source, first, last)
    except UnitError as error:
        raise ChangeError(f"'{change.line}': {error}") from None
    text = without_comments(mutated[unit.start : unit.end + len(mutated) - len(source.text)])
    top = source.text.count("\n", 0, unit.start) + 1
    rows = range(top, top + source.text.count("\n", unit.start, unit.end) + 1)
    return Placed(unit, " ".join(text.split()), rows)


def instrument(source: Source, changes: Mapping[int, Placed]) -> str:
    """The text with all changes in it.

    Args:
        source: The text.
        changes: Placed changes by their numbers, which select them; 0 selects none.

    Raises:
        ChangeError: The units of two changes overlap without one holding the other.
    """
    nodes: dict[Unit, _Node] = {}
    for number, placed in changes.items():
        nodes.setdefault(placed.unit, _Node(placed.unit)).forms.append((number, placed.text))
    roots: list[_Node] = []
    opened: list[_Node] = []
    for node in sorted(
        nodes.values(), key=lambda n: (n.unit.start, -n.unit.end, n.unit.kind is Kind.EXPRESSION)
    ):
        while opened and opened[-1].unit.end <= node.unit.start:
            opened.pop()
        if opened and opened[-1].unit.end < node.unit.end:
            raise ChangeError(f"the changes {node.forms[0][0]} and {opened[-1].forms[0][0]} overlap")
        (opened[-1].inside if opened else roots).append(node)
        opened.append(node)
    return _with_nodes(source.text, 0, len(source.text), roots)


def _with_nodes(text: str, start: int, end: int, nodes: Sequence[_Node]) -> str:
    parts, at = [], start
    for node in nodes:
        parts += [text[at : node.unit.start], _render(text, node)]
        at = node.unit.end
    return "".join([*parts, text[at:end]])


def _render(text: str, node: _Node) -> str:
    """A unit with the choice between its forms, on the lines on which it stood."""
    unit = node.unit
    rendered = _with_nodes(text, unit.start, unit.end, node.inside)
    if unit.kind is Kind.STATEMENT:
        for number, form in node.forms:
            rendered = f"begin if ({SELECTOR} == {number}) begin {form} end else begin {rendered} end end"
        return rendered
    if unit.kind is Kind.CONNECTION:
        forms = [(number, form.partition("(")[2].rpartition(")")[0]) for number, form in node.forms]
    else:
        forms = node.forms
    for number, form in forms:
        rendered = f"(({SELECTOR} == {number}) ? ({form}) : ({rendered}))"
    return f"{text[unit.start : unit.end]}{rendered}" if unit.kind is Kind.CONNECTION else rendered


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """How many tokens two sequences begin with in common."""
    return next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
