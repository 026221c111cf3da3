# SPDX-License-Identifier: Apache-2.0
"""Reading of structs, with errors of one line: where, what is wrong and what to do."""

import json
import re
from collections.abc import Iterator
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from tb.schema import SchemaError, Where, show, unknown

T = TypeVar("T")

_MESSAGE = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
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
    """Makes a struct of parsed JSON or TOML from a place, which messages name.

    Raises:
        SchemaError: The data does not fit; one line with the place, and the nearest key for an unknown one.
    """
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        match = _MESSAGE.fullmatch(str(error))
        assert match is not None
        steps: list[Any] = []
        for name, index in _STEP.findall(match["path"] or ""):
            told = name or (None if index == "..." else int(index))
            steps.append(_key(data, kind, steps, str(error)) if told is None else told)
        if isinstance(inner := error.__cause__, SchemaError) and inner.where is not None:
            place = f"{inner.where.file}.{inner.where.path}".rstrip(".").replace(".[", "[")
            for step in steps:
                where = where.item(step) if isinstance(step, int) else where.key(step)
            raise where.key(place).error(inner.what) from None
        raise _explained(match["what"], data, kind, steps, where) from None


def _key(data: Any, kind: type, steps: list[Any], text: str) -> Any:
    """The key of the value that an error is about in a table with free keys; msgspec does not tell it."""

    def only(part: Any, path: list[Any], key: Any) -> Any:
        """A part of the data whose table at a path has one key alone."""
        if not path:
            return {key: part[key]}
        rest = part.copy()
        rest[path[0]] = only(part[path[0]], path[1:], key)
        return rest

    for key in reduce(getitem, steps, data):
        try:
            msgspec.convert(only(data, steps, key), kind)
        except msgspec.ValidationError as error:
            if str(error) == text:
                return key
    return "*"


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


def _explained(what: str, data: Any, kind: type, steps: list[Any], where: Where) -> SchemaError:
    """The error of a message of msgspec about the value at the end of some steps."""
    value, at = data, [inspect.type_info(kind)]
    for step in steps:
        where = where.item(step) if isinstance(step, int) else where.key(step)
        value = value[step]
        at = [below for above in at for below in _below(above, step)]
    if match := _FIELD.fullmatch(what):
        keys = [
            field.encode_name for each in at if isinstance(each, inspect.StructType) for field in each.fields
        ]
        key = match["key"]
        if match["what"].startswith("missing"):
            return where.error(f"key '{key}' is missing; add it")
        return unknown("key", key, keys, where.key(key))
    if match := _RANGE.fullmatch(what):
        return where.error(f"value {show(value)} is out of range, must be {match['limit']}")
    if what.startswith("Invalid enum value"):
        return unknown("value", str(value), [str(name) for each in at for name in _choices(each)], where)
    if what.startswith("Expected"):
        expected = what.removeprefix("Expected ").partition(", got")[0]
        return where.error(f"expected {_in_words(expected)}, got {show(value)}")
    return where.error(what)


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
