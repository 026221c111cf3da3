# SPDX-License-Identifier: Apache-2.0
"""Questions to runs: those of docs/query.md, and what may be wrong with one."""

import json
import os
import re
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from regressions import environment
from regressions.commands import query
from regressions.paths import ROOT
from regressions.query import store
from tb.exchange.status import Status
from tests.query.made import MadeSegment, jobs, made, results_of

if TYPE_CHECKING:
    from tests.runner.harness import Runner

needs_duckdb = pytest.mark.skipif(
    not any(Path(folder, "duckdb").is_dir() for folder in sys.path),
    reason="make env SQL=1 installs DuckDB",
)

TEXT = (ROOT / "docs" / "query.md").read_text()
QUESTIONS = dict(re.findall(r"<!-- question: (.*?) -->\n```sql\n(.*?)```", TEXT, re.DOTALL))


def answer(runner: "Runner", sql: str) -> list[dict[str, object]]:
    """Rows of an answer."""
    out = runner.folder / "answer.json"
    assert runner("query", "--sql", sql, "--out", str(out)) == 0, runner.err
    return [json.loads(line) for line in out.read_text().splitlines()]


@needs_duckdb
def test_the_slowest_tests_per_new_bin(runner: "Runner") -> None:
    for name in ("20260101-000000-smoke-1", "20260102-000000-smoke-1"):
        made(
            runner.build / "runs",
            MadeSegment("both", jobs("both"), {"x": [1, 2, 3]}, seconds=6.0),
            MadeSegment("both", jobs("both"), {"x": [1, 2]}, seconds=2.0, device="serial"),
            MadeSegment("slow", jobs("slow"), {"x": [3], "y": [0]}, seconds=9.0),
            MadeSegment("none", jobs("none"), {"x": [3]}, seconds=1.0),
            name=name,
        )
    assert answer(runner, QUESTIONS["slowest tests per new bin"]) == [
        {"test": "none", "seconds": 2.0, "new_bins": 0, "seconds_a_bin": None},
        {"test": "slow", "seconds": 18.0, "new_bins": 2, "seconds_a_bin": 9.0},
        {"test": "both", "seconds": 16.0, "new_bins": 4, "seconds_a_bin": 4.0},
    ]


@needs_duckdb
def test_utilization_by_shape(runner: "Runner") -> None:
    shapes = [
        jobs("a", 2, m=64, n=64, k=8, utilization=0.5),
        jobs("a", 1, m=64, n=64, k=8, utilization=0.8),
        jobs("a", 1, m=8, n=8, k=8, utilization=0.2),
        jobs("a", 1, m=8, n=8, k=64, utilization=0.3),
        jobs("a", 1, m=8, n=8, k=64, utilization=0.9, stall="burst"),
        jobs("a", 1, m=8, n=8, k=64, utilization=0.9, status=Status.MISMATCH),
        jobs("a", 1, m=8, n=0, k=64, utilization=0.0),
    ]
    made(runner.build / "runs", MadeSegment("a", [job for group in shapes for job in group]))
    assert answer(runner, QUESTIONS["utilization by shape"]) == [
        {"shape": "tall", "size": "large", "jobs": 3, "mean": 0.6, "best": 0.8},
        {"shape": "wide", "size": "large", "jobs": 1, "mean": 0.3, "best": 0.3},
        {"shape": "square", "size": "small", "jobs": 1, "mean": 0.2, "best": 0.2},
    ]


@needs_duckdb
def test_flaky_verdicts(runner: "Runner") -> None:
    good, bad = jobs("a"), [*jobs("a", 2), *jobs("a", 3, status=Status.MISMATCH)[2:]]
    for name, git, those in (("1", "abc", good), ("2", "abc", bad), ("3", "d", good), ("4", "e", bad)):
        made(runner.build / "runs", MadeSegment("a", those), name=name, git=git)
    for name, those in (("5", good), ("6", bad)):
        made(runner.build / "runs", MadeSegment("a", those), name=name, git="abc-dirty")
    (row,) = answer(runner, QUESTIONS["flaky verdicts"])
    assert (row["git"], row["scenario"], row["verdicts"]) == ("abc", 2, ["mismatch", "passed"])


@needs_duckdb
def test_a_damaged_run_costs_no_other(runner: "Runner") -> None:
    good, bad, odd = (
        made(runner.build / "runs", MadeSegment("a", jobs("a")), name=name) for name in ("1", "2", "3")
    )
    (bad / "results.json").write_text("{")
    results_of(odd).write_bytes(results_of(odd).read_bytes() + b"not a line\n")
    assert runner("query", "--sql", "SELECT count(*) AS jobs FROM jobs") == 0
    assert "2 is left out: " in runner.out
    assert "damaged" in runner.out
    assert f"{odd}: 1 lines of its results cannot be read and are left out" in runner.out
    assert runner.out.split()[-2:] == ["jobs", "6"]
    (good / "results.json").write_text("{")
    (odd / "results.json").write_text("{")
    assert runner("query", "--sql", "FROM runs") == 2
    assert "none of these runs can be read" in runner.err


