# SPDX-License-Identifier: Apache-2.0
"""Parts of a run on several machines, and the one report that they make."""

import json
from pathlib import Path
from typing import Any

import pytest

from regressions import coverage_baseline
from regressions.shards import Shard
from regressions.summary import Summary
from tests.runner.harness import Runner
from tests.runner.runs import started

TESTS = {
    name: {"count": 6, "knobs": {"cycles": cycles}} for name, cycles in (("a", 900), ("b", 300), ("c", 20))
}


def run(runner: Runner, *arguments: str, tests: dict[str, Any] | None = None) -> Path:
    """Runs smoke; the folder of the run."""
    before = set((runner.build / "runs").glob("*"))
    runner.tests(**(tests or TESTS))
    runner("regressions", "--tier=smoke", *arguments)
    (folder,) = set((runner.build / "runs").glob("*")) - before
    return folder


def segments(folder: Path) -> list[tuple[str, int, int]]:
    """The segments of a run."""
    rows = json.loads((folder / "results.json").read_text())["segments"]
    return sorted((row["test"], row["begin"], row["end"]) for row in rows)


def change(folder: Path, info: dict[str, Any], **values: Any) -> None:
    """Change a run's own account."""
    table = json.loads((folder / "results.json").read_text())
    table["info"] |= info
    (folder / "results.json").write_text(json.dumps(table | values))


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_every_item_is_in_one_part_and_the_parts_are_alike(count: int) -> None:
    items = [(name, weight) for weight in (1, 5, 9, 14, 3) for name in "abcd"]
    parts = [Shard(number, count).take(items, lambda item: item[1]) for number in range(1, count + 1)]
    assert sorted(item for part in parts for item in part) == sorted(items)
    loads = [sum(weight for _, weight in part) for part in parts]
    assert max(loads) - min(loads) <= 14
    assert all(part == [item for item in items if item in part] for part in parts)


def test_parts_together_are_the_whole(runner: Runner) -> None:
    whole = segments(run(runner))
    parts = [run(runner, f"--shard={number}/2") for number in (1, 2)]
    assert sorted(segments(parts[0]) + segments(parts[1])) == whole
    assert all(segments(part) for part in parts)
    assert runner("merge", "--runs", *map(str, parts)) == 0
    merged = runner.summary()
    assert merged["totals"]["jobs"] == merged["totals"]["jobs_planned"] == 36
    assert {test["name"] for test in merged["tests"]} == {"a", "b", "c"}


def test_a_part_takes_no_report_s_place(runner: Runner) -> None:
    whole = run(runner)
    run(runner, "--shard=1/2")
    assert (runner.build / "reports" / "smoke-redmule").resolve() == whole.resolve()


def test_a_part_that_is_missing_fails(runner: Runner) -> None:
    part = run(runner, "--shard=2/3")
    assert runner("merge", "--runs", str(part)) == 1
    assert "part 1/3 is missing: run it with SHARD=1/3" in runner.out
    assert "part 3/3 is missing" in runner.out
    assert "part 2/3 is missing" not in runner.out


def test_what_ran_twice_counts_once_and_the_gravest_outcome_stays(runner: Runner) -> None:
    good = run(runner)
    wrong = {"count": 6, "knobs": {"cycles": 900, "behave": "mismatch", "at": 2}}
    bad = run(runner, tests=TESTS | {"a": wrong})
    assert runner("merge", "--runs", str(good), str(good)) == 0
    assert "ran in more than one run" in runner.out
    assert runner.summary()["totals"]["jobs"] == 36
    assert runner("merge", "--runs", str(good), str(bad)) == 1
    assert runner.status("a")[0] == "mismatch"
    assert runner.summary()["totals"]["jobs"] == 36


def test_a_failure_can_be_replayed_from_the_merged_report(runner: Runner) -> None:
    bad = run(runner, tests={"bad": {"knobs": {"behave": "mismatch", "at": 2}}})
    assert runner("merge", "--runs", str(bad)) == 1
    line = next(line for line in runner.out.splitlines() if "make replay R=" in line)
    assert Path(line.partition("R=")[2].split()[0]).exists()


def test_results_that_were_not_copied_do_not_pass(runner: Runner) -> None:
    part = run(runner)
    for path in part.glob("sims/*/results.jsonl"):
        path.unlink()
    assert runner("merge", "--runs", str(part)) == 1
    assert "its results.jsonl is missing: copy the whole folder of the run" in runner.out


def test_an_interrupted_part_fails(runner: Runner) -> None:
    part = run(runner)
    change(part, {}, interrupted=True)
    assert runner("merge", "--runs", str(part)) == 1
    assert "was interrupted: run it again" in runner.out


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"git": "another"}, "git is"),
        ({"tier": "pr"}, "tier is"),
        ({"devices": {"redmule": {"H": 2}}}, "devices is"),
        ({"shard": "1/2", "seed": 5}, "parts of one run have one seed"),
        ({"shard": "1/3"}, "parts of 2 and of 3 cannot be put together"),
    ],
)
def test_runs_that_are_not_of_one_are_refused(runner: Runner, changed: dict[str, Any], message: str) -> None:
    one, other = run(runner, "--shard=2/2"), run(runner, "--shard=1/2")
    change(other, changed)
    assert runner("merge", "--runs", str(one), str(other)) == 2
    assert message in runner.err


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("merge", "RUNS: name the folders of runs"),
        ("merge --runs nowhere", "nowhere is no run: it has no results.json"),
        ("regressions --shard 0/2", "SHARD must be like 2/3"),
        ("regressions --shard 3/2", "SHARD must be like 2/3"),
        ("regressions --tier nightly --shard 1/2", "SHARD: tier nightly draws its seed"),
        ("regressions --tier smoke --shard 1/2 --time 5s", "SHARD: a soak has no parts"),
    ],
)
def test_bad_input_is_one_line(runner: Runner, command: str, message: str) -> None:
    runner.tests(good={"tiers": ["smoke", "nightly"]})
    assert runner(*command.split()) == 2
    assert message in runner.err


