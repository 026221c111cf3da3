# SPDX-License-Identifier: Apache-2.0
"""Texts and lists as SQL writes them."""

from collections.abc import Sequence


def sql_text(value: str) -> str:
    """Return a text in quotes."""
    return "'" + value.replace("'", "''") + "'"


def sql_list(texts: Sequence[str]) -> str:
    """Return a list of texts."""
    return "[" + ", ".join(map(sql_text, texts)) + "]"