@needs_duckdb
def test_a_number_that_no_column_can_hold_is_null(runner: "Runner") -> None:
    run = made(runner.build / "runs", MadeSegment("a", jobs("a", 2, cycles=12345), {"x": [1]}))
    lines = results_of(run).read_bytes()
    results_of(run).write_bytes(lines.replace(b"12345", b"1" + b"0" * 30, 1))
    assert answer(runner, "SELECT scenario, cycles, test FROM jobs ORDER BY scenario") == [
        {"scenario": 0, "cycles": None, "test": "a"},
        {"scenario": 1, "cycles": 12345, "test": "a"},
    ]


@needs_duckdb
def test_a_signal_ends_a_question(runner: "Runner", monkeypatch: pytest.MonkeyPatch) -> None:
    made(runner.build / "runs", MadeSegment("a", jobs("a")))
    before, answered = signal.getsignal(signal.SIGTERM), query._answer

    def answer_until_the_signal(*arguments: Any) -> None:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
        answered(*arguments)

    monkeypatch.setattr(query, "_answer", answer_until_the_signal)
    monkeypatch.setattr(query, "processors", lambda: 1)
    try:
        # With one thread, and with no product of tables, DuckDB sees a signal at once (docs/query.md).
        endless = "SELECT sum(i % 7) FROM range(1000000000000000) AS a(i)"
        assert runner("query", "--sql", endless) == 130
    finally:
        signal.signal(signal.SIGTERM, before)
    assert runner.err == "interrupted; earlier reports are untouched\n"


@needs_duckdb
def test_tables_are_kept_until_the_run_is_another(runner: "Runner", monkeypatch: pytest.MonkeyPatch) -> None:
    run = made(runner.build / "runs", MadeSegment("a", jobs("a", 5)), name="1")
    monkeypatch.setattr(store, "PORTION", 2)
    assert answer(runner, "SELECT count(*) AS n FROM jobs") == [{"n": 5}]
    (kept,) = (runner.build / "tables").iterdir()
    assert len(list(kept.glob("jobs-*.parquet"))) == 3
    assert not list(kept.glob("*.json"))
    results_of(run).unlink()
    assert answer(runner, "SELECT count(*) AS n FROM jobs") == [{"n": 5}]
    made(runner.build / "again", MadeSegment("a", jobs("a", 5)), name="1").joinpath("results.json").replace(
        run / "results.json"
    )
    assert answer(runner, "SELECT count(*) AS n FROM jobs") == [{"n": 0}]
    assert len(list((runner.build / "tables").iterdir())) == 1


@needs_duckdb
def test_a_long_answer_is_cut_and_a_file_has_all(runner: "Runner") -> None:
    made(runner.build / "runs", MadeSegment("a", jobs("a")))
    assert runner("query", "--sql", "SELECT i AS n FROM range(5000) AS t(i)") == 0
    assert "these are the first 1000 rows; OUT=answer.csv writes all" in runner.out
    out = runner.folder / "deep" / "it's.csv"
    assert runner("query", "--sql", "SELECT i AS n FROM range(5000) AS t(i)", "--out", str(out)) == 0
    assert len(out.read_text().splitlines()) == 5001


@needs_duckdb
@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELEC 1", 'SQL: Parser Error: syntax error at or near "SELEC"; tables are runs, tests, jobs,'),
        ("SELECT causse FROM jobs", '"causes"'),
        ("FROM job", "Table with name job does not exist"),
        ("SELECT 1/0 + CAST('x' AS INT)", "SQL: Conversion Error: "),
    ],
)
def test_a_wrong_question_is_one_line(runner: "Runner", sql: str, message: str) -> None:
    made(runner.build / "runs", MadeSegment("a", jobs("a")))
    assert runner("query", "--sql", sql) == 2
    assert message in runner.err
    assert runner.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "SQL: ask something, such as SQL='FROM runs'; tables are runs, tests, jobs, findings, bins"),
        (["--sql", "FROM runs", "--out", "x.xls"], "OUT: x.xls has to end with .csv, .parquet, .json"),
        pytest.param(["--sql", "FROM runs"], "no run has ended in ", marks=needs_duckdb),
        pytest.param(
            ["--sql", "FROM runs", "--runs", "no"], "RUNS: no is no run and holds none", marks=needs_duckdb
        ),
    ],
)
def test_bad_input_is_one_line(runner: "Runner", arguments: list[str], message: str) -> None:
    assert runner("query", *arguments) == 2
    assert message in runner.err


def test_without_the_extra_a_line_says_what_to_type(
    runner: "Runner", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert runner("query", "--sql", "FROM runs") == 2
    assert "make query needs DuckDB, an extra that is not in this environment: make env SQL=1" in runner.err
    assert runner.err.count("\n") == 1


def test_the_extra_is_installed_where_a_question_is_typed_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(environment, "prepare", lambda _folder, _own, file: asked.append(file.name) or "")
    assert environment.main(tmp_path, ["RUNS", "TIME"]) == 0
    assert environment.main(tmp_path, ["SQL", "OUT"]) == 0
    assert asked == ["requirements.txt", "requirements.txt", "requirements-query.txt"]
    assert "duckdb==" not in (ROOT / "requirements.txt").read_text()
    assert "duckdb==" in (ROOT / "requirements-query.txt").read_text()
