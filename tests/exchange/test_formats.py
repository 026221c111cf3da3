# SPDX-License-Identifier: Apache-2.0
"""Files between runner and simulation are as the golden ones, and those of earlier versions are read."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import json as msgspec_json
from msgspec.structs import replace

from regressions.results import read_results
from tb.exchange.plan import Plan, read_plan
from tb.exchange.record import read_record
from tb.exchange.results import decode, encode
from tb.schema import SchemaError

GOLDEN = Path(__file__).with_name("golden")
BEFORE = GOLDEN / "before"


def test_a_plan_is_written_as_it_was(tmp_path: Path) -> None:
    read_plan(GOLDEN / "plan.json").write(tmp_path)
    assert (tmp_path / "plan.json").read_text() == (GOLDEN / "plan.json").read_text()


def test_a_record_is_written_as_it_was(tmp_path: Path) -> None:
    read_record(GOLDEN / "record.json").write(tmp_path / "record.json")
    assert (tmp_path / "record.json").read_text() == (GOLDEN / "record.json").read_text()


def test_results_are_written_as_they_were() -> None:
    lines = (GOLDEN / "results.jsonl").read_bytes().splitlines(keepends=True)
    assert [encode(decode(line)) for line in lines] == lines
    assert {json.loads(line)["type"] for line in lines} == {
        *("test_begin", "job", "failure", "coverage", "test_end", "sim_end")
    }


def test_a_record_of_before_is_read() -> None:
    now = read_record(GOLDEN / "record.json")
    assert now.findings[0].line == now.detail
    assert read_record(BEFORE / "record.json") == replace(now, findings=())


def test_results_of_before_are_read() -> None:
    before, now = (read_results(folder / "results.jsonl") for folder in (BEFORE, GOLDEN))
    assert before.damaged == now.damaged == 0
    assert before.tests == now.tests
    assert (before.cycles, before.seconds) == (now.cycles, now.seconds)


def test_findings_of_before_have_their_checkers() -> None:
    (line,) = [line for line in (BEFORE / "results.jsonl").read_bytes().splitlines() if b'"failure"' in line]
    failure = decode(line)
    assert [finding.checker for finding in failure.findings] == [
        text.partition(": ")[0] for text in json.loads(line)["findings"]
    ]


def test_a_plan_of_before_is_refused_in_one_line() -> None:
    with pytest.raises(SchemaError, match="has schema 1, this bench reads schema 2; run the tests"):
        read_plan(BEFORE / "plan.json")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"descriptors": "x"}, r"descriptors: unknown key 'descriptors'; did you mean 'descriptor'"),
        ({"replay": {"record": "r", "mode": "alon"}}, r"replay\.mode: unknown value 'alon'; did you mean"),
        ({"tests": 3}, r"tests: expected a list, got 3"),
        ({"programs": {"a": {"path": 3}}}, r"programs\.a\.path: expected a string, got 3"),
        ({"programs": {"a": {"paht": "x"}}}, r"unknown key 'paht'; did you mean 'path'"),
    ],
)
def test_a_damaged_plan_names_the_place(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(json.loads((GOLDEN / "plan.json").read_text()) | change))
    with pytest.raises(SchemaError, match=words):
        read_plan(path)


def test_every_default_of_a_plan_is_written() -> None:
    plan = Plan(descriptor="d", tests=())
    assert list(msgspec_json.decode(msgspec_json.encode(plan))) == [
        *(
            "schema",
            "descriptor",
            "tests",
            "state",
            "replay",
            "opinions_share",
            "coverage",
            "programs",
            "checkers",
            "logs",
        )
    ]
