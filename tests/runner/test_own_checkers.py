# SPDX-License-Identifier: Apache-2.0
"""Checkers that a user brings: read before the run, proven in it, listed like those of the bench."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from msgspec import structs

from regressions import cli
from regressions.executor import Execution
from regressions.paths import ROOT
from regressions.summarize import summarize
from tb.agents.tcdm.monitor import BeatLog, EventLog
from tb.dpi.bindings import ACCESS_DTYPE, EVENT_DTYPE, beat_dtype
from tb.exchange.status import Status
from tb.schema import SchemaError
from tb.scoreboard.own import Found, OwnCheckers, Watched, checker, load_own
from tests.runner.fake import fake_device
from tests.runner.harness import Runner
from tests.runner.runs import started

PAGE = (ROOT / "docs" / "checkers.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"<!-- example: checker -->\n```python\n(.*?)```", PAGE, re.DOTALL)


def seen(address: int = 0x100) -> Watched:
    """A scenario with one beat."""
    beats = np.zeros(1, beat_dtype(8, 16))
    beats["add"] = address
    window = np.zeros(4, np.uint8)
    nothing: Any = SimpleNamespace()
    logs = BeatLog(beats), EventLog(np.zeros(0, EVENT_DTYPE)), np.zeros(0, ACCESS_DTYPE)
    return Watched(nothing, nothing, [], window, window.copy(), *logs)


def low(view: Watched) -> Iterable[Found]:
    """Addresses are low."""
    return [(0, f"{view.beats.records['add'][0]:#x}")] if (view.beats.records["add"] > 0xFFF).any() else []


def test_a_checker_judges_and_its_proof_shows_that_it_fires() -> None:
    own = checker(low)

    @own.proof
    def high(view: Watched) -> None:
        view.beats.records["add"] = 0x1000

    checkers = OwnCheckers([own])
    (found,) = checkers.judge(seen(0x1004), clean=True)
    assert (found.status, found.checker, found.detail, found.job) == (Status.MISMATCH, "low", "0x1004", 0)
    assert checkers.fired == [], "a proof needs a clean scenario"
    assert checkers.judge(seen(), clean=False) == []
    assert checkers.fired == []
    view = seen()
    assert checkers.judge(view, clean=True) == []
    assert checkers.fired == ["test_own_checkers.py:high"]
    assert int(view.beats.records["add"][0]) == 0x100, "it broke a copy"
    listed = own.listed(checkers.fired)
    assert (listed.name, listed.kind, listed.checks) == ("low", "own", "Addresses are low.")
    assert listed.proven
    assert not own.listed([]).proven


def test_a_proof_that_proves_nothing_is_an_error_once() -> None:
    own = checker(low)

    @own.proof
    def nothing(view: Watched) -> None:
        view.memory[:] = 1

    @own.proof
    def later(view: Watched) -> bool:
        return bool(view.spans)

    checkers = OwnCheckers([own])
    (found,) = checkers.judge(seen(), clean=True)
    assert found.status is Status.ERROR
    assert "its proof test_own_checkers.py:nothing does not make it fire: nothing is found" in found.detail
    assert checkers.judge(seen(), clean=True) == []
    assert checkers.fired == []


def test_an_error_of_a_checker_has_its_line() -> None:
    @checker
    def wrong(view: Watched) -> Iterable[Found]:
        raise KeyError(len(view.spans))

    (found,) = OwnCheckers([wrong]).judge(seen(), clean=True)
    assert found.status is Status.ERROR
    assert re.fullmatch(r"tests/runner/test_own_checkers\.py:\d+: KeyError: 0", found.detail)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "mine.py has no function with @checker"),
        ("1 / 0", "mine.py:1: ZeroDivisionError"),
        (EXAMPLE.replace("prompt", "memory"), "there is a checker 'memory' already; rename it"),
        (None, "no Python file"),
    ],
)
def test_a_file_of_no_use_is_told_before_the_run(runner: Runner, text: str | None, message: str) -> None:
    runner.tests(good={})
    path = runner.folder / "mine.py"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SchemaError, match=re.escape(message)):
        load_own([path])
    assert runner("run", "--test=good", "--checkers", str(path)) == 2
    assert runner.err.startswith("error: CHECKERS: ")
    assert message in runner.err
    assert not runner.build.exists()


def test_a_run_says_what_it_brought_and_which_devices_it_does_not_judge(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(EXAMPLE)
    devices = [fake_device("serial"), structs.replace(fake_device("cluster_1"), kind="cluster")]
    run = started(devices=devices)
    run = replace(run, order=replace(run.order, checkers=(path,)))
    summary = summarize(run, Execution())
    assert summary.checkers["prompt"].checks == "The first request of a job comes within 64 cycles."
    assert not summary.checkers["prompt"].proven, "no simulation tried its proof"
    assert summary.notes == ["CHECKERS judge devices alone, not the programs of cluster_1"]


@pytest.mark.sim
@pytest.mark.parametrize("broken", [False, True])
def test_the_example_of_the_document(tmp_path: Path, broken: bool) -> None:
    """It holds on the serial device, and is found broken where it asks for more than the device gives."""
    text = EXAMPLE.replace("LIMIT = 64", "LIMIT = 1") if broken else EXAMPLE
    (tmp_path / "mine.py").write_text(text)
    build = tmp_path / "build"
    options = [f"--checkers={tmp_path / 'mine.py'}", f"--build={build}", "--dut=serial"]
    assert cli.main(["run", "--test=gemm_ops_small:0:8", *options]) == int(broken)
    summary = json.loads((build / "reports/run/summary.json").read_text())
    page = (build / "reports/run/report.html").read_text()
    assert summary["tests"][0]["status"] == ("mismatch" if broken else "passed")
    assert '<tr id="checker-prompt"><td>prompt</td><td>own</td><td>The first request of a job comes' in page
    if not broken:
        assert summary["checkers"]["proven"] == summary["checkers"]["total"]
        assert "mine.py:late" in page
        return
    assert "prompt: job" in summary["tests"][0]["detail"]
    record = next(build.glob("runs/*/sims/*/failures/*.json"))
    assert cli.main(["replay", f"--r={record}", f"--build={build}"]) == 1
