# SPDX-License-Identifier: Apache-2.0
"""A run whose output nobody takes, or that has an odd terminal, says no traceback and has its reports."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from regressions.paths import ROOT
from tests.runner.harness import Runner


def command(runner: Runner) -> list[str]:
    """A run of a test of several seconds, one of whose scenarios fails."""
    runner.tests(bad={"knobs": {"behave": "mismatch", "at": 1, "pause": 0.1}})
    place = ["--build", str(runner.build), "--lists", str(runner.folder / "list.toml"), "--dut", "redmule"]
    return [sys.executable, "-m", "tests.runner.fake", "regressions", "--tier", "smoke", *place]


def whole(runner: Runner) -> None:
    """The run came to its end, and all reports are there."""
    assert runner.status("bad")[0] == "mismatch"
    (report,) = [folder for folder in (runner.build / "reports").iterdir() if folder.is_symlink()]
    for name in ("summary.json", "summary.md", "junit.xml", "report.html"):
        assert (report / name).stat().st_size > 200


def test_a_reader_that_leaves_costs_no_result(runner: Runner) -> None:
    run = subprocess.Popen(command(runner), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.stdout is not None
    assert run.stdout.readline().startswith(b"smoke: device redmule")
    run.stdout.close()
    assert run.stderr is not None
    assert (run.stderr.read(), run.wait(60)) == (b"", 1)
    whole(runner)


@pytest.mark.parametrize("redirection", [">&-", "<&- >&- 2>&-", "> /dev/full", "> /dev/full 2>&1"])
def test_an_output_that_takes_nothing_costs_no_result(runner: Runner, redirection: str) -> None:
    shell = ["sh", "-c", f'"$@" {redirection}', "sh", *command(runner)]
    run = subprocess.run(shell, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert (run.stderr, run.returncode) == (b"", 1)
    whole(runner)


@pytest.mark.parametrize("module", ["targets", "", "environment"])
def test_no_program_of_the_runner_complains_of_a_reader_that_is_gone(module: str, tmp_path: Path) -> None:
    name = ".".join(filter(None, ("regressions", module)))
    words = {"": ["list"], "environment": [str(tmp_path / "none")]}.get(module, [])
    ours, theirs = os.pipe()
    os.close(ours)
    run = subprocess.run(
        [sys.executable, "-m", name, *words], cwd=ROOT, stdout=theirs, stderr=theirs, check=False, timeout=60
    )
    os.close(theirs)
    assert run.returncode == (2 if module == "environment" else 0)


@pytest.mark.parametrize(
    ("setting", "colours"),
    [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False)],
)
def test_a_terminal_is_written_to_as_it_wants(runner: Runner, setting: dict[str, str], colours: bool) -> None:
    said, code = on_terminal(command(runner), setting)
    assert code == 1
    assert "Traceback" not in said
    assert "FAILED smoke" in said
    # 31 is red; a dumb terminal has no escape sequences at all.
    assert (";31m" in said or "[31m" in said) == colours
    assert ("\x1b" in said) == (setting["TERM"] != "dumb")
    whole(runner)


def on_terminal(argv: list[str], setting: dict[str, str]) -> tuple[str, int]:
    """All that a command writes to a terminal, and its exit code."""
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR")}
    run = subprocess.Popen(argv, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, env=kept | setting)
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    return said.decode(), run.wait(60)
