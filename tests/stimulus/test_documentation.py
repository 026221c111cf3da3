# SPDX-License-Identifier: Apache-2.0
"""The tables in docs/ are those of the schemas."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tb import bounds, descriptor_schema, known
from tb.exchange.names import OPERAND_CLASSES
from tb.schema import Field, markdown_rows
from tb.stimulus import knobs

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("knobs.md", knobs.FIELDS),
        ("descriptor.md", descriptor_schema.fields()),
        ("descriptor.md", bounds.FIELDS),
        ("descriptor.md", known.FIELDS),
    ],
)
def test_tables_are_those_of_the_schema(page: str, fields: Mapping[str, Field]) -> None:
    """On a difference, `tb.schema.markdown_rows` makes the rows to paste."""
    text = (DOCS / page).read_text()
    assert "\n".join(markdown_rows(fields)) + "\n\n" in text


def test_every_operand_class_is_explained() -> None:
    text = (DOCS / "knobs.md").read_text()
    assert all(f"| {name} | " in text for name in OPERAND_CLASSES)


def test_every_attribute_of_known_issues_is_explained() -> None:
    text = (DOCS / "descriptor.md").read_text()
    assert all(f"`{name}`" in text for name in known.ATTRIBUTES)