def test_damaged_results_are_one_line(runner: Runner) -> None:
    part = run(runner)
    (part / "results.json").write_text('{"info": {}}')
    assert runner("merge", "--runs", str(part)) == 2
    assert "damaged" in runner.err


@pytest.mark.parametrize("command", ["merge", "rerun-failed"])
def test_an_account_of_another_version_is_one_line(runner: Runner, command: str) -> None:
    part = run(runner)
    change(part, {}, schema=2)
    assert runner(command, *(("--runs", str(part)) if command == "merge" else ())) == 2
    assert "results.json: has schema 2, this version reads 1; run it again" in runner.err


def test_a_device_that_is_another_one_here_is_refused(runner: Runner) -> None:
    part = run(runner)
    change(part, {"devices": {"redmule": {"H": 2}}})
    assert runner("merge", "--runs", str(part)) == 2
    assert "redmule.toml: the runs had parameters {'H': 2}, here they are {'H': 1}; do it where" in runner.err


def test_kills_of_a_campaign_are_graded(runner: Runner, tmp_path: Path) -> None:
    defects = [{"id": "d1", "tests": ["a"]}, {"id": "d2", "tests": ["a", "b"]}, {"id": "d3", "tests": []}]
    (tmp_path / "campaign").mkdir()
    (tmp_path / "campaign" / "mutants.json").write_text(json.dumps({"graded": True, "defects": defects}))
    assert runner("merge", "--runs", str(run(runner)), str(tmp_path / "campaign")) == 0
    folder = runner.build / "reports" / "smoke-redmule"
    grades = {row["test"]: row for row in json.loads((folder / "grading.json").read_text())["tests"]}
    assert grades["a"]["kills"] == {"hit": 2, "alone": 1}
    assert grades["b"]["kills"] == {"hit": 1, "alone": 0}
    assert "What each test adds" in (folder / "report.html").read_text()


def test_falling_coverage_fails(runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept.json"
    shares = {"functional": 12.5, "line": 90.0, "cluster": 80.0}
    kept.write_text(json.dumps({"schema": 1, "runs": {"smoke": {"redmule": shares}}}))
    monkeypatch.setattr(coverage_baseline, "FILE", kept)
    folder = run(runner)
    assert "line coverage of redmule fell from 90 % to none" in runner.out
    assert "functional coverage of redmule fell from 12.5 % to 0 %" in runner.out
    assert "cluster coverage of the run fell from 80 % to none" in runner.out
    assert runner("merge", "--runs", str(folder)) == 1
    run(runner, "--tests=a")
    assert "fell" not in runner.out  # a choice of tests is held to nothing
    run(runner, "--shard=1/2")
    assert "fell" not in runner.out


def test_coverage_can_be_kept(runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept.json"
    runs = {"pr": {"redmule": {"line": 90.0}}, "smoke": {"redmule": {"line": 80.0}}}
    kept.write_text(json.dumps({"schema": 1, "runs": runs}))
    monkeypatch.setattr(coverage_baseline, "FILE", kept)
    run(runner, "--keep")
    assert "kept: " in runner.out
    assert coverage_baseline.read() == {"pr": {"redmule": {"line": 90.0}}, "smoke": {"redmule": {}}}


@pytest.mark.parametrize("part", ["--tests=a", "--shard=1/2", "--kind=xrand", "--time=1s"])
def test_coverage_of_a_part_is_not_kept(runner: Runner, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    monkeypatch.setattr(coverage_baseline, "keep", lambda _: pytest.fail("kept"))
    runner.tests(a={}, b={})
    assert runner("regressions", "--tier=smoke", "--keep", part) == 2
    assert "KEEP: only what a complete run covers can be kept" in runner.err


def test_what_the_clusters_of_a_run_cover_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage_baseline, "FILE", tmp_path / "kept.json")
    summary = Summary(started("pr"))
    covered: dict[str, Any] = {"functional": 100.0, "cluster": {"functional": 90.0, "bins": {}}}
    monkeypatch.setattr(Summary, "percentages", covered)
    coverage_baseline.keep(summary)
    assert coverage_baseline.read() == {"pr": {"redmule": {"functional": 100.0, "cluster": 90.0}}}
    assert coverage_baseline.dropped(summary) == []
    covered["cluster"] = {"functional": 89.9, "bins": {}}
    (complaint,) = coverage_baseline.dropped(summary)
    assert complaint.startswith("cluster coverage of the run fell from 90 % to 89.9 %")


def test_the_kept_coverage_is_read() -> None:
    assert set(coverage_baseline.read()["coverage"]["redmule"]) >= {"line", "branch", "toggle"}
