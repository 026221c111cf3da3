# SPDX-License-Identifier: Apache-2.0
"""Runs as rows, without what keeps and asks them; in bounded memory, whatever lines there are."""

import tracemalloc
from pathlib import Path

import pytest

from regressions import results
from regressions.errors import UserError
from regressions.paths import BuildTree
from regressions.query.choice import choose
from regressions.query.columns import BinColumns, FindingColumns, JobColumns, Row, RunColumns, TestColumns
from regressions.query.reading import began, rows
from regressions.results import stream_lines
from tb.exchange.results import Finding
from tb.exchange.status import Status
from tests.query.made import MadeSegment, jobs, made, results_of

WRONG = Finding(Status.MISMATCH, "memory", "Z[3, 1] is 0x1, not 0x2", 0)


def read(run: Path) -> dict[type, list[Row]]:
    """Rows of a run by their table."""
    found: dict[type, list[Row]] = {}
    for row in rows(run, "r"):
        found.setdefault(type(row), []).append(row)
    return found


def test_each_job_finding_test_bin_and_run_is_a_row(tmp_path: Path) -> None:
    run = made(
        tmp_path,
        MadeSegment("a", jobs("a"), {"x": [1, 2]}, seconds=2.0),
        MadeSegment("a", jobs("a", 2), {"x": [2, 3]}, begin=10, end=12),
        MadeSegment("b", jobs("b", 1, status=Status.MISMATCH), {"x": [3]}, [WRONG], Status.MISMATCH, "bad"),
        MadeSegment("c", (), status=Status.CRASH, detail="it stopped at 17", device="serial"),
    )
    found = read(run)
    assert len(found[JobColumns]) == 6
    assert {row.device for row in found[JobColumns]} == {"redmule"}
    tests = {row.test: row for row in found[TestColumns]}
    assert (tests["a"].segments, tests["a"].jobs, tests["a"].seconds, tests["a"].bins) == (2, 5, 3.0, 3)
    assert (tests["a"].alone, tests["b"].alone) == (2, 0)
    assert (tests["b"].status, tests["c"].status, tests["c"].device) == ("mismatch", "crash", "serial")
    first, second = found[FindingColumns]
    assert (first.checker, first.scenario, first.job, first.bucket) == (
        *("memory", 0, 0),
        "mismatch: memory: Z[#, #] is #, not #",
    )
    assert first.record == "sims/0000/failures/x.json"
    assert (second.scenario, second.bucket, second.record) == (None, "crash: it stopped at #", "")
    assert [(row.test, row.bin, row.hits) for row in found[BinColumns]] == [
        *(("a", 1, 1), ("a", 2, 2), ("a", 3, 1)),
        ("b", 3, 1),
    ]
    (whole,) = found[RunColumns]
    assert (whole.tests, whole.tests_passed, whole.jobs, whole.failures, whole.passed) == (3, 1, 6, 2, False)
    assert (whole.unreadable, str(whole.began)) == (0, "2026-01-02 03:04:05")


def test_a_folder_of_another_name_has_no_time() -> None:
    assert began("mine") is None


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        (b"no line\n", 1),
        (b'{"type":"job","test":"a","scenario":"x"}\n', 1),
        (b'{"type":"job","test":"\xff\xfe"}\n', 1),
        (b"\x00" * 100 + b"\n", 1),
        (b'{"type":"unknown"}\n[]\n7\n', 3),
        (b"x" * 5000 + b"\n", 1),
        (b"\n  \n", 0),
    ],
)
def test_lines_that_are_none_are_counted_and_cost_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: bytes, lost: int
) -> None:
    monkeypatch.setattr(results, "MAX_LINE", 1000)
    run = made(tmp_path, MadeSegment("a", jobs("a"), {"x": [1]}))
    first, *rest = results_of(run).read_bytes().splitlines(keepends=True)
    results_of(run).write_bytes(b"".join([first, line, *rest[:1], line, *rest[1:]]))
    found = read(run)
    assert len(found[JobColumns]) == 3
    assert len(found[BinColumns]) == 1
    assert found[RunColumns][0].unreadable == 2 * lost


