# SPDX-License-Identifier: Apache-2.0
"""The table of faults: what each row says, which maps it has, and questions that name runs too."""

from dataclasses import replace
from typing import TYPE_CHECKING

from regressions.faults.store import save
from regressions.query import fault_table
from tests.faults.made_map import SETTING, made_map
from tests.query.made import MadeSegment, jobs, made
from tests.query.test_query import answer, needs_duckdb

if TYPE_CHECKING:
    import pytest

    from tests.runner.harness import Runner


@needs_duckdb
def test_each_fault_is_a_row(runner: "Runner", monkeypatch: "pytest.MonkeyPatch") -> None:
    monkeypatch.setattr(fault_table, "_PORTION", 20)  # five cycles a file
    save(runner.build / "faults" / "redmule-gemm-upset" / "all.npz", SETTING, made_map())
    assert answer(runner, "SELECT outcome, count(*) AS n FROM faults GROUP BY 1 ORDER BY n") == [
        {"outcome": "wrong result", "n": 8},
        {"outcome": "hang", "n": 17},
        {"outcome": "masked", "n": 39},
    ]
    assert answer(
        runner,
        f"SELECT {', '.join(_COLUMNS)} FROM faults "
        "WHERE reset OR (outcome = 'wrong result' AND cycle = 7) ORDER BY bit",
    ) == [
        dict(zip(_COLUMNS, row, strict=True))
        for row in (
            (
                *_MAP,
                "some_ce",
                "i_array.gen_row[0].gen_ce[0].i_ce",
                "acc_q",
                0,
                0,
                7,
                False,
                False,
                3,
                5,
                0.5,
            ),
            (*_MAP, "some_counter", "i_counter", "count_q", 0, 1, 0, False, True, 0, 0, 0.0),
        )
    ]


_MAP = ("redmule", "gemm", "upset", "abc", "all")
_COLUMNS = (
    *("device", "job", "kind", "git", "slice", "module", "instance", "register", "entry", "bit", "cycle"),
    *("cleared", "reset", "elements", "bits", "error"),
)


@needs_duckdb
def test_slices_count_until_there_is_the_whole_map(runner: "Runner") -> None:
    folder = runner.build / "faults" / "redmule-gemm-upset"
    whole = made_map()
    for number, chosen in ((1, slice(0, 2)), (2, slice(2, 4))):
        part = replace(whole, chosen=whole.chosen[chosen], table=whole.table[:, chosen])
        save(folder / f"{number}-2.npz", SETTING, part)
    counts = (
        "SELECT slice, count(*) AS n, count(DISTINCT instance) AS instances FROM faults GROUP BY 1 ORDER BY 1"
    )
    assert answer(runner, counts) == [
        {"slice": "1-2", "n": 32, "instances": 2},
        {"slice": "2-2", "n": 32, "instances": 1},
    ]
    save(folder / "all.npz", SETTING, whole)
    assert answer(runner, counts) == [{"slice": "all", "n": 64, "instances": 3}]


@needs_duckdb
def test_a_map_that_changed_is_read_again(runner: "Runner") -> None:
    path = runner.build / "faults" / "redmule-gemm-upset" / "all.npz"
    save(path, SETTING, made_map())
    assert answer(runner, "SELECT DISTINCT git FROM faults") == [{"git": "abc"}]
    save(path, replace(SETTING, git="another"), made_map())
    assert answer(runner, "SELECT DISTINCT git FROM faults") == [{"git": "another"}]


@needs_duckdb
def test_a_question_may_name_runs_too(runner: "Runner") -> None:
    save(runner.build / "faults" / "one" / "all.npz", SETTING, made_map())
    made(runner.build / "runs", MadeSegment("both", jobs("both"), {}), name="20260101-000000-smoke-1")
    both = "SELECT (SELECT count(*) FROM faults) AS faults, (SELECT count(*) FROM runs) AS runs"
    assert answer(runner, both) == [{"faults": 64, "runs": 1}]


@needs_duckdb
def test_without_faults_it_says_how_to_make_some(runner: "Runner") -> None:
    assert runner("query", "--sql", "FROM faults") == 2
    assert "make faults injects some" in runner.err
