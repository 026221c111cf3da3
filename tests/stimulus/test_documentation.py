# SPDX-License-Identifier: Apache-2.0
"""The tables in docs/ are those of the schemas."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from msgspec import NODEFAULT, Struct, structs

from tb.exchange.attributes import ATTRIBUTES
from tb.exchange.bound import Bound
from tb.exchange.device import DescriptorFile
from tb.exchange.known import KnownItem
from tb.exchange.names import OPERAND_CLASSES
from tb.exchange.registers import Registers
from tb.exchange.roles import Constant, Place, Roles
from tb.exchange.traits import Traits
from tb.kinds import kinds
from tb.stimulus.knobs import DEFAULTS, FIELDS, Knobs

DOCS = Path(__file__).parents[2] / "docs"


TABLES = {each.name: each for each in kinds() if each.table is not None}


def documented(kind: type[Any]) -> dict[str, str]:
    """The attributes in the docstring of a struct, and what it says of each."""
    text = inspect.getdoc(kind).partition("Attributes:\n")[2]
    found = re.findall(r"^    (\w+): (.*(?:\n {5,}.*)*)", text, re.MULTILINE)
    return {name: " ".join(doc.split()) for name, doc in found}


def structs_in(kind: Any) -> list[type[Struct]]:
    """The structs that a type is made of."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return [kind]
    return [found for each in get_args(kind) for found in structs_in(each)]


def toml(value: Any, kind: Any = None) -> str:
    """A default as a file would have it."""
    if value is None or isinstance(value, Struct):
        return ""
    return "`{}`" if value == () and get_origin(kind) is dict else f"`{inline(value)}`"


def inline(value: Any) -> str:
    """A value in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(inline, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def rows(kind: type[Struct], prefix: str = "") -> Iterator[str]:
    """The rows ``| key | default | meaning |`` of a struct but for those with a table of their own."""
    docs = {name: doc for base in reversed(kind.__mro__[:-3]) for name, doc in documented(base).items()}
    types = get_type_hints(kind, include_extras=True)
    for field in sorted(structs.fields(kind), key=lambda field: not field.required):
        default = field.default if field.default_factory is NODEFAULT else field.default_factory()
        shown = "required" if field.required else toml(default, types[field.name])
        yield f"| `{prefix}{field.encode_name}` | {shown} | {docs[field.name]} |"
        for below in structs_in(types[field.name]):
            if below not in (Bound, KnownItem, Traits, Registers, Roles, Constant, Place):
                yield from rows(below, f"{prefix}{field.encode_name}.")


def tables() -> Iterator[str]:
    """The rows of the tables of all kinds of devices."""
    for name, kind in TABLES.items():
        yield f"| `{name}` |  | {kind.doc} |"
        yield from rows(kind.table, f"{name}.")


@pytest.mark.parametrize(
    ("page", "table"),
    [
        (
            "knobs.md",
            [f"| `{name}` | {toml(DEFAULTS.get(name))} | {documented(Knobs)[name]} |" for name in FIELDS],
        ),
        ("descriptor.md", [*rows(DescriptorFile), *tables()]),
        ("descriptor.md", list(rows(Bound))),
        ("descriptor.md", list(rows(KnownItem))),
        ("descriptor.md", list(rows(Traits))),
        ("descriptor.md", list(rows(Registers))),
        ("descriptor.md", list(rows(Roles))),
        ("descriptor.md", list(rows(Place))),
        ("descriptor.md", list(rows(Constant))),
    ],
    ids=["knobs", "descriptor", "bound", "known", "traits", "registers", "roles", "place", "constant"],
)
def test_tables_are_those_of_the_schema(page: str, table: list[str]) -> None:
    """On a difference, `table` has the rows to paste."""
    assert "\n".join(table) + "\n\n" in (DOCS / page).read_text()


def test_every_operand_class_is_explained() -> None:
    text = (DOCS / "knobs.md").read_text()
    assert all(f"| {name} | " in text for name in OPERAND_CLASSES)


def test_every_attribute_of_known_issues_is_explained() -> None:
    text = (DOCS / "descriptor.md").read_text()
    assert all(f"| `{name}` | {attribute.doc} | " in text for name, attribute in ATTRIBUTES.items())
