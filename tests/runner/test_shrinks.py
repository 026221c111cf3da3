# SPDX-License-Identifier: Apache-2.0
"""Shrinks beside a run: the same on any number of processes, behind all simulations, gone with the run."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from regressions.executor import Executor
from regressions.farm.sameness import differences
from regressions.judge import Ending, ProcessEnd
from regressions.paths import ROOT
from regressions.planner import Simulation
from regressions.process import Command
from regressions.shrinks import FOLDER
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Plan, Segment
from tests.runner.harness import Runner, alive, wait

WRONG = {"behave": "mismatch", "at": 2}


def _run(runner: Runner, build: str = "build", jobs: int = 2, code: int = 1) -> Path:
    folder = runner.folder / build
    assert runner("regressions", "--tier", "smoke", "--build", str(folder), "--jobs", str(jobs)) == code, (
        runner.out + runner.err
    )
    return max((folder / "runs").iterdir())


def test_the_first_failure_of_each_kind_is_shrunk_alike_on_any_number_of_processes(runner: Runner) -> None:
    runner.tests(
        slow={"knobs": WRONG | {"needs": 1, "pause": 0.3}},
        quick={"knobs": WRONG | {"needs": 1}},
        other={"knobs": {"behave": "protocol", "at": 1, "needs": 1, "status": "protocol"}},
        good={},
    )
    one, other = _run(runner, "one", jobs=1), _run(runner, "other", jobs=4)
    assert list(differences(one, other)) == []
    shrunk = json.loads((other / "summary.json").read_text())["shrunk"]
    assert [each["bucket"].partition(":")[0] for each in shrunk] == ["mismatch", "protocol"]
    assert len(list((other / FOLDER).iterdir())) == 2, "what a later one of the plan left is removed"
    for each, test in zip(shrunk, ("slow", "other"), strict=True):
        assert each["detail"].endswith("memory: job 0: Z[7] differs"), each
        assert f"-{test}-" in each["replay"], "the first of the plan, not of those that ended"
        assert each["jobs"].startswith("redmule: GEMM FP16 M=")
        for file in ("report.html", "summary.md"):
            assert each["jobs"] in (other / file).read_text()
        assert f"  {each['jobs']}\n" in runner.out
    record = shrunk[0]["replay"].split()[2].removeprefix("R=")
    assert runner("replay", f"--r={record}") == 1
    assert "reproduced alone" in runner.out


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"needs": 9}, "not reproduced: no 'memory' alone or after what ran before it"),
        ({"needs": 2}, "not confirmed: what was found passes in a simulation of its own"),
        ({}, "not shrunk: "),  # there is no right record
        ({"needs": 1, "search": "early"}, "(smaller ones may exist: the simulation ended early"),
        ({"needs": 1, "search": "late"}, "(smaller ones may exist: 400 candidates were tried"),
    ],
)
def test_what_cannot_be_shrunk_says_why_and_changes_no_verdict(
    runner: Runner, knobs: dict[str, object], said: str
) -> None:
    runner.tests(wrong={"knobs": WRONG | knobs}, good={})
    _run(runner)
    (shrunk,) = runner.summary()["shrunk"]
    assert said in shrunk["detail"] + shrunk["jobs"]
    assert said in runner.out
    assert runner.status("wrong") == ("mismatch", "wrong at m=2, address 0x2")
    assert runner.status("good") == ("passed", "")


def test_a_run_that_passes_has_none(runner: Runner) -> None:
    runner.tests(good={})
    folder = _run(runner, code=0)
    assert runner.summary()["shrunk"] == []
    assert not (folder / FOLDER).exists()


def test_a_shrink_that_takes_too_long_is_ended_and_named(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regressions.perform.PATIENCE_SECONDS", 1.0)
    runner.tests(wrong={"knobs": WRONG | {"needs": 1, "search": "hang"}}, good={})
    folder = _run(runner)
    assert "not shrunk in time: make shrink R=" in runner.out
    assert "FAILED" in runner.out
    assert runner.summary()["shrunk"] == []
    assert _pids(folder)
    assert not any(map(alive, _pids(folder)))


def _pids(folder: Path) -> list[int]:
    files = folder.rglob("shrinks/*/shrink/sims/*/pids")
    return [int(pid) for file in files for pid in file.read_text().split()]


@pytest.mark.parametrize(("pause", "code"), [(0.0, 1), (20.0, 130)])
def test_an_interruption_ends_shrinks(runner: Runner, pause: float, code: int) -> None:
    """Behind the last simulation nothing but shrinks is lost by it."""
    runner.tests(
        wrong={"knobs": WRONG | {"needs": 1, "search": "hang"}}, more={"count": 1, "knobs": {"pause": pause}}
    )
    command = [sys.executable, "-m", "tests.runner.fake", "regressions", "--tier", "smoke", "--jobs", "2"]
    command += ["--build", str(runner.build), "--lists", str(runner.folder / "list.toml"), "--dut", "redmule"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    wait(lambda: len(_pids(runner.build)) == 3, "the hang")
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert ("FAILED" if code == 1 else "INTERRUPTED") in said
    wait(lambda: not any(map(alive, _pids(runner.build))), "the end of all processes")


class _Place:
    """A place with one slot, where a simulation takes a moment."""

    slots = room = 1

    async def run(self, *_: object) -> ProcessEnd:
        """Take a moment."""
        await asyncio.sleep(0.1)
        return ProcessEnd(Ending.EXITED, 0)


class _Shrinks:
    """Work beside simulations that does not end, and when it was begun and ended."""

    def __init__(self, events: list[str]) -> None:
        self._events = events

    def found(self, simulation: Simulation, _: object) -> None:
        """Note the end of a simulation."""
        self._events.append(f"simulation {simulation.index}")

    def next(self) -> asyncio.Task[None] | None:
        """Begin it, or begin it again."""
        return asyncio.create_task(self._work())

    async def _work(self) -> None:
        self._events.append("begun")
        try:
            await asyncio.sleep(60)
        finally:
            self._events.append("cancelled")


class _Silent:
    """An observer that shows nothing."""

    def started(self, *_: object) -> None:
        """Nothing is shown."""

    def progressed(self, *_: object) -> None:
        """Nothing is shown."""

    def finished(self, *_: object) -> None:
        """Nothing is shown."""


def test_a_shrink_gives_its_slot_to_a_simulation_that_wants_it(tmp_path: Path) -> None:
    events: list[str] = []

    def simulations() -> Iterator[Simulation | None]:
        for number in range(2):
            yield None  # its build is under way
            yield Simulation(number, (Segment(TestEntry("t", "gemm_op"), 1, number, number + 1, 1),))

    executor = Executor(
        tmp_path,
        _Place(),
        lambda _, folder: Command([], {}, folder, "none"),
        lambda each: Plan(descriptor="", tests=each.segments),
        _Silent(),
        aside=_Shrinks(events),
    )
    execution = executor.execute(simulations(), patience=0.2)
    assert len(execution.results) == 2
    once = ["begun", "cancelled", "simulation"]
    assert [event.split()[0] for event in events] == [*once, *once, "begun", "cancelled"]
    assert execution.seconds < 2.0
