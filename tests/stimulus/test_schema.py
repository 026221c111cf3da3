# SPDX-License-Identifier: Apache-2.0
"""Tests of data that people write: accepted values, and messages that say where and what to do."""

from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta, Struct

from tb.exchange.reading import convert
from tb.schema import FEW, SchemaError, Where, alternatives, nearest, read_toml
from tb.stimulus.knob_values import Knob, chance, parsed, plain

Count = Annotated[int, Meta(ge=1, le=9)]
HERE = Where("a.toml", "top")


class Deep(Struct, forbid_unknown_fields=True):
    """A table in a table."""

    x: int


class Table(Struct, forbid_unknown_fields=True):
    """A table with a key of each kind."""

    name: str
    count: Count = 3
    share: Annotated[float, Meta(ge=0, le=1)] | None = None
    on: bool = False
    kind: Literal["red", "green"] = "red"
    sizes: Annotated[list[Annotated[int, Meta(ge=0)]], Meta(min_length=1, max_length=2)] | None = None
    deep: Deep | None = None


KNOBS = {"name": Knob(plain(str), required="the name"), "count": Knob(plain(Count), 3), "share": Knob(chance)}


def message(table: object, knobs: bool = False) -> str:
    with pytest.raises(SchemaError) as caught:
        parsed(table, KNOBS, HERE) if knobs else convert(table, Table, HERE)
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith("a.toml: top")
    return text


def test_defaults_are_filled_in_and_integers_become_numbers() -> None:
    values = convert({"name": "n", "share": 1}, Table, HERE)
    assert (values.count, values.kind) == (3, "red")
    assert isinstance(values.share, float)
    knobs = parsed({"name": "n", "share": 1}, KNOBS, HERE)
    assert knobs == {"name": "n", "count": 3, "share": 1.0}
    assert isinstance(knobs["share"], float)
    assert parsed({"name": "n"}, KNOBS, HERE)["share"] is None


@pytest.mark.parametrize("knobs", [False, True])
def test_unknown_key_names_the_nearest(knobs: bool) -> None:
    text = message({"name": "n", "cuont": 3}, knobs)
    assert "top.cuont" in text
    assert "did you mean 'count'?" in text


@pytest.mark.parametrize("knobs", [False, True])
def test_unknown_key_far_from_all_lists_what_is_known(knobs: bool) -> None:
    text = message({"name": "n", "zzzzzz": 3}, knobs)
    assert "did you mean" not in text
    assert "count" in text


def test_nearest_match_ignores_case() -> None:
    assert "did you mean 'green'?" in message({"name": "n", "kind": "GREEN"})


def test_of_many_names_the_nearest_are_shown_and_where_all_are_listed() -> None:
    names = [f"test_{number}" for number in range(400)]
    told = alternatives("tets_39", names, "'make list' lists them")
    assert told.startswith("did you mean 'test_39'? The nearest of 400: test_39, ")
    assert told.endswith("; 'make list' lists them")
    assert len(told) < 200
    assert len(alternatives("?", names).split(", ")) == 5, "also where none is like it"
    assert alternatives("?", names[:FEW], "elsewhere") == f"Known: {', '.join(names[:FEW])}"


def test_letters_that_changed_places_are_nearer_than_another_letter() -> None:
    assert (
        nearest("teir", ["tail", "time", "tier"])
        == nearest("tire", ["time", "tier"])
        == "did you mean 'tier'? "
    )


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, ("'name' is missing",)),
        ({"name": 3}, ("top.name", "expected a string")),
        ({"name": "n", "count": "3"}, ("top.count", "expected an integer")),
        ({"name": "n", "count": True}, ("top.count", "expected an integer")),
        ({"name": "n", "count": 2.5}, ("top.count", "expected an integer")),
        ({"name": "n", "count": 10}, ("top.count", "out of range, must be <= 9")),
        ({"name": "n", "share": False}, ("top.share", "expected a number")),
        ([1], ("expected a table",)),
    ],
)
@pytest.mark.parametrize("knobs", [False, True])
def test_errors_say_where_and_what(table: object, words: tuple[str, ...], knobs: bool) -> None:
    text = message(table, knobs)
    assert all(word in text for word in words), text


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"name": "n", "on": 1}, ("top.on", "true or false")),
        ({"name": "n", "sizes": []}, ("top.sizes", "length >= 1")),
        ({"name": "n", "sizes": [1, -1]}, ("top.sizes[1]", "out of range")),
        ({"name": "n", "deep": {}}, ("top.deep", "'x' is missing")),
        ({"name": "n", "deep": 5}, ("top.deep", "expected a table")),
    ],
)
def test_errors_in_lists_and_tables_say_where(table: object, words: tuple[str, ...]) -> None:
    text = message(table)
    assert all(word in text for word in words), text


leaves = st.none() | st.booleans() | st.floats() | st.text() | st.integers()
trees = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@settings(deadline=None)
@given(trees)
def test_any_data_is_accepted_or_named(data: object) -> None:
    for read in (lambda: parsed(data, KNOBS, HERE), lambda: convert(data, Table, HERE)):
        try:
            read()
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
    bad.write_text("a = [1.5, nan]\n")
    with pytest.raises(SchemaError, match=r"bad.toml: malformed TOML: nan is no finite number"):
        read_toml(bad)
    bad.write_bytes(b"\xff\xfe")
    with pytest.raises(SchemaError, match="cannot be read"):
        read_toml(bad)
