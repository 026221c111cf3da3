# SPDX-License-Identifier: Apache-2.0
"""`make check`: what has changed, the tests and checks that are about it, and the scenarios."""

import subprocess
from pathlib import Path

import pytest

from regressions import changes, order
from regressions.changes import changed_files
from regressions.commands import check
from tests.runner.harness import Runner


def git(folder: Path, *command: str) -> None:
    """Runs git as somebody."""
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *command], cwd=folder, check=True, capture_output=True)


def test_files_that_differ_from_main_have_changed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-b", "main")
    for name in ("kept", "edited", "committed", "gone"):
        (tmp_path / name).write_text("1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    assert changed_files(tmp_path) == []
    (tmp_path / "edited").write_text("2")
    (tmp_path / "gone").unlink()
    (tmp_path / "new").touch()
    assert changed_files(tmp_path) == ["edited", "new"]
    git(tmp_path, "switch", "-c", "branch")
    (tmp_path / "committed").write_text("2")
    git(tmp_path, "commit", "-m", "second", "committed")
    assert changed_files(tmp_path) == ["committed", "edited", "new"]


@pytest.mark.parametrize(
    ("changed", "test"),
    [
        ("tb/scoreboard/memory.py", "tests/bench/test_memory.py"),
        ("tests/stimulus/test_image.py", "tests/stimulus/test_image.py"),
        ("rtl/redmule/redmule_port.sv", "tests/rtl/test_style.py"),
        ("models/kernel.cpp", "tests/models/test_kernel.py"),
        ("docs/mutants.md", "tests/docs"),
        # Nobody's test imports it, but tests of those that use it.
        ("regressions/code_coverage/lcov.py", "tests/code_coverage/test_reports.py"),
    ],
)
def test_tests_are_about_what_has_changed(changed: str, test: str) -> None:
    assert test in changes.tests_of([changed])
    assert "tests/bench/test_placement.py" not in changes.tests_of([changed])


@pytest.fixture
def changing(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> Runner:
    """A tree in which a source of the array has changed, without the project's own tests."""
    monkeypatch.setattr(check, "changed_files", lambda: ["rtl/redmule/redmule_port.sv"])
    monkeypatch.setattr(check, "tests_of", lambda _: [])
    monkeypatch.setattr(check, "run_lint", lambda *_: "")
    jobs = runner.folder / "jobs.toml"
    jobs.write_text('schema = 1\nseed = 1\njobs = ["first:0:4", "second:0:4", "long:0:4"]\n')
    monkeypatch.setattr(check, "JOBS", jobs)
    monkeypatch.setattr(order, "LISTS", runner.folder / "list.toml")
    return runner


def test_the_first_scenarios_run_as_far_as_the_budget_goes(changing: Runner) -> None:
    changing.tests(first={}, second={}, long={"knobs": {"cycles": 1_000_000}})
    assert changing("check") == 0
    assert [row["name"] for row in changing.summary("check")["tests"]] == ["first", "second"]
    assert [row["dut"] for row in changing.summary("check")["tests"]] == ["redmule", "redmule"]
    assert "verilator -Wall redmule" in changing.out or "fake -Wall redmule" in changing.out


def test_a_failure_and_a_finding_fail_it(changing: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    changing.tests(first={}, second={"knobs": {"behave": "mismatch", "at": 1}}, long={})
    assert changing("check") == 1
    assert changing.status("second", "check")[0] == "mismatch"
    changing.tests(first={}, second={}, long={})
    monkeypatch.setattr(check, "_checks", lambda *_: {"lint of something": lambda: "%Warning"})
    assert changing("check") == 1
    assert "%Warning" in changing.out
    assert "findings of lint of something" in changing.out


def test_without_a_change_nothing_is_done(changing: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "changed_files", list)
    assert changing("check") == 0
    assert "nothing has changed" in changing.out
    assert not changing.build.exists()
