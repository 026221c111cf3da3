# SPDX-License-Identifier: Apache-2.0
"""Knobs in TOML: parsers and fields of the kinds of values they take."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from msgspec import Meta, Struct

from models.formats import Format, Formats
from tb.exchange.names import MAX_SIZE, parse_formats
from tb.exchange.reading import convert
from tb.schema import Raw, Where, choice, show, unknown
from tb.stimulus.draws import Interval, Weighted
from tb.stimulus.size_names import NamedSizes, SizeName, size_name

T = TypeVar("T")
MIXED = "mixed"
"""In place of formats: any of X, W and Y/Z that are not all equal."""

Parser = Callable[[Raw, Where], Any]
"""Turns a raw value into its final form, or raises the error of its place."""


class Knob(NamedTuple):
    """One knob."""

    parse: Parser  # parser of its values
    default: Raw = None  # value of a missing knob, as a test list would have it; None for none
    required: str = ""  # meaning of one that must be there


def parsed(table: Raw, knobs: Mapping[str, Knob], where: Where) -> dict[str, Any]:
    """Parses a table of knobs, all of which are in the result; None for a missing one without a default.

    Raises:
        SchemaError: An unknown or missing knob, or a value that does not fit.
    """
    if not isinstance(table, Mapping):
        raise where.error(f"expected a table, got {show(table)}")
    for key in table:
        if key not in knobs:
            raise unknown("key", str(key), knobs, where.key(str(key)))
    result: dict[str, Any] = {}
    for key, knob in knobs.items():
        if key not in table and knob.required:
            raise where.error(f"key '{key}' is missing; add it: {knob.required}")
        missing = key not in table and knob.default is None
        result[key] = None if missing else knob.parse(table.get(key, knob.default), where.key(key))
    return result


def words(known: tuple[str, ...]) -> Parser:
    """Names out of `known`: one, a list (equal weights), or a table of weights."""

    def parse(value: Raw, where: Where) -> Weighted[str]:
        names = _weights(value, where)
        return _weighted([(choice(name, known, "value", where), weight) for name, weight in names])

    return parse


def formats(value: Raw, where: Where) -> Weighted[Formats | str]:
    """Formats, those of X, W and Y/Z as in ``E4M3/FP16/FP16``, or `MIXED`; the forms are those of `words`."""
    result: list[tuple[Formats | str, float]] = []
    for name, weight in _weights(value, where):
        if isinstance(name, str) and "/" in name:
            result.append((parse_formats(name, where), weight))
        else:
            known = choice(name, (*Format.__members__, MIXED), "value", where)
            result.append((MIXED if known == MIXED else Format[known], weight))
    return _weighted(result)


def numbers(known: tuple[int, ...]) -> Parser:
    """Integers out of `known`: one, a list (equal weights), or a table of weights, keyed by the integers."""

    def parse(value: Raw, where: Where) -> Weighted[int]:
        pairs = _weights(value, where)
        result: list[tuple[int, float]] = []
        for item, weight in pairs:
            number = int(item) if isinstance(item, str) and item.isascii() and item.isdigit() else item
            if isinstance(number, bool) or number not in known:
                raise where.error(f"{show(item)} is not allowed; use {', '.join(map(str, known))}")
            result.append((number, weight))
        return _weighted(result)

    return parse


def _weights(value: Raw, where: Where) -> list[tuple[Any, float]]:
    """Pairs of value and weight."""
    if isinstance(value, Mapping):
        for key, weight in value.items():
            if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight < 1e9:
                raise where.key(str(key)).error(f"expected a weight, a number from 0, got {show(weight)}")
        pairs = [(key, float(weight)) for key, weight in value.items()]
    elif isinstance(value, list):
        pairs = [(item, 1.0) for item in value]
    else:
        pairs = [(value, 1.0)]
    if not any(weight > 0 for _, weight in pairs):
        raise where.error(f"{show(value)} leaves nothing to draw; name at least one value")
    return pairs


def _weighted(pairs: list[tuple[T, float]]) -> Weighted[T]:
    """The values that can be drawn: a weight of 0 takes one out."""
    drawn = [(value, weight) for value, weight in pairs if weight > 0]
    return Weighted(tuple(value for value, _ in drawn), tuple(weight for _, weight in drawn))


class _ValuesTable(Struct, forbid_unknown_fields=True):
    values: Annotated[list[SizeName], Meta(min_length=1)]


class _Distribution(Struct, forbid_unknown_fields=True):
    lo: SizeName
    hi: SizeName
    dist: Literal["uniform", "log_uniform"] = "uniform"


def sizes(value: Raw, where: Where) -> NamedSizes:
    """A size, a range, a list of values or a distribution."""
    forms = (
        f'use a size 0..{MAX_SIZE} or a name such as "L+1", [lo, hi], {{values = [...]}} or '
        '{dist = "log_uniform", lo = , hi = }'
    )
    if isinstance(value, int | str) and not isinstance(value, bool):
        value = [value, value]
    if isinstance(value, Mapping):
        if "values" in value:
            listed = convert(value, _ValuesTable, where).values
            chosen = [size_name(each, where.key("values").item(i)) for i, each in enumerate(listed)]
            return NamedSizes("values", chosen[0], chosen[-1], tuple(chosen))
        table = convert(value, _Distribution, where)
        lo, hi = (size_name(getattr(table, end), where.key(end)) for end in ("lo", "hi"))
        return NamedSizes(table.dist, lo, hi)
    if isinstance(value, list) and len(value) == 2 and all(type(v) in (int, str) for v in value):
        lo, hi = (size_name(end, where) for end in value)
        return NamedSizes("uniform", lo, hi)
    raise where.error(f"{show(value)} is no size; {forms}")


def interval(lo: float, hi: float, whole: bool = False) -> Parser:
    """A number drawn uniformly: the number, or [lo, hi]."""

    def parse(value: Raw, where: Where) -> Interval:
        ends = value if isinstance(value, list) else [value, value]
        kinds = (int,) if whole else (int, float)
        if (
            len(ends) != 2
            or any(type(end) not in kinds for end in ends)
            or not lo <= ends[0] <= ends[1] <= hi
        ):
            kind = "integer" if whole else "number"
            raise where.error(f"{show(value)} is not valid; use {kind}s, one or [lo, hi], within {lo}..{hi}")
        return Interval(ends[0], ends[1])

    return parse


def plain(kind: Any) -> Parser:
    """A value of a type that `tb.exchange.reading.convert` knows."""
    return lambda value, where: convert(value, kind, where)


chance = plain(Annotated[float, Meta(ge=0.0, le=1.0)])
"""A probability."""
