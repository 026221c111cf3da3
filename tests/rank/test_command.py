# SPDX-License-Identifier: Apache-2.0
"""``make rank`` over runs, and what may be wrong with them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tb.coverage.covergroups import load_definition
from tests.query.made import MadeSegment, jobs, made, results_of

if TYPE_CHECKING:
    from tests.runner.harness import Runner

ITEM = "memory.stall.free_grants.write_answers"


def segment(test: str, bins: list[int], seconds: float, **changes: object) -> MadeSegment:
    values = {"definition": load_definition().digest, "seconds": seconds} | changes
    return MadeSegment(test, jobs(test, 1), {ITEM: bins}, **values)  # type: ignore[arg-type]


@pytest.fixture
def run(runner: "Runner") -> Path:
    runner.tests(wide={}, slow={}, same={}, closing={"sequence": "coverage_closing"})
    return made(
        runner.build / "runs",
        segment("wide", [0, 1, 2], 1.0),
        segment("slow", [3], 4.0),
        segment("same", [0, 2], 1.0),
        segment("closing", [4, 5], 0.1),
        segment("other", [6], 1.0, device="serial"),
        segment("counted", [7], 1.0, kind="coverage"),
    )


def rows(runner: "Runner") -> list[list[str]]:
    return [line.split() for line in runner.out.splitlines() if line.startswith(("wide ", "slow ", "same "))]


@pytest.mark.usefixtures("run")
def test_tests_are_ordered_by_what_they_add(runner: "Runner") -> None:
    assert runner("rank") == 0, runner.err
    assert [row[:4] for row in rows(runner)] == [["wide", "10", "1.0", "3"], ["slow", "10", "4.0", "1"]]
    assert "2 of 3 tests, 5.0 s of processor time of 6.0" in runner.out
    assert "nothing added to those above: same" in runner.out


@pytest.mark.usefixtures("run")
def test_a_time_proposes_a_tier_that_runs_as_a_list(runner: "Runner") -> None:
    out = runner.folder / "my lists" / "best.toml"
    assert runner("rank", "--time", "2", "--jobs", "1", "--out", str(out)) == 0, runner.err
    assert [row[0] for row in rows(runner)] == ["wide"]
    assert "about 1 of 2 s on 1 processes, builds apart\n" in runner.out
    assert "nothing added, or no time left: " in runner.out
    assert f"written: make run TEST='best_*' LISTS='{out}'" in runner.out
    assert runner("run", "--test", "best_*", "--lists", str(runner.folder / "list.toml"), str(out)) == 0
    (test,) = runner.summary("run")["tests"]
    assert (test["name"], test["jobs"]) == ("best_wide", 20)
    assert runner("rank", "--time", "8", "--jobs", "1") == 0
    assert [row[0] for row in rows(runner)] == ["wide", "slow"]
    assert "builds apart; nothing adds more in these runs: longer ones have more to choose from" in runner.out


def test_defects_of_a_graded_campaign_count(runner: "Runner", run: Path) -> None:
    campaign = runner.folder / "campaign"
    campaign.mkdir()
    defects = [{"id": "d1", "tests": ["same"]}, {"id": "d2", "tests": ["same", "wide"]}]
    (campaign / "mutants.json").write_text(json.dumps({"graded": True, "defects": defects}))
    assert runner("rank", "--runs", str(run), str(campaign)) == 0, runner.err
    assert [row[0] for row in rows(runner)] == ["same", "wide", "slow"]
    assert "2 of 2 defects" in runner.out


def test_damaged_runs_and_lines_cost_no_other(runner: "Runner", run: Path) -> None:
    bad = made(runner.build / "runs", segment("wide", [0], 1.0), name="bad")
    (bad / "results.json").write_text("{")
    foreign = made(runner.build / "runs", segment("wide", [0], 1.0, definition="x"), name="foreign")
    results_of(run).write_bytes(results_of(run).read_bytes() + b"no line\n")
    assert runner("rank", "--runs", str(bad), str(foreign), str(run)) == 0, runner.err
    assert "bad is left out: " in runner.out
    assert "foreign is left out: it counts the bins of other covergroups" in runner.out
    assert "1 lines cannot be read and are left out" in runner.out
    assert [row[0] for row in rows(runner)] == ["wide", "slow"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--runs", "nowhere"], "RUNS: nowhere is no run and holds none"),
        (["--dut", "redmule_4x4x1"], "no run has anything of redmule_4x4x1 that can be ranked; DUT= names"),
        (["--time", "soon"], "TIME must be like 90s, 30m or 8h"),
    ],
)
@pytest.mark.usefixtures("run")
def test_bad_input_is_one_line(runner: "Runner", arguments: list[str], message: str) -> None:
    assert runner("rank", *arguments) == 2
    assert message in runner.err


def test_without_a_run_a_line_says_what_to_do(runner: "Runner") -> None:
    runner.tests(good={})
    assert runner("rank") == 2
    assert "no run has ended in " in runner.err
