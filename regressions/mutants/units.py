# SPDX-License-Identifier: Apache-2.0
"""Finds what has to be made conditional for a change: the smallest statement or expression around it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from regressions.mutants.source import Source


class UnitError(ValueError):
    """A change that no run-time selector can switch; the message says why."""


class Kind(Enum):
    """How a unit becomes conditional."""

    EXPRESSION = "expression"  # by ?:
    CONNECTION = "connection"  # a port connected by name alone, by ?: in parentheses behind the name
    STATEMENT = "statement"  # by if


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece ``text[start:end]`` of a source that can be switched as a whole."""

    kind: Kind
    start: int
    end: int


_ASSIGNMENTS = ("=", "<=", "+=", "-=", "|=", "&=", "^=")
_BOUNDARIES = (";", "begin", "end", "endcase", "endfunction", "endmodule", "else", "generate", "endgenerate")
_HEADERS = ("if", "for", "while", "case", "casez", "casex", "@")
_PROCESSES = ("always_comb", "always_ff", "always_latch", "always", "unique", "unique0", "priority")


def find_unit(source: Source, first: int, last: int) -> Unit:
    """The unit around the tokens ``first .. last``.

    Raises:
        UnitError: They are part of something that is fixed when the design is compiled.
    """
    if first == last + 1 or not 0 <= first <= last < len(source.tokens):
        raise UnitError("the change touches no token")
    first, last = _balanced(source, first, last)
    return (
        _connection(source, first, last)
        or _enclosed(source, first, last)
        or _statement(source, *_outermost(source, first, last), first)
    )


def _span(source: Source, kind: Kind, first: int, last: int) -> Unit:
    return Unit(kind, source.tokens[first].start, source.tokens[last].end)


def _balanced(source: Source, first: int, last: int) -> tuple[int, int]:
    """The range widened until it holds both or none of each pair of brackets."""
    while True:
        partners = [p for p in source.partner[first : last + 1] if p >= 0]
        low, high = min([first, *partners]), max([last, *partners])
        if (low, high) == (first, last):
            return first, last
        first, last = low, high


def _enclosing(source: Source, first: int, last: int) -> int | None:
    """The innermost open bracket around a range."""
    index = first - 1
    while index >= 0:
        partner = source.partner[index]
        if partner > last:
            return index
        index = partner - 1 if 0 <= partner < index else index - 1
    return None


def _outermost(source: Source, first: int, last: int) -> tuple[int, int]:
    """The range widened to the outermost brackets around it."""
    while (bracket := _enclosing(source, first, last)) is not None:
        first, last = bracket, source.partner[bracket]
    return first, last


def _connection(source: Source, first: int, last: int) -> Unit | None:
    """A port connected by its name alone: ``.name,``."""
    word = last
    named = source.tokens[word].is_word and source.is_at(word - 1, ".") and first >= word - 1
    if named and source.is_at(word + 1, ",", ")") and source.is_at(word - 2, ",", "("):
        return _span(source, Kind.CONNECTION, word, word)
    return None


def _enclosed(source: Source, first: int, last: int) -> Unit | None:
    """A condition, a port's expression or a member of a pattern around a range; None at statement level."""
    bracket = _enclosing(source, first, last)
    while bracket is not None:
        if source.is_at(bracket, "("):
            unit = _parenthesized(source, bracket)
        else:
            unit = _member(source, bracket, first, last)
        if unit is not None:
            return unit
        first, last = bracket, source.partner[bracket]
        bracket = _enclosing(source, first, last)
    return None


def _parenthesized(source: Source, bracket: int) -> Unit | None:
    before = bracket - 1
    close = source.partner[bracket]
    if source.is_at(before, "#"):
        raise UnitError("a parameter is fixed when the design is compiled")
    if source.is_at(before, "for", "while", "repeat", "@"):
        raise UnitError(f"the header of '{source.tokens[before].text}' cannot be switched at run time")
    if source.is_at(before, "if", "case", "casez", "casex"):
        if not source.procedural[before]:
            raise UnitError("a condition of a generate block is fixed when the design is compiled")
        return _span(source, Kind.EXPRESSION, bracket + 1, close - 1)
    if source.is_at(before - 1, ".") and source.tokens[before].is_word and close > bracket + 1:
        outer = _enclosing(source, bracket, close)
        if outer is not None and source.is_at(outer - 1, "#"):
            raise UnitError("a parameter is fixed when the design is compiled")
        return _span(source, Kind.EXPRESSION, bracket + 1, close - 1)
    return None


