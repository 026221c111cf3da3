# SPDX-License-Identifier: Apache-2.0
"""Known issues and known differences of a device: which jobs they concern and what is expected of those."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, structs

from models.formats import Format
from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.names import OPERAND_CLASSES, format_name, parse_formats
from tb.schema import Raw, Where, choice, show, unknown

ATTRIBUTES: Mapping[str, Callable[[Job], int | str]] = {
    "op": lambda job: job.op.name,
    "format": lambda job: job.format_name,
    "x_format": lambda job: job.x_fmt.name,
    "w_format": lambda job: job.w_fmt.name,
    "z_format": lambda job: job.z_fmt.name,
    "m": lambda job: job.m,
    "n": lambda job: job.n,
    "k": lambda job: job.k,
    "core": lambda job: job.core,
    "x_align": lambda job: job.x_addr % 4,
    "w_align": lambda job: job.w_addr % 4,
    "z_align": lambda job: job.z_addr % 4,
    "x_class": lambda job: job.classes[0],
    "w_class": lambda job: job.classes[1],
    "y_class": lambda job: job.classes[2],
}


_NAMES: Mapping[str, tuple[Iterable[str], str]] = {
    "op": (Op.__members__, "operation"),
    **dict.fromkeys(("x_format", "w_format", "z_format"), (Format.__members__, "format")),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One attribute of a job and the values that match: a set, or a closed range of numbers."""

    attribute: str
    values: frozenset[int | str] | None = None
    lo: int = 0
    hi: int = 0

    def matches(self, job: Job) -> bool:
        """Return whether the job's attribute is among the values."""
        value = ATTRIBUTES[self.attribute](job)
        if self.values is not None:
            return value in self.values
        return isinstance(value, int) and self.lo <= value <= self.hi


if TYPE_CHECKING:
    Match = tuple[Condition, ...]
else:
    Match = dict[str, Any]


class KnownItem(Struct, frozen=True, forbid_unknown_fields=True):
    """Something the device is known to do otherwise.

    Attributes:
        id: short stable name, unique in the file
        reason: why, and where it is tracked
        expect: status such a job is expected to have: `mismatch`, `protocol`, `timeout`, `crash`
        match: which jobs: attributes that must all match (see below); without it every job
    """

    id: str
    reason: str
    expect: Literal["mismatch", "protocol", "timeout", "crash"]
    match: Match = ()

    def __post_init__(self) -> None:
        if isinstance(self.match, dict):
            conditions = (_condition(*each, Where("match")) for each in self.match.items())
            structs.force_setattr(self, "match", tuple(conditions))

    def matches(self, job: Job) -> bool:
        """Return whether the item concerns `job`."""
        return all(condition.matches(job) for condition in self.match)


def _condition(attribute: str, value: Raw, where: Where) -> Condition:
    place = where.key(attribute)
    if attribute not in ATTRIBUTES:
        raise unknown("key", attribute, ATTRIBUTES, place)
    numeric = attribute in ("m", "n", "k", "core", "x_align", "w_align", "z_align")
    values = value if isinstance(value, list) else [value]
    if numeric:
        if not values or not all(isinstance(v, int) and not isinstance(v, bool) for v in values):
            raise place.error(f"expected an integer or [lo, hi], got {show(value)}")
        if isinstance(value, list):
            if len(value) != 2 or value[0] > value[1]:
                raise place.error(f"expected a range [lo, hi] with lo <= hi, got {show(value)}")
            return Condition(attribute, None, value[0], value[1])
        return Condition(attribute, frozenset(values))
    if attribute == "format":
        return Condition(attribute, frozenset(_format(item, place) for item in values))
    for item in values:
        choice(item, *_NAMES.get(attribute, (OPERAND_CLASSES, "operand class")), place)
    return Condition(attribute, frozenset(values))


def _format(item: Raw, place: Where) -> str:
    """The name of a format or mix as jobs have it."""
    if not isinstance(item, str):
        raise place.error(f"expected a format, got {show(item)}")
    return format_name(parse_formats(item, place))
