# SPDX-License-Identifier: Apache-2.0
"""Knobs in TOML: parsers and fields of the kinds of values they take."""

from collections.abc import Mapping
from typing import Any, TypeVar

from models.formats import Format, Formats
from tb.exchange.names import MAX_SIZE, parse_formats
from tb.schema import Field, Parser, Raw, Where, check, choice, show
from tb.stimulus.draws import Interval, Weighted
from tb.stimulus.size_names import NamedSizes, size_name

T = TypeVar("T")
MIXED = "mixed"
"""In place of formats: any of X, W and Y/Z that are not all equal."""

DEFAULT_SIZES = {"dist": "log_uniform", "lo": 0, "hi": 64}


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


def sizes(doc: str) -> Field:
    """A knob for a size: a number, a range, a list of values or a distribution."""
    return Field(doc, object, default=DEFAULT_SIZES, parse=_parse_sizes)


_SIZE = Field("a size", object, parse=size_name)
_DISTRIBUTION = {
    "dist": Field("distribution", str, default="uniform", choices=("uniform", "log_uniform")),
    "lo": Field("smallest size", object, required=True, parse=size_name),
    "hi": Field("largest size", object, required=True, parse=size_name),
}
_VALUES = {
    "values": Field("sizes", list, required=True, lo=1, items=_SIZE),
}


def _parse_sizes(value: Raw, where: Where) -> NamedSizes:
    forms = (
        f'use a size 0..{MAX_SIZE} or a name such as "L+1", [lo, hi], {{values = [...]}} or '
        '{dist = "log_uniform", lo = , hi = }'
    )
    if isinstance(value, int | str) and not isinstance(value, bool):
        value = [value, value]
    if isinstance(value, Mapping):
        if "values" in value:
            chosen = check(value, _VALUES, where)["values"]
            return NamedSizes("values", chosen[0], chosen[-1], tuple(chosen))
        table = check(value, _DISTRIBUTION, where)
        return NamedSizes(table["dist"], table["lo"], table["hi"])
    if isinstance(value, list) and len(value) == 2 and all(type(v) in (int, str) for v in value):
        lo, hi = (size_name(end, where) for end in value)
        return NamedSizes("uniform", lo, hi)
    raise where.error(f"{show(value)} is no size; {forms}")


def interval(doc: str, default: tuple[float, float], lo: float, hi: float, whole: bool = False) -> Field:
    """A knob for a number drawn uniformly: the number, or [lo, hi]."""

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

    return Field(doc, object, default=list(default), parse=parse)


def chances(doc: str, default: float) -> Field:
    """A knob for a probability."""
    return Field(doc, float, default=default, lo=0.0, hi=1.0)
