# SPDX-License-Identifier: Apache-2.0
"""Places of registers and fields, by the role that they have for the bench."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from tb.schema import Where

Word = Annotated[int, Meta(ge=0, lt=1 << 32)]

_LEAST_SIZE = 8  # bits of M, N and K that tests need at least
_NEEDED = ("m", "n", "k", "x", "w", "z", "trigger")
CONTROL = {
    "trigger": "TRIGGER",
    "commit": "COMMIT",
    "acquire": "ACQUIRE",
    "finished": "FINISHED",
    "status": "STATUS",
    "running_job": "RUNNING_JOB",
    "clear": "SOFT_CLEAR",
}
"""Names of the contract for the registers of roles that are no part of a job's values."""


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """Bits of a register.

    Attributes:
        offset: byte offset of the register, a multiple of 4 up to 0xFC
        lsb: lowest bit
        width: bits
    """

    offset: Annotated[int, Meta(ge=0, le=0xFC, multiple_of=4)]
    lsb: Annotated[int, Meta(ge=0, le=31)] = 0
    width: Annotated[int, Meta(ge=1, le=32)] = 32

    @property
    def mask(self) -> int:
        """Bits within the register."""
        return ((1 << self.width) - 1) << self.lsb


Role = Place | str | None


class Roles(Struct, frozen=True, forbid_unknown_fields=True):
    """Places of what the bench has to know: a table, or `REGISTER.FIELD` of the device's own description.

    Attributes:
        m: rows of X and Z
        n: columns of X, rows of W
        k: columns of W and Z
        x: address of X
        w: address of W
        z: address of Z
        y: address of Y, if it has a register of its own
        y_offset: distance of Y from Z in bytes, modulo 2^32; fewer bits count upwards
        operation: operation; without it the device has one
        format: format of all operands; without any the device has one
        format_in: format of X and W, where that of Y and Z is apart; jobs in which they differ need
            `mixed_formats`
        format_out: format of Y and Z
        trigger: written to start a job
        commit: written before the trigger, where queueing a job and starting it are apart
        acquire: read to take a job's context
        status: 0 when no job is queued or running
        finished: number of jobs that ended
        running_job: id of the running job
        clear: written to stop everything
    """

    m: Role = None
    n: Role = None
    k: Role = None
    x: Role = None
    w: Role = None
    z: Role = None
    y: Role = None
    y_offset: Role = None
    operation: Role = None
    format: Role = None
    format_in: Role = None
    format_out: Role = None
    trigger: Role = None
    commit: Role = None
    acquire: Role = None
    status: Role = None
    finished: Role = None
    running_job: Role = None
    clear: Role = None

    def given(self) -> dict[str, Place | str]:
        """Return the roles that have a place."""
        return {name: place for name in self.__struct_fields__ if (place := getattr(self, name)) is not None}


NO_ROLES = Roles()
"""Roles of a device whose registers are the contract's."""


class Constant(Struct, frozen=True, forbid_unknown_fields=True):
    """Bits that every job has at a fixed value.

    Attributes:
        place: where, as for a role
        value: their value
    """

    place: Place | str
    value: Word = 0


JOB_ROLES = tuple(name for name in Roles.__struct_fields__ if name not in CONTROL)
"""Roles whose registers hold the values of a job."""


def place_of(role: str) -> str:
    """Return the path of a role, or of a constant's place, in the table."""
    return role if role.startswith("constants") else f"roles.{role}"


def check_places(places: Mapping[str, Place]) -> None:
    """Check that places are there, large enough, and apart from each other; raises `SchemaError`."""
    for role in _NEEDED:
        if role not in places:
            raise Where("roles").error(f"role '{role}' is missing; give its place")
    if ("format_in" in places) != ("format_out" in places) or {"format", "format_in"} <= places.keys():
        raise Where("roles").error("give `format`, or both `format_in` and `format_out`")
    for role, place in places.items():
        if place.lsb + place.width > 32:
            raise Where(place_of(role)).error(
                f"bits {place.lsb} to {place.lsb + place.width - 1} leave the register; it has 32"
            )
        least = _least(role)
        if place.width < least:
            raise Where(place_of(role)).error(f"has {place.width} bits; {role} needs at least {least}")
    for role in ("acquire", "finished", "running_job"):
        if role in places and places[role].lsb:
            raise Where(place_of(role)).error(f"begins at bit {places[role].lsb}; it has to begin at bit 0")
    taken: list[tuple[str, Place]] = []
    for role, place in places.items():
        for other, its in taken:
            if place.offset != its.offset or {role, other} == {"trigger", "commit"}:
                continue
            if place.mask & its.mask or role in CONTROL or other in CONTROL:
                raise Where(place_of(role)).error(
                    f"lies over {other} at offset {place.offset:#04x}; give it bits of its own"
                    if place.mask & its.mask
                    else f"shares offset {place.offset:#04x} with {other}; it needs a register of its own"
                )
        taken.append((role, place))


def _least(role: str) -> int:
    if role in ("m", "n", "k"):
        return _LEAST_SIZE
    return 32 if role in ("x", "w", "y", "z") else 1
