# SPDX-License-Identifier: Apache-2.0
"""Errors of data that people write: one line that says where, what is wrong and what to do."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class SchemaError(ValueError):
    """Data that does not fit its schema; the message is one line for the person who wrote the data.

    Attributes:
        where: Place of the data; None where the message says it.
        what: The message without the place.
    """

    def __init__(self, what: str, where: Where | None = None) -> None:
        self.where, self.what = where, what
        super().__init__(" ".join((what if where is None else f"{where}: {what}").split()))


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a data file: the file's name and the path of a key in it."""

    file: str
    path: str = ""

    def key(self, name: str) -> Where:
        """The place of `name` inside the table at this place."""
        return Where(self.file, f"{self.path}.{name}" if self.path else name)

    def item(self, index: int) -> Where:
        """The place of an element of the list at this place."""
        return Where(self.file, f"{self.path}[{index}]")

    def error(self, what: str) -> SchemaError:
        """An error at this place; `what` should say what is wrong and what to do."""
        return SchemaError(what, self)

    def __str__(self) -> str:
        """The place as messages have it in front."""
        return f"{self.file}: {self.path}" if self.path else self.file


Raw = Any
"""A value as read from TOML or JSON, not yet checked."""


def nearest(word: str, words: Iterable[str]) -> str:
    """Returns ``did you mean 'x'? `` for the most similar of `words`, or an empty string."""
    pool = list(words)
    folded = {w.lower(): w for w in pool}
    match = [each for each in folded if sorted(each) == sorted(word.lower())]  # letters that changed places
    match = match or difflib.get_close_matches(word.lower(), list(folded), n=1, cutoff=0.5)
    if not match and len(word) > 1:  # a word cut short, or with something added
        match = [each for each in folded if each.startswith(word.lower()) or word.lower().startswith(each)]
    return f"did you mean '{folded[match[0]]}'? " if match else ""


FEW = 30
"""Names that an error shows at most; of more it has the nearest ones."""


def alternatives(word: str, words: Iterable[str], listing: str = "") -> str:
    """Returns what there is instead of a `word` that names nothing: all of few words, the nearest of many.

    `listing` says where many are listed, such as ``'make list' lists them``.
    """
    pool = list(dict.fromkeys(words))
    if len(pool) <= FEW:
        return f"{nearest(word, pool)}Known: {', '.join(pool) or 'none'}"
    alike = difflib.get_close_matches(word.lower(), pool, n=5, cutoff=0.0)
    there = f"The nearest of {len(pool)}: {', '.join(alike)}"
    return nearest(word, pool) + "; ".join(filter(None, (there, listing)))


def unknown(
    kind: str, word: str, words: Iterable[str], where: Where | None = None, listing: str = ""
) -> SchemaError:
    """The error for a `word` that names nothing, with its `alternatives`."""
    return SchemaError(f"unknown {kind} '{word}'; {alternatives(word, words, listing)}", where)


def choice(value: Raw, words: Iterable[str], kind: str, where: Where) -> str:
    """Checks that `value` is one of `words` and returns it."""
    pool = list(words)
    if not isinstance(value, str):
        raise where.error(f"expected {kind}, got {show(value)}. {alternatives('', pool)}")
    if value not in pool:
        raise unknown(kind, value, pool, where)
    return value


def show(value: Raw) -> str:
    """A value for an error message: its repr, shortened."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def read_toml(path: Path) -> dict[str, Any]:
    """Reads a TOML file; a missing or malformed one, or one with NaN, is a `SchemaError` of one line."""
    where = Where(str(path))
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=_finite)
    except FileNotFoundError:
        raise where.error("no such file; check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise where.error(f"cannot be read: {error}") from None
    except ValueError as error:
        raise where.error(f"malformed TOML: {error}; correct the file") from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no finite number")
    return number
