# SPDX-License-Identifier: Apache-2.0
"""Changes of single lines, and where a selector has to act for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from regressions.mutants.defects import Change
from regressions.mutants.source import SourceError, Token, VerilogSource, code
from regressions.mutants.switches import Switch, SwitchError, find_switch

_ENDS = (";", ",", ":", ")", "]", "}")


class ChangeError(ValueError):
    """A change that does not apply; the message says why.

    Attributes:
        number: The change's number, if several are put into one text.
    """

    def __init__(self, message: str, number: int = 0) -> None:
        super().__init__(message)
        self.number = number


@dataclass(frozen=True, slots=True)
class Placed:
    """A change that has been found in a text."""

    switch: Switch  # the piece that becomes conditional
    form: str  # the piece with the change
    rows: range  # numbers of the piece's lines, from 1
    changed: VerilogSource  # the whole text with the change


def locate(text: str, change: Change, bare: Callable[[str], str] = code) -> int:
    """Offset of the first character of a change's line; `bare` takes off what is no part of it.

    Raises:
        ChangeError: The line is not there, or not as often as the ordinal says, or several times without one.
    """
    offset, found = 0, []
    for line in text.split("\n"):
        if bare(line) == change.line:
            found.append(offset + len(line) - len(line.lstrip()))
        offset += len(line) + 1
    if not change.line or not found:
        raise ChangeError(f"no line reads '{change.line}'; the source has changed, adapt or drop the defect")
    if change.ordinal == 0 and len(found) > 1:
        raise ChangeError(
            f"{len(found)} lines read '{change.line}'; say which with ordinal = 1..{len(found)}"
        )
    if change.ordinal > len(found):
        raise ChangeError(
            f"only {len(found)} lines read '{change.line}', so none is number {change.ordinal}; adapt it"
        )
    return found[max(change.ordinal, 1) - 1]


def place(source: VerilogSource, change: Change) -> Placed:
    """Locate a change in its source.

    Raises:
        ChangeError: Its line does not apply, or nothing around the difference can be switched.
    """
    start = locate(source.text, change)
    end = start + len(change.line)
    try:
        changed = VerilogSource(source.text[:start] + change.replacement + source.text[end:])
    except SourceError as error:
        raise ChangeError(f"the replacement of '{change.line}' does not fit: {error}") from None
    longer = len(change.replacement) - len(change.line)
    old, new = source.tokens_in(start, end), changed.tokens_in(start, end + longer)
    try:
        switch = find_switch(source, *_difference(old, new))
    except SwitchError as error:
        raise ChangeError(f"'{change.line}': {error}") from None
    # Tokens outside of the switch are the same in both texts, however they are aligned.
    first, behind = min(start, switch.start), max(end, switch.end)
    around = source.tokens_in(first, behind)
    before = sum(token.start < switch.start for token in around)
    after = sum(token.start >= switch.end for token in around)
    tokens = changed.tokens_in(first, behind + longer)
    form = _in_one_line(tokens[before : len(tokens) - after])
    top = source.text.count("\n", 0, switch.start) + 1
    rows = range(top, top + source.text.count("\n", switch.start, switch.end) + 1)
    return Placed(switch, form, rows, changed)


def _difference(old: Sequence[Token], new: Sequence[Token]) -> tuple[int, int]:
    """Start and end, in the text of `old`, of the tokens in which two lines differ.

    Raises:
        SwitchError: In none.
    """
    shown, others = ([token.text for token in tokens] for tokens in (old, new))
    if shown == others:
        raise SwitchError("the replacement changes nothing")
    head = common(shown, others)
    tail = min(common(shown[::-1], others[::-1]), len(shown) - head, len(others) - head)
    first, last = head, len(shown) - tail - 1
    if last < first:  # something was put in: it belongs to what follows, or at an end to what stands before
        follows = head < len(shown) and shown[head] not in _ENDS
        first = last = head if follows or not head else head - 1
    return old[first].start, old[last].end


def _in_one_line(tokens: Sequence[Token]) -> str:
    """Tokens with single blanks where there were blanks or comments."""
    ends = [tokens[0].start, *(token.end for token in tokens)] if tokens else []
    return "".join(" " * (end < token.start) + token.text for end, token in zip(ends, tokens, strict=False))


def common(left: Sequence[str], right: Sequence[str]) -> int:
    """Count the tokens that two sequences begin with in common."""
    return next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
