# SPDX-License-Identifier: Apache-2.0
"""SystemVerilog text as tokens: just enough structure to find the statement or expression around a change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_COMMENT_OR_STRING = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
_TOKEN = re.compile(
    r"\d*'[sS]?[bBdDhHoO][0-9a-fA-F_xXzZ?]+|'[01xXzZ](?!\w)|\d[\w.]*"  # numbers
    r"|[A-Za-z_$`][\w$]*(?:::[A-Za-z_]\w*)*"  # words, with their package
    r"|<<<=?|>>>=?|===|!==|==\?|!=\?|<<=?|>>=?|<=|>=|==|!=|&&|\|\||->|\+:|-:|\+\+|--|\*\*|~[&|^]|[-+*/%&|^]="
    r"|\S"
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_BLOCKS = {"begin": "end", "case": "endcase", "casez": "endcase", "casex": "endcase"}
_PROCESSES = ("always_comb", "always_ff", "always_latch", "always", "initial", "final")


class SourceError(ValueError):
    """Text whose brackets or blocks do not match."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it stands: ``text[start:end]``."""

    text: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Whether it is an identifier or a keyword."""
        return self.text[0].isalpha() or self.text[0] in "_$`"


def without_comments(text: str) -> str:
    """The text with every comment and string blanked, of the same length and with the same lines."""
    return _COMMENT_OR_STRING.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def tokenize(text: str) -> list[Token]:
    """The tokens of a text; comments and strings are skipped."""
    return [Token(m[0], m.start(), m.end()) for m in _TOKEN.finditer(without_comments(text))]


class Source:
    """A file's tokens and their structure.

    Attributes:
        text: The file's text.
        tokens: Its tokens.
        partner: For each bracket the number of the one it belongs to, -1 for other tokens.
        procedural: For each token, whether it lies in a process or a function, where statements are executed.

    Raises:
        SourceError: Brackets or blocks do not match.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.partner = _partners(self.tokens)
        self.procedural = self._find_procedural()

    def is_at(self, index: int, *texts: str) -> bool:
        """Whether the token of that number exists and is one of some texts."""
        return 0 <= index < len(self.tokens) and self.tokens[index].text in texts

    def skip_statement(self, index: int) -> int:
        """The number of the token behind the procedural statement that begins at a token.

        Raises:
            SourceError: It has no end.
        """
        while self.is_at(index, "unique", "unique0", "priority"):
            index += 1
        if self.is_at(index, "begin", "case", "casez", "casex"):
            return self._skip_block(index)
        if self.is_at(index, "if", "for", "while", "repeat"):
            behind = self.skip_statement(self.partner[index + 1] + 1)
            if self.is_at(index, "if") and self.is_at(behind, "else"):
                return self.skip_statement(behind + 1)
            return behind
        while not self.is_at(index, ";"):
            if index >= len(self.tokens):
                raise SourceError("a statement has no end")
            index = self.partner[index] + 1 if self.is_at(index, *_PAIRS) else index + 1
        return index + 1

    def _skip_block(self, index: int) -> int:
        """The number of the token behind a begin or a case, and behind the name of its end."""
        depth = 0
        for place in range(index, len(self.tokens)):
            text = self.tokens[place].text
            depth += (text in _BLOCKS) - (text in ("end", "endcase"))
            if depth == 0:
                return place + 3 if self.is_at(place + 1, ":") else place + 1
        raise SourceError(f"'{self.tokens[index].text}' has no end")

    def _find_procedural(self) -> Sequence[bool]:
        inside = [False] * len(self.tokens)
        index = 0
        while index < len(self.tokens):
            behind = index + 1
            if self.is_at(index, *_PROCESSES):
                body = index + 1
                if self.is_at(body, "@"):
                    body = self.partner[body + 1] + 1 if self.is_at(body + 1, "(") else body + 2
                behind = self.skip_statement(body)
            elif self.is_at(index, "function"):
                behind = next(
                    (i for i in range(index, len(self.tokens)) if self.is_at(i, "endfunction")), behind
                )
            if behind > index + 1:
                inside[index:behind] = [True] * (behind - index)
            index = behind
        return inside


def _partners(tokens: Sequence[Token]) -> list[int]:
    partner = [-1] * len(tokens)
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.text in _PAIRS:
            opened.append(index)
        elif token.text in _PAIRS.values():
            if not opened or _PAIRS[tokens[opened[-1]].text] != token.text:
                raise SourceError(f"'{token.text}' closes nothing")
            partner[index] = opened.pop()
            partner[partner[index]] = index
    if opened:
        raise SourceError(f"'{tokens[opened[-1]].text}' is not closed")
    return partner