def test_a_last_line_that_was_cut_is_no_line(tmp_path: Path) -> None:
    run = made(tmp_path, MadeSegment("a", jobs("a")))
    whole = results_of(run).read_bytes()
    results_of(run).write_bytes(whole + b'{"type":"job","te')
    assert read(run)[RunColumns][0].unreadable == 0
    assert len(list(stream_lines(results_of(run)))) == whole.count(b"\n")


def test_jobs_before_any_test_belong_to_nothing(tmp_path: Path) -> None:
    run = made(tmp_path, MadeSegment("a", jobs("a")))
    begin, *rest = results_of(run).read_bytes().splitlines(keepends=True)
    results_of(run).write_bytes(b"".join(rest))
    found = read(run)
    assert JobColumns not in found
    assert found[RunColumns][0].unreadable == 3
    assert begin.startswith(b'{"type":"test_begin"')


def test_results_that_are_gone_leave_the_verdicts(tmp_path: Path) -> None:
    run = made(tmp_path, MadeSegment("a", jobs("a")))
    results_of(run).unlink()
    found = read(run)
    assert (found[TestColumns][0].status, found[TestColumns][0].jobs) == ("passed", 0)


def test_memory_does_not_grow_with_the_jobs(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        run = made(tmp_path / str(count), MadeSegment("a", jobs("a", count)))
        tracemalloc.start()
        try:
            assert sum(isinstance(row, JobColumns) for row in rows(run, "r")) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(20_000) < 1.5 * peak(1000) + 100_000


def test_lines_of_jobs_can_be_passed_over(tmp_path: Path) -> None:
    run = made(tmp_path, MadeSegment("a", jobs("a"), {"x": [1]}))
    kinds = [type(line).__name__ for line in stream_lines(results_of(run), jobs=False)]
    assert kinds == ["TestBegin", "CoverageHits", "TestEnd", "SimulationEnd"]


def test_runs_are_those_named_or_all_and_none_twice(tmp_path: Path) -> None:
    tree = BuildTree(tmp_path)
    with pytest.raises(UserError, match=r"no run has ended in .*make regressions TIER=smoke"):
        choose((), tree)
    one, two = (made(tree.runs, MadeSegment("a", jobs("a")), name=name) for name in ("one", "two"))
    twin = made(tmp_path / "other", MadeSegment("a", jobs("a")), name="one")
    assert choose((), tree).folders == {"one": one, "two": two}
    (tmp_path / "link").symlink_to(one)
    assert choose((one, tmp_path / "link"), tree).folders == {"one": one}
    assert choose((twin.parent, tree.runs), tree).folders == {"one": twin, "one~2": one, "two": two}
    with pytest.raises(UserError, match=r"RUNS: .*nowhere is no run and holds none"):
        choose((tmp_path / "nowhere",), tree)


def test_a_merged_run_is_read_instead_of_its_parts(tmp_path: Path) -> None:
    tree = BuildTree(tmp_path)
    names = ("one", "two", "three", "both", "all", "odd")
    runs = {name: made(tree.runs, MadeSegment("a", jobs("a")), name=name) for name in names}
    for name, parts in {"both": ("one", "two"), "all": ("both", "three"), "odd": ("two", "three")}.items():
        (runs[name] / "runs").mkdir()
        for number, part in enumerate(parts):
            (runs[name] / "runs" / str(number)).symlink_to(runs[part])
    choice = choose((), tree)
    assert list(choice.folders) == ["all"]
    assert len(choice.notes) == 5
    assert all("is part of a merged run, which is read instead" in note for note in choice.notes)
    choice = choose((runs["both"], runs["odd"], runs["two"]), tree)
    assert list(choice.folders) == ["both", "odd"]
    assert any("odd shares parts with another merged run: these count twice" in note for note in choice.notes)
