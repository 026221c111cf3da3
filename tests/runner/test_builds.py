# SPDX-License-Identifier: Apache-2.0
"""Builds of a run side by side: tests run as soon as their own is there, and an interrupt ends them."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from models.cxx import Compiler
from regressions import builds, errors
from regressions.kinds import runner_of
from regressions.order import Order
from regressions.paths import ROOT
from regressions.run import Run
from regressions.simulators import verilator
from regressions.simulators.base import Build, BuildError
from regressions.simulators.generated import units_of
from regressions.simulators.opinions import opinions_model
from regressions.simulators.tools import run_tool
from tb.descriptor import load
from tb.exchange.device import Descriptor
from tb.exchange.plan import Plan
from tests.runner.fake import FakeSimulator
from tests.runner.harness import Runner, alive, wait

SECONDS = 20.0


def run_of(runner: Runner) -> Run:
    """A run of one process."""
    runner.folder.joinpath("run").mkdir()
    order = Order(processes=1)
    return Run(order, "run", 1, (load("redmule"),), runner.folder / "run", "", {})


def test_a_device_is_tested_while_another_is_built(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(self: FakeSimulator, descriptor: Descriptor, kind: str, log: Path, _: Plan | None) -> Build:
        limit = time.monotonic() + SECONDS
        while descriptor.name == "serial" and not list(log.parent.glob("sims/*/results.jsonl")):
            if time.monotonic() > limit:
                raise BuildError("the tests of the other device wait for this build")
            time.sleep(0.05)
        return whole(self, descriptor, kind, log)

    whole = FakeSimulator.build
    monkeypatch.setattr(FakeSimulator, "build", build)
    runner.tests(good={})
    assert runner("regressions", "--tier", "smoke", "--dut", "") == 0
    assert [row["dut"] for row in runner.summary()["tests"]] == ["redmule", "serial"]


def test_an_interrupt_ends_builds_and_notes_the_rest(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()

    def build(*_: object) -> Build:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        assert stopped.wait(SECONDS)
        raise BuildError("a tool was ended")

    monkeypatch.setattr(FakeSimulator, "build", build)
    monkeypatch.setattr(FakeSimulator, "stop", lambda _: stopped.set())
    runner.tests(good={})
    assert runner("regressions", "--tier", "smoke") == 130
    assert stopped.is_set()
    assert "build_failed" not in runner.out
    (summary,) = runner.build.glob("runs/*/summary.json")
    assert '"status": "not_run"' in summary.read_text()


@pytest.mark.parametrize(("cycles", "trained"), [(builds.LONG, True), (1000, False)])
def test_a_build_that_runs_long_is_made_with_a_profile(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, cycles: int, trained: bool
) -> None:
    plans: list[Plan | None] = []

    def build(
        self: FakeSimulator, descriptor: Descriptor, kind: str, log: Path, training: Plan | None = None
    ) -> Build:
        plans.append(training)
        return replace(whole(self, descriptor, kind, log), note="something is otherwise")

    whole = FakeSimulator.build
    monkeypatch.setattr(FakeSimulator, "build", build)
    runner.tests(good={"knobs": {"cycles": cycles}})
    assert runner("regressions", "--tier", "smoke") == 0
    assert [plan is not None for plan in plans] == [trained]
    assert "; something is otherwise" in runner.out


def test_what_runs_most_cycles_is_built_first(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def build(self: FakeSimulator, descriptor: Descriptor, kind: str, log: Path, _: Plan | None) -> Build:
        order.append(kind)
        return whole(self, descriptor, kind, log)

    whole = FakeSimulator.build
    monkeypatch.setattr(FakeSimulator, "build", build)
    made = builds.Builds(run_of(runner), FakeSimulator(), Console(quiet=True))
    made.start([("redmule", "xrand"), ("redmule", "fast")], {("redmule", "fast"): 2, ("redmule", "xrand"): 1})
    made.wait()
    assert order == ["fast", "xrand"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("note: one\nx.cpp:3: error: two\nthree", "x.cpp:3: error: two"),
        ("ld: final link failed: No space left on device\nerror: 1", "No space left on device"),
        ("x.o: undefined reference to `f'\ncollect2: error: ld returned 1", "undefined reference to `f'"),
        ("env: 'c++': No such file or directory", "env: 'c++': No such file or directory"),
        ("make: *** No rule to make target 'x'.  Stop.", "No rule to make target 'x'.  Stop."),
        ("sh: 1: c++: not found", "sh: 1: c++: not found"),
        ("one\nlast words\n\n", "last words"),
        ("", "it said nothing and ended with 3"),
    ],
)
def test_a_tool_that_fails_gives_its_best_line(tmp_path: Path, said: str, expected: str) -> None:
    (tmp_path / "said").write_text(said)
    command = ["sh", "-c", f"cat {tmp_path}/said; exit 3"]
    with pytest.raises(BuildError, match=f"^a tool failed: .*{re.escape(expected)}.* \\(log: "):
        run_tool(command, tmp_path / "log", "a tool")


def test_a_full_disk_explains_what_tools_say_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(errors, "disk_usage", lambda _: full)
    expected = re.escape(f"no space left in {tmp_path}: free some, then start again")
    with pytest.raises(BuildError, match=f"^a tool failed: {expected} "):
        run_tool(["sh", "-c", "echo x.cpp:3: error: expected a brace; exit 1"], tmp_path / "log", "a tool")
    (tmp_path / "Vfpnew.mk").write_text("")  # of a simulator that did not notice
    with pytest.raises(BuildError, match=rf"Vfpnew\.mk is not whole: {expected}$"):
        next(units_of(opinions_model(), tmp_path))


def test_another_compiler_says_what_it_does_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def compiled(*arguments: object) -> tuple[Path, bool]:
        asked.append(arguments[-1])
        return tmp_path / "program", False

    monkeypatch.setattr(verilator, "compile_model", compiled)
    monkeypatch.setattr(verilator, "compiler", lambda: Compiler(("sh", "-c", ":")))
    device = load("serial")
    built = verilator.Verilator().build(device, "fast", tmp_path / "log", runner_of(device).training(device))
    assert "only g++ does" in built.note
    assert asked[-1] is None


# A tool that starts another one, as make starts compilers, and tells its number.
TOOL = "sleep 60 & echo $! > {child}; wait"
# Shells have jobs in the background ignore the interrupt, which processes inherit.
SCRIPT = """
import signal
from pathlib import Path
from regressions.simulators.tools import run_tool
signal.signal(signal.SIGINT, signal.default_int_handler)
run_tool(["sh", "-c", {tool!r}], Path({log!r}), "a build")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_end_of_the_runner_ends_the_whole_build(tmp_path: Path, number: signal.Signals) -> None:
    child = tmp_path / "child"
    script = SCRIPT.format(tool=TOOL.format(child=child), log=str(tmp_path / "log"))
    runner = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.DEVNULL)
    wait(lambda: child.exists() and child.read_text().strip(), "the compiler")
    compiler = int(child.read_text())
    assert alive(compiler)
    os.kill(runner.pid, number)
    assert runner.wait(30) != 0
    wait(lambda: not alive(compiler), "the compiler's end")
