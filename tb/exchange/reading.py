# SPDX-License-Identifier: Apache-2.0
"""Reading of structs, with errors of one line: where, what is wrong and what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from tb.schema import Parser, SchemaError, Where, nearest, show, unknown

T = TypeVar("T")

_MESSAGE = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_SOME = "*"  # a value of a table with free keys; msgspec does not tell of which key
_RANGE = re.compile(r"Expected `(?:int|float)` (?P<limit>[<>]=? \S+)")
_FIELD = re.compile(r"Object (?P<what>contains unknown|missing required) field `(?P<key>.*)`")
_KINDS = {
    "int": "an integer",
    "float": "a number",
    "str": "a string",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


def convert(data: Any, kind: type[T], where: Where) -> T:
    """Makes a struct of parsed JSON or TOML.

    Args:
        data: Dictionaries, lists, texts and numbers.
        kind: The struct.
        where: Place of the data, for messages.

    Raises:
        SchemaError: The data does not fit; one line with the place, and the nearest key for an unknown one.
    """
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        match = _MESSAGE.fullmatch(str(error))
        assert match is not None
        steps = [
            name or (_SOME if index == "..." else int(index))
            for name, index in _STEP.findall(match["path"] or "")
        ]
        if isinstance(inner := error.__cause__, SchemaError) and inner.where is not None:
            place = f"{inner.where.file}.{inner.where.path}".rstrip(".").replace(".[", "[")
            for step in steps:
                where = where.item(step) if isinstance(step, int) else where.key(step)
            raise where.key(place).error(inner.what) from None
        raise _explained(match["what"], data, kind, steps, where) from None


def parser(kind: type[Any]) -> Parser:
    """Returns a parser that makes a struct of a table, for a `tb.schema.Field`."""
    return lambda data, where: convert(data, kind, where)


def read_json(path: Path, what: str, hint: str) -> Any:
    """Parses a JSON file.

    Args:
        path: The file.
        what: Name of the kind of file, such as `failure record`.
        hint: Advice where the file is missing.

    Raises:
        SchemaError: The file is missing, cannot be read, or is no JSON; one line.
    """
    where = Where(str(path))
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise where.error(f"no such {what}; {hint}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise where.error(f"the {what} cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        raise where.error(f"the {what} is no JSON ({error}); it may be cut short") from None


def _explained(what: str, data: Any, kind: type, steps: list[str | int], where: Where) -> SchemaError:
    """The error of a message of msgspec about the value at the end of some steps."""
    value, at = data, [inspect.type_info(kind)]
    for step in steps:
        where = where.item(step) if isinstance(step, int) else where.key(step)
        value = _item(value, step)
        at = [below for above in at for below in _below(above, step)]
    if match := _FIELD.fullmatch(what):
        keys = [
            field.encode_name for each in at if isinstance(each, inspect.StructType) for field in each.fields
        ]
        key = match["key"]
        if match["what"].startswith("missing"):
            return where.error(f"key '{key}' is missing; add it")
        return where.key(key).error(f"unknown key '{key}'; {nearest(key, keys)}Known: {', '.join(keys)}")
    if match := _RANGE.fullmatch(what):
        return where.error(f"value {show(value)} is out of range, must be {match['limit']}")
    if what.startswith("Invalid enum value"):
        return unknown("value", str(value), [str(name) for each in at for name in _choices(each)], where)
    if what.startswith("Expected"):
        expected = what.removeprefix("Expected ").partition(", got")[0]
        got = "" if _SOME in steps else f", got {show(value)}"
        return where.error(f"expected {_in_words(expected)}{got}")
    return where.error(what)


def _item(value: Any, step: Any) -> Any:
    """The value at a step; None where it is not known, below some value of a table."""
    return value[step] if step != _SOME and isinstance(value, dict | list) else None


def _in_words(expected: str) -> str:
    return re.sub(r"`(.*?)`", lambda m: " or ".join(_KINDS.get(k, k) for k in m[1].split(" | ")), expected)


def _below(kind: Any, step: str | int) -> Iterator[Any]:
    """Types that a key or an index leads to."""
    if isinstance(kind, inspect.StructType):
        yield from (
            _plain for field in kind.fields if field.encode_name == step for _plain in _members(field.type)
        )
    elif isinstance(kind, inspect.VarTupleType | inspect.ListType):
        yield from _members(kind.item_type)
    elif isinstance(kind, inspect.DictType):
        yield from _members(kind.value_type)


def _members(kind: Any) -> tuple[Any, ...]:
    return kind.types if isinstance(kind, inspect.UnionType) else (kind,)


def _choices(kind: Any) -> tuple[Any, ...]:
    if isinstance(kind, inspect.EnumType):
        return tuple(member.value for member in kind.cls)
    return tuple(kind.values) if isinstance(kind, inspect.LiteralType) else ()