def _member(source: Source, bracket: int, first: int, last: int) -> Unit | None:
    """The value of ``name: value`` in an assignment pattern, if the range lies in one."""
    if not (source.is_at(bracket, "{") and source.is_at(bracket - 1, "'")):
        return None
    close = source.partner[bracket]
    ends = [bracket]
    index = bracket + 1
    while index < close:
        if source.is_at(index, ","):
            ends.append(index)
        index = source.partner[index] + 1 if source.partner[index] > index else index + 1
    ends.append(close)
    for before, behind in pairwise(ends):
        value = before + 3
        if source.is_at(before + 2, ":") and value <= first and last < behind:
            return _span(source, Kind.EXPRESSION, value, behind - 1)
    return None


def _statement(source: Source, first: int, last: int, change: int) -> Unit:
    """The statement around a range that is in no bracket."""
    begin = first
    while begin > 0 and not source.is_at(begin - 1, *_BOUNDARIES):
        partner = source.partner[begin - 1]
        begin = partner if 0 <= partner < begin - 1 else begin - 1
    end = last
    while not source.is_at(end, ";"):
        if end >= len(source.tokens) or source.is_at(end, "begin", "case", "casez"):
            raise UnitError("the change touches the frame of a block, not a statement or an expression")
        end = source.partner[end] + 1 if source.partner[end] > end else end + 1
    begin = _strip(source, begin, end, change)
    if source.is_at(begin, "assign"):
        return _right_hand_side(source, begin, end, change)
    if source.procedural[begin] and source.is_at(begin, "automatic"):
        return _right_hand_side(source, begin, end, change)
    if not source.procedural[begin]:
        raise UnitError("a declaration or an instance is fixed when the design is compiled")
    if source.is_at(begin, "if", "for"):
        if source.is_at(end + 1, "else"):
            raise UnitError("a statement with an 'else' behind it cannot be dropped; change its condition")
        return _span(source, Kind.STATEMENT, begin, end)
    if source.is_at(begin, "return") or _is_assignment(source, begin, end):
        return _span(source, Kind.STATEMENT, begin, end)
    raise UnitError("neither an assignment nor an expression that could be switched")


def _strip(source: Source, begin: int, end: int, change: int) -> int:
    """Skips what stands before the statement proper, as long as the change lies behind it."""
    while True:
        behind = _skip_prefix(source, begin, end)
        if behind == begin:
            return begin
        if behind > change:
            choice = any(source.is_at(index, "?") for index in range(begin, behind))
            if source.is_at(behind - 1, ":") and not source.is_at(begin, ":") and not choice:
                raise UnitError("the label of a case cannot be switched; leave it, before an empty statement")
            return begin
        begin = behind


def _skip_prefix(source: Source, begin: int, end: int) -> int:
    if source.is_at(begin, ":"):
        return begin + 2  # the name of a block
    if source.is_at(begin, *_HEADERS) and source.partner[begin + 1] > 0:
        return source.partner[begin + 1] + 1
    if source.is_at(begin, *_PROCESSES) or source.is_at(begin, "else"):
        return begin + 1
    if source.is_at(begin, "assign"):
        return begin
    # a label of a case
    index = begin
    while index < end and not source.is_at(index, "=", "<="):
        if source.is_at(index, ":"):
            return index + 1
        index = source.partner[index] + 1 if source.partner[index] > index else index + 1
    return begin


def _right_hand_side(source: Source, begin: int, end: int, change: int) -> Unit:
    equals = next((i for i in range(begin, end) if source.is_at(i, "=")), end)
    if change <= equals:
        raise UnitError(f"of an '{source.tokens[begin].text}' only the right-hand side can be switched")
    return _span(source, Kind.EXPRESSION, equals + 1, end - 1)


def _is_assignment(source: Source, begin: int, end: int) -> bool:
    index = begin
    while index < end and not source.is_at(index, *_ASSIGNMENTS):
        if index > begin and source.tokens[index].is_word and source.tokens[index - 1].is_word:
            return False  # a declaration
        index = source.partner[index] + 1 if source.partner[index] > index else index + 1
    return begin < index < end
