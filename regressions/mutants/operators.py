# SPDX-License-Identifier: Apache-2.0
"""Mutation operators: all the ways in which a line of a source can be made wrong mechanically."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from regressions.mutants.rewrite import Change, ChangeError, place
from regressions.mutants.source import Source, Token, tokenize, without_comments

_LIMITS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_CONNECTIVES = {"&&": "||", "||": "&&", "==": "!=", "!=": "==", "+": "-", "-": "+"}
_SIDES = ("-", "<", ">", ">=", "<<", ">>")
_SIZED = re.compile(r"(\d+)'([bdh])([0-9a-fA-F]+)")
_RADIX = {"b": 2, "d": 10, "h": 16}
_FORMATS = {"b": "b", "d": "d", "h": "x"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change that an operator proposes.

    Attributes:
        operator: Name of the operator.
        change: The change; it applies to the source, and a run-time selector can switch it.
    """

    operator: str
    change: Change


Edit = tuple[int, int, str]
"""Characters ``start .. end-1`` of a line and what takes their place."""

Operator = Callable[[str, list[Token]], Iterator[list[Edit]]]
"""All edits that an operator proposes for a line, from the line and its tokens."""


def _negate(line: str, tokens: list[Token]) -> Iterator[list[Edit]]:
    """The condition of an if, or what follows a negation."""
    for index, token in enumerate(tokens):
        if token.text == "if" and (close := _close(tokens, index + 1)) is not None:
            inner = line[tokens[index + 1].end : tokens[close].start]
            yield [(tokens[index + 1].end, tokens[close].start, f"!({inner})")]
        if token.text == "!" and index > 0:
            yield [(token.start, token.end, "")]


def _off_by_one(line: str, tokens: list[Token]) -> Iterator[list[Edit]]:
    """A comparison that includes its limit or no longer does."""
    del line
    for token in _operators(tokens, _LIMITS):
        yield [(token.start, token.end, _LIMITS[token.text])]


def _constant(line: str, tokens: list[Token]) -> Iterator[list[Edit]]:
    """A sized constant of another value."""
    del line
    for token in tokens:
        if (match := _SIZED.fullmatch(token.text)) is not None:
            width, base, digits = int(match[1]), match[2], match[3]
            value = (int(digits, _RADIX[base]) + 1) % (1 << width)
            padded = format(value, _FORMATS[base]).rjust(len(digits) if base != "d" else 1, "0").upper()
            yield [(token.start, token.end, f"{width}'{base}{padded}")]
        elif token.text in ("'0", "'1"):
            yield [(token.start, token.end, "'1" if token.text == "'0" else "'0")]


def _drop(line: str, tokens: list[Token]) -> Iterator[list[Edit]]:
    """An assignment that is not made; the label of a case stays before an empty statement."""
    if not tokens or tokens[-1].text != ";" or tokens[0].text == "assign":
        return
    texts = [token.text for token in tokens]
    assigns = next((i for i, text in enumerate(texts) if text in ("=", "<=")), 0)
    labels = [i for i in range(assigns) if texts[i] == ":" and not {"?", "[", "begin"} & set(texts[:i])]
    if labels:
        yield [(tokens[labels[0]].end, len(line), " ;")]
    else:
        yield [(0, len(line), "")]


def _connective(line: str, tokens: list[Token]) -> Iterator[list[Edit]]:
    """Another connective between the same operands: and for or, plus for minus, equal for unequal."""
    del line
    for token in _operators(tokens, _CONNECTIVES):
        yield [(token.start, token.end, _CONNECTIVES[token.text])]


def _swap(line: str, tokens: list[Token]) -> Iterator[list[Edit]]:
    """Two operands exchanged: the arms of a choice, or the sides of what is not symmetric."""
    for index in range(1, len(tokens) - 1):
        left, middle, right = tokens[index - 1 : index + 2]
        if not (left.is_word and right.is_word):
            continue
        arms = middle.text == ":" and index > 1 and tokens[index - 2].text == "?"
        sides = middle.text in _SIDES and _whole(tokens, index - 1) and _whole(tokens, index + 1)
        if (arms or sides) and left.text != right.text and _whole(tokens, index + 1):
            text = f"{right.text} {middle.text} {left.text}"
            yield [(left.start, right.end, text)]
    del line


