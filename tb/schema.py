# SPDX-License-Identifier: Apache-2.0
"""A small checker for data read from TOML and JSON: types, ranges, allowed values, unknown keys.

A table's schema is a mapping of key to `Field`. `check` returns the table with defaults filled in, or raises
`SchemaError`, whose message is one line that says where, what is wrong and what to do.
"""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
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
        self.where, self.what = where, " ".join(what.split())
        super().__init__(self.what if where is None else f"{where}: {self.what}")


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

Parser = Callable[[Raw, Where], Any]
"""Turns a raw value into its final form, or raises the error of its place."""


@dataclass(frozen=True, slots=True)
class Field:
    """Type and limits of one key.

    Attributes:
        doc: what the key means, in a sentence.
        kind: type of the value: bool, int, float (takes int), str, list, dict, or object for anything that
            `parse` understands.
        required: the key must be there; otherwise `default` is used as it stands, unparsed.
        default: the value of a missing key.
        lo: smallest number, or shortest list, allowed.
        hi: largest number, or longest list, allowed.
        choices: the only allowed strings.
        items: schema of each element of a list, or of each value of a table with free keys.
        fields: schema of a table with known keys.
        parse: applied last to a value that passed the checks above.
    """

    doc: str
    kind: type
    required: bool = False
    default: Any = None
    lo: float | None = None
    hi: float | None = None
    choices: tuple[str, ...] | None = None
    items: Field | None = None
    fields: Mapping[str, Field] | None = None
    parse: Parser | None = None


_KIND_NAMES = {
    bool: "true or false",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "a table",
}


def nearest(word: str, words: Iterable[str]) -> str:
    """Returns ``did you mean 'x'? `` for the most similar of `words`, or an empty string."""
    pool = list(words)
    folded = {w.lower(): w for w in pool}
    match = difflib.get_close_matches(word.lower(), list(folded), n=1, cutoff=0.5)
    if not match and len(word) > 1:  # a word cut short, or with something added
        match = [
            known for known in folded if known.startswith(word.lower()) or word.lower().startswith(known)
        ]
    return f"did you mean '{folded[match[0]]}'? " if match else ""


def unknown(kind: str, word: str, words: Iterable[str], where: Where) -> SchemaError:
    """The error for a `word` that names nothing: the nearest match and all that is known."""
    pool = list(words)
    known = ", ".join(pool) if pool else "none"
    return where.error(f"unknown {kind} '{word}'; {nearest(word, pool)}Known: {known}")


def choice(value: Raw, words: Iterable[str], kind: str, where: Where) -> str:
    """Checks that `value` is one of `words` and returns it."""
    pool = list(words)
    if not isinstance(value, str):
        raise where.error(f"expected {kind}, got {show(value)}; use one of {', '.join(pool)}")
    if value not in pool:
        raise unknown(kind, value, pool, where)
    return value


def show(value: Raw) -> str:
    """A value for an error message: its repr, shortened."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def check(data: Raw, fields: Mapping[str, Field], where: Where) -> dict[str, Any]:
    """Checks a table against its schema.

    Args:
        data: the table as read.
        fields: schema by key.
        where: the table's place, for messages.

    Returns:
        A new dictionary with every key of `fields`, parsed, defaults filled in.

    Raises:
        SchemaError: on an unknown or missing key or a value that does not fit.
    """
    if not isinstance(data, Mapping):
        raise where.error(f"expected a table, got {show(data)}")
    for key in data:
        if key not in fields:
            raise unknown("key", str(key), fields, where.key(str(key)))
    result: dict[str, Any] = {}
    for key, field in fields.items():
        if key in data:
            result[key] = check_value(data[key], field, where.key(key))
        elif field.required:
            raise where.error(f"key '{key}' is missing; add it: {field.doc}")
        else:
            result[key] = field.default
    return result


def check_value(value: Raw, field: Field, where: Where) -> Raw:
    """Checks and parses one value against its `Field`; see `check`."""
    _check_kind(value, field, where)
    if field.kind in (int, float):
        _check_range(value, "value", field, where)
        if field.kind is float:
            value = float(value)
    elif field.kind is list:
        _check_range(len(value), "number of elements", field, where)
        if field.items is not None:
            value = [check_value(v, field.items, where.item(i)) for i, v in enumerate(value)]
    elif field.kind is dict and field.fields is not None:
        value = check(value, field.fields, where)
    elif field.kind is dict and field.items is not None:
        value = {key: check_value(v, field.items, where.key(key)) for key, v in value.items()}
    if field.choices is not None:
        value = choice(value, field.choices, "value", where)
    return field.parse(value, where) if field.parse is not None else value


def _check_kind(value: Raw, field: Field, where: Where) -> None:
    if field.kind is object:
        return
    accepted = (int, float) if field.kind is float else (field.kind,)
    is_bool = isinstance(value, bool)
    if not isinstance(value, accepted) or (is_bool and field.kind is not bool):
        raise where.error(f"expected {_KIND_NAMES[field.kind]}, got {show(value)}; {field.doc}")
    if isinstance(value, float) and not math.isfinite(value):
        raise where.error(f"expected a finite number, got {show(value)}; {field.doc}")


def _check_range(number: float, what: str, field: Field, where: Where) -> None:
    if (field.lo is not None and number < field.lo) or (field.hi is not None and number > field.hi):
        lo = "" if field.lo is None else f"{field.lo} <= "
        hi = "" if field.hi is None else f" <= {field.hi}"
        raise where.error(f"{what} {show(number)} is out of range, must be {lo}value{hi}")


def read_toml(path: Path) -> dict[str, Any]:
    """Reads a TOML file; a missing or malformed one is a `SchemaError` of one line."""
    where = Where(str(path))
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise where.error("no such file; check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise where.error(f"cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise where.error(f"malformed TOML: {error}; correct the file") from None


def markdown_rows(fields: Mapping[str, Field], prefix: str = "") -> list[str]:
    """The rows ``| key | default | meaning |`` of a schema, as they stand in the documentation."""
    rows: list[str] = []
    for key, field in fields.items():
        default = (
            "required" if field.required else "" if field.default is None else f"`{_toml(field.default)}`"
        )
        rows.append(f"| `{prefix}{key}` | {default} | {field.doc} |")
        nested = field.fields or (field.items.fields if field.items is not None else None)
        if nested is not None:
            suffix = "[]." if field.kind is list else "."
            rows += markdown_rows(nested, f"{prefix}{key}{suffix}")
    return rows


def _toml(value: Raw) -> str:
    """A default as it would be written in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return str(value)
