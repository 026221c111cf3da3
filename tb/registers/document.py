# SPDX-License-Identifier: Apache-2.0
"""A register map as its readers want it: constants for firmware in C, and a table for people."""

from collections.abc import Iterator

from tb.exchange.roles import CONTROL, Place
from tb.registers.map import Register, RegisterField, RegisterMap

_VALUES = {
    "trigger_value": "TRIGGER",
    "commit_value": "COMMIT",
    "clear_all": "SOFT_CLEAR_ALL",
    "acquire_full": "ACQUIRE_FULL",
    "acquire_taken": "ACQUIRE_TAKEN",
}


def header(registers: RegisterMap, prefix: str) -> str:
    """Return a header of C: offsets of registers, masks and lowest bits of fields, and values."""
    constants = {
        **{f"{register.name}_OFFSET": register.offset for register in registers.values()},
        **{
            f"{register.name}_{field.name}_{what}": value
            for register in registers.values()
            for field in register.fields
            for what, value in (("LSB", field.lsb), ("MASK", field.mask))
        },
        **{
            f"{name}_VALUE": value
            for rule, name in _VALUES.items()
            if (value := getattr(registers.rules, rule)) is not None
        },
        "CONTEXTS": registers.rules.contexts,
    }
    lines = (f"#define {prefix.upper()}_{name} 0x{value:X}" for name, value in constants.items())
    return "\n".join(["// Generated from the device's descriptor.", "#pragma once", "", *lines, ""])


def table(registers: RegisterMap) -> str:
    """Return the registers as a table in Markdown, as that of contract A5.1."""
    rows = ("| offset | register | bits | field | access | reset | role |", "|---|---|---|---|---|---|---|")
    return "\n".join([*rows, *_rows(registers), ""])


def _rows(registers: RegisterMap) -> Iterator[str]:
    for register in registers.values():
        for field in register.fields:
            role = ", ".join(_roles(registers, register, field))
            place = f"0x{register.offset:02X} | {register.name} | {_bits(field)} | {field.name}"
            yield f"| {place} | {field.access} | 0x{field.reset:X} | {role} |"


def _roles(registers: RegisterMap, register: Register, field: RegisterField) -> Iterator[str]:
    """Roles of a field; those that are no part of a job's values have a whole register."""
    yield from (role for role, place in registers.places.items() if place == (register.name, field.lsb))
    for constant in registers.rules.constants:
        place = constant.place
        if isinstance(place, Place) and (place.offset, place.lsb) == (register.offset, field.lsb):
            yield f"always 0x{constant.value:X}"
    for role, name in CONTROL.items():
        if role == "commit":
            found = registers.rules.commit_value is not None and registers.commit == register.name
        else:
            found = name == register.name
        if found:
            yield role


def _bits(field: RegisterField) -> str:
    last = field.lsb + field.width - 1
    return str(field.lsb) if field.width == 1 else f"{last}:{field.lsb}"