OPERATORS: dict[str, Operator] = {
    "negate": _negate,
    "off_by_one": _off_by_one,
    "constant": _constant,
    "drop": _drop,
    "connective": _connective,
    "swap": _swap,
}


def candidates(source: Source) -> list[Candidate]:
    """Everything the operators propose for a source that can be switched at run time.

    What is set in a reset is left out: the bench's other builds look for state that a reset forgets.
    """
    lines = [line.strip() for line in without_comments(source.text).split("\n")]
    total = Counter(lines)
    seen: Counter[str] = Counter()
    reset = _reset_spans(source)
    found: list[Candidate] = []
    for line in lines:
        seen[line] += 1
        ordinal = seen[line] if total[line] > 1 else 0
        tokens = tokenize(line)
        for name, operator in OPERATORS.items():
            for edits in operator(line, tokens):
                change = Change(line, _edited(line, edits), ordinal)
                if _applies(source, name, change, reset):
                    found.append(Candidate(name, change))
    return found


def _applies(source: Source, operator: str, change: Change, reset: list[range]) -> bool:
    try:
        placed = place(source, change)
    except ChangeError:
        return False
    if operator == "drop" and _is_default(source, placed.unit.start):
        return False
    return not any(placed.unit.start in span for span in reset)


def _is_default(source: Source, start: int) -> bool:
    """Whether a statement is the first of its combinational process to assign its variable.

    Without it the variable would be stored, which is no fault that hardware can have.
    """
    index = next(i for i, token in enumerate(source.tokens) if token.start == start)
    begin = next((i for i in range(index, -1, -1) if source.is_at(i, "always_comb", "always_ff")), 0)
    if source.is_at(begin, "always_ff") or source.is_at(index, "if", "for"):
        return False
    name = source.tokens[index].text
    return not any(
        source.tokens[i].text == name and source.is_at(max(source.partner[i + 1], i) + 1, "=")
        for i in range(begin, index)
    )


def _reset_spans(source: Source) -> list[range]:
    """The characters of all statements that are executed in a reset, and of the conditions before them."""
    spans = []
    for index, token in enumerate(source.tokens):
        texts = [t.text for t in source.tokens[index : index + 4]]
        if texts == ["if", "(", "!", "rst_ni"]:
            behind = source.skip_statement(source.partner[index + 1] + 1)
            spans.append(range(token.start, source.tokens[behind - 1].end))
    return spans


def _edited(line: str, edits: list[Edit]) -> str:
    for start, end, text in sorted(edits, reverse=True):
        line = line[:start] + text + line[end:]
    return line.strip()


def _close(tokens: list[Token], bracket: int) -> int | None:
    """The number of the token that closes a bracket on the same line."""
    depth = 0
    for index in range(bracket, len(tokens)):
        depth += (tokens[index].text == "(") - (tokens[index].text == ")")
        if depth == 0:
            return index
    return None


def _operators(tokens: list[Token], texts: dict[str, str]) -> Iterator[Token]:
    """Operators between two operands; the first ``<=`` outside of brackets assigns."""
    depth, assigned = 0, False
    for index, token in enumerate(tokens):
        depth += (token.text in "([{") - (token.text in ")]}")
        if depth == 0 and token.text in ("=", "<=") and not assigned:
            assigned = True
        elif (
            token.text in texts
            and index > 0
            and (tokens[index - 1].is_word or _is_operand(tokens[index - 1]))
        ):
            yield token


def _is_operand(token: Token) -> bool:
    return token.text in (")", "]", "}") or token.text[0].isdigit() or token.text in ("'0", "'1")


def _whole(tokens: list[Token], index: int) -> bool:
    """Whether a word is an operand by itself, not a part of a selection, a call or a member."""
    after = tokens[index + 1].text if index + 1 < len(tokens) else ""
    before = tokens[index - 1].text if index else ""
    return after not in ("[", "(", ".", "'") and before != "."
