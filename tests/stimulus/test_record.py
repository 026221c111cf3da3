# SPDX-License-Identifier: Apache-2.0
"""Tests of failure records: exact round trip, the scenarios to replay, and one clear line for a bad file."""

import json
from pathlib import Path

import pytest
from msgspec import structs

from tb.exchange.entry import TestEntry
from tb.exchange.record import Record, read_record
from tb.exchange.status import Status
from tb.schema import SchemaError
from tb.stimulus.stream import ScenarioStream

from .devices import device


def record(count: int = 3) -> Record:
    stream = ScenarioStream("t", 1, {}, device())
    return Record(
        scenarios=tuple(stream.scenario(i) for i in range(count)),
        status=Status.MISMATCH,
        detail='first wrong element (0, 1), "quoted"',
        descriptor="serial",
        entry=TestEntry("t", "gemm_op", count=2, knobs={"m": [1, 2]}),
        seed=1,
        parameters={"DW": 256},
        tools={"verilator": "5"},
    )


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "failures" / "t-2.json"
    record().write(path)
    assert read_record(path) == record()
    assert [file.name for file in path.parent.iterdir()] == ["t-2.json"]
    data = json.loads(path.read_text())
    assert data["schema"] == 1
    assert len(data["scenarios"]) == 3


def test_alone() -> None:
    full = record()
    assert full.alone() == (full.failing,) == full.scenarios[-1:]


def test_a_record_is_of_a_failure() -> None:
    with pytest.raises(ValueError, match="at least the failing scenario"):
        record(0)
    with pytest.raises(ValueError, match="'passed' is no failure"):
        structs.replace(record(), status=Status.PASSED)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text[:-40], "is no JSON .*may be cut short"),
        (lambda _: "[]", r"expected a table, got \[\] \(is this a failure record\?\)"),
        (lambda _: '{"results": 1}', "unknown key 'results'"),
        (lambda text: text.replace('"schema": 1', '"schema": 2'), "schema: unknown value '2'; Known: 1"),
        (lambda text: text.replace('"mismatch"', '"mismatched"'), "did you mean 'mismatch'"),
        (
            lambda text: text.replace('"m": ', '"M": '),
            r"scenarios\[0\].jobs\[0\].M: unknown key 'M'; did you mean 'm'",
        ),
    ],
)
def test_a_bad_file_is_one_line(tmp_path: Path, change: object, words: str) -> None:
    path = tmp_path / "r.json"
    record().write(path)
    path.write_text(change(path.read_text()))  # type: ignore[operator]
    with pytest.raises(SchemaError, match=words) as caught:
        read_record(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_where_records_are(tmp_path: Path) -> None:
    with pytest.raises(
        SchemaError, match="no such failure record; give the path of a file in a run's failures/"
    ):
        read_record(tmp_path / "none.json")
    with pytest.raises(SchemaError, match="cannot be read"):
        read_record(tmp_path)
