# SPDX-License-Identifier: Apache-2.0
"""Tests of the schema checker: accepted values, and messages that say where and what to do."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tb.schema import Field, SchemaError, Where, check, markdown_rows, read_toml

FIELDS = {
    "name": Field("the name", str, required=True),
    "count": Field("how many", int, lo=1, hi=9, default=3),
    "share": Field("a share", float, lo=0, hi=1),
    "on": Field("switch", bool, default=False),
    "kind": Field("kind", str, choices=("red", "green"), default="red"),
    "sizes": Field("sizes", list, lo=1, hi=2, items=Field("a size", int, lo=0)),
    "deep": Field("table", dict, fields={"x": Field("x", int, required=True)}),
    "free": Field("free keys", dict, items=Field("a number", float)),
}
HERE = Where("a.toml", "top")


def message(table: object) -> str:
    with pytest.raises(SchemaError) as caught:
        check(table, FIELDS, HERE)
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith("a.toml: top")
    return text


def test_defaults_are_filled_in_and_integers_become_numbers() -> None:
    values = check({"name": "n", "share": 1, "free": {"a": 2}}, FIELDS, HERE)
    assert values["count"] == 3
    assert values["kind"] == "red"
    assert isinstance(values["share"], float)
    assert values["free"] == {"a": 2.0}
    assert set(values) == set(FIELDS)


def test_unknown_key_names_the_nearest() -> None:
    text = message({"name": "n", "cuont": 3})
    assert "top.cuont" in text
    assert "did you mean 'count'?" in text


def test_unknown_key_far_from_all_lists_what_is_known() -> None:
    text = message({"name": "n", "zzzzzz": 3})
    assert "did you mean" not in text
    assert "count" in text


def test_nearest_match_ignores_case() -> None:
    assert "did you mean 'green'?" in message({"name": "n", "kind": "GREEN"})


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, ("'name' is missing", "the name")),
        ({"name": 3}, ("top.name", "expected a string")),
        ({"name": "n", "count": "3"}, ("top.count", "expected an integer")),
        ({"name": "n", "count": True}, ("top.count", "expected an integer")),
        ({"name": "n", "count": 2.0}, ("top.count", "expected an integer")),
        ({"name": "n", "count": 10}, ("top.count", "1 <= value <= 9")),
        ({"name": "n", "share": float("nan")}, ("top.share", "finite")),
        ({"name": "n", "share": False}, ("top.share", "expected a number")),
        ({"name": "n", "on": 1}, ("top.on", "true or false")),
        ({"name": "n", "sizes": []}, ("top.sizes", "number of elements")),
        ({"name": "n", "sizes": [1, -1]}, ("top.sizes[1]", "out of range")),
        ({"name": "n", "deep": {}}, ("top.deep", "'x' is missing")),
        ({"name": "n", "deep": 5}, ("top.deep", "expected a table")),
        ({"name": "n", "free": {"a": "b"}}, ("top.free.a", "expected a number")),
        ([1], ("expected a table",)),
    ],
)
def test_errors_say_where_and_what(table: object, words: tuple[str, ...]) -> None:
    text = message(table)
    for word in words:
        assert word in text


leaves = st.none() | st.booleans() | st.floats() | st.text() | st.integers()
trees = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@settings(deadline=None)
@given(trees)
def test_any_data_is_accepted_or_named(data: object) -> None:
    try:
        check(data, FIELDS, HERE)
    except SchemaError as error:
        assert str(error).startswith("a.toml: top")  # noqa: PT017 - both outcomes are right
        assert len(str(error).splitlines()) == 1  # noqa: PT017


def test_toml_errors_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no such file"):
        read_toml(tmp_path / "none.toml")
    bad = tmp_path / "bad.toml"
    bad.write_text("a = \n")
    with pytest.raises(SchemaError, match=r"bad.toml: malformed TOML.*line 1"):
        read_toml(bad)
    bad.write_bytes(b"\xff\xfe")
    with pytest.raises(SchemaError, match="cannot be read"):
        read_toml(bad)


def test_rows_of_documentation() -> None:
    rows = markdown_rows(FIELDS)
    assert "| `name` | required | the name |" in rows
    assert "| `deep.x` | required | x |" in rows
    assert '| `kind` | `"red"` | kind |' in rows
    assert "| `on` | `false` | switch |" in rows
