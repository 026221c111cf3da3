# SPDX-License-Identifier: Apache-2.0
"""Sizes named after a device's parameters, such as ``L+1``, so that a test fits every instance."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.timing import Instance
from tb.exchange.names import MAX_SIZE
from tb.schema import Raw, Where
from tb.stimulus.draws import Sizes

UNITS: Mapping[str, Callable[[Instance], int]] = {
    "H": lambda instance: instance.h,
    "L": lambda instance: instance.l,
    "TILE": lambda instance: instance.tile_cols,
}
_FORM = re.compile(r"(?:(\d{1,5})\*)?([A-Z]+)([+-]\d{1,5})?")

SizeName = int | str
"""A size, or one such as ``H``, ``L-1``, ``2*TILE+1``."""


def size_name(value: Raw, where: Where) -> SizeName:
    """Checks a size or the name of one; raises `SchemaError`."""
    if isinstance(value, str):
        match = _FORM.fullmatch(value)
        if match is None or match[2] not in UNITS:
            units = ", ".join(UNITS)
            raise where.error(f"'{value}' names no size; use a number, or one of {units} as in '2*TILE+1'")
        return value
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SIZE:
        raise where.error(f"{value!r} is no size; use 0..{MAX_SIZE}, or a name such as 'L+1'")
    return value


def resolve(name: SizeName, instance: Instance) -> int:
    """The size on an instance, at least 0; it may pass the largest size there is."""
    if isinstance(name, int):
        return name
    match = _FORM.fullmatch(name)
    assert match is not None, f"size_name took {name!r}"
    factor, unit, offset = match.groups()
    return max(0, int(factor or 1) * UNITS[unit](instance) + int(offset or 0))


@dataclass(frozen=True, slots=True)
class NamedSizes:
    """A knob for sizes as it is written: `tb.stimulus.draws.Sizes` with names in it."""

    kind: str
    lo: SizeName
    hi: SizeName
    values: tuple[SizeName, ...] = ()

    def on(self, instance: Instance, where: Where) -> Sizes:
        """The sizes on an instance; raises `SchemaError` if they are none there."""
        if self.kind == "values":
            values = tuple(sorted({resolve(value, instance) for value in self.values}))
            lo, hi = values[0], values[-1]
        else:
            values, lo, hi = (), resolve(self.lo, instance), resolve(self.hi, instance)
        if not lo <= hi <= MAX_SIZE:
            raise where.error(
                f"sizes {lo} to {hi} on an instance with H = {instance.h}, L = {instance.l} and "
                f"TILE = {instance.tile_cols}; they have to ascend and end at {MAX_SIZE} at most"
            )
        return Sizes(self.kind, lo, hi, values)
