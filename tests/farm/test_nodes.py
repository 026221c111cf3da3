# SPDX-License-Identifier: Apache-2.0
"""Nodes of several kinds in one farm: those on which a program may not run build their own."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from regressions.farm import building, node
from regressions.farm.contents import travelling
from regressions.farm.likeness import features, likeness, needed
from regressions.farm.loading import missing_libraries
from regressions.farm.losses import WorkerLost
from regressions.farm.place import FarmPlace
from regressions.farm.sameness import differences
from regressions.farm.task import BuildTask, Built, Refused, decode_answer, encode
from regressions.farm.travel import files_of
from regressions.process import Recipe
from regressions.simulators.base import Build, BuildError
from regressions.simulators.tools import MARCH, environment_key
from tb.exchange.device import Descriptor
from tb.exchange.plan import Plan
from tests.farm.engines import WORKER, Threads, farm
from tests.runner.fake import FakeSimulator
from tests.runner.harness import Runner

TESTS = {f"test_{number}": {"count": 3} for number in range(14)}


def _on_one(there: object, here: object) -> Callable[..., object]:
    """Make a function that answers one thing on the worker "one", and another on all others."""
    return lambda *_: there if WORKER.get() == "one" else here


FOREIGN = {
    "an older processor": ("features", frozenset({"sse2"}), features()),
    "another C library": (
        "likeness_here",
        node.likeness_here() | {"C library": "musl 1.2"},
        node.likeness_here(),
    ),
    "no C++ library": ("missing_libraries", "libstdc++.so.6 => not found", ""),
}


class _Compiler(FakeSimulator):
    """A simulator on a node, with what is wrong with it."""

    error = ""

    def build(self, descriptor: Descriptor, kind: str, log: Path, training: Plan | None = None) -> Build:
        """Pretend to build, or fail."""
        if self.error:
            raise BuildError(self.error)
        return super().build(descriptor, kind, log, training)


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> _Compiler:
    """The simulator of all nodes, none of which has built anything."""
    simulator = _Compiler()
    monkeypatch.setattr(building, "_simulator", lambda: simulator)
    monkeypatch.setattr(building, "_made", {})
    return simulator


@pytest.fixture
def began(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Workers that begin a simulation."""
    found: list[str] = []
    carried_out = node._supervised

    async def supervised(*given: object) -> object:
        found.append(WORKER.get())
        return await carried_out(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(node, "_supervised", supervised)
    return found


def _travels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have a program travel with each simulation, besides its own."""
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr(
        "regressions.farm.place.files_of", lambda each: (*files_of(each), travelling(program))
    )


def _on_a_farm(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str, engine: Threads
) -> FarmPlace:
    """Run tests here, and on a farm whose worker "one" is of another kind; the reports are the same."""
    name, there, here = FOREIGN[how]
    monkeypatch.setattr(node, name, _on_one(there, here))
    runner.tests(**TESTS)
    assert runner("regressions", "--tier", "smoke", "--build", str(runner.folder / "local")) == 0
    place = farm(monkeypatch, engine)
    _travels(monkeypatch, tmp_path)
    assert runner("regressions", "--tier", "smoke", "--build", str(runner.folder / "farm")) == 0, runner.err
    local, other = (next((runner.folder / name / "runs").iterdir()) for name in ("local", "farm"))
    assert list(differences(local, other)) == []
    return place


@pytest.mark.usefixtures("compiler")
@pytest.mark.parametrize("how", FOREIGN)
def test_a_node_of_another_kind_builds_for_itself_once(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, began: list[str], how: str
) -> None:
    engine = Threads(lambda _, worker, __: 0.5 if worker == "two" else None, losses=[WorkerLost("gone")])
    place = _on_a_farm(runner, monkeypatch, tmp_path, how, engine)
    assert engine.builds == [("one", "fast")] * 2, "the first was lost with its worker"
    assert set(began) == {"one", "two"}
    assert (
        place.tally.words
        == "simulations 1 lost with their worker; 1 built by nodes of other kinds for themselves"
    )


@pytest.mark.parametrize("how", FOREIGN)
def test_a_foreign_node_that_cannot_build_runs_nothing(
    runner: Runner,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    compiler: _Compiler,
    began: list[str],
    how: str,
) -> None:
    compiler.error = "no C++ compiler"
    engine = Threads()
    place = _on_a_farm(runner, monkeypatch, tmp_path, how, engine)
    assert engine.builds == [("one", "fast")]
    assert set(began) == {"two"}
    assert place.tally.words == ""


@pytest.mark.usefixtures("compiler")
def test_a_farm_of_nothing_but_other_kinds_builds_and_gets_what_travels(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    monkeypatch.setattr(node, "node_store", lambda: store)
    monkeypatch.setattr("regressions.farm.contents._in_place", lambda _: None)
    runner.tests(**TESTS)
    engine = Threads()
    farm(monkeypatch, engine).needs["C library"] = "musl 1.2"
    _travels(monkeypatch, tmp_path)
    assert runner("regressions", "--tier", "smoke") == 0, runner.err
    assert {worker for worker, _ in engine.builds} <= {"one", "two"}
    assert list(store.glob("*/program")), "firmware is a program too"


def test_a_farm_of_other_kinds_that_cannot_build_is_an_error(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, compiler: _Compiler
) -> None:
    compiler.error = "no C++ compiler"
    runner.tests(**TESTS)
    farm(monkeypatch, Threads()).needs["C library"] = "musl 1.2"
    assert runner("regressions", "--tier", "smoke") == 2
    assert "error: FARM: no node can run the simulations; " in runner.err
    assert "and 'musl 1.2' here; it cannot build tb/duts/redmule.toml (fast): no C++ compiler" in runner.err


@pytest.mark.usefixtures("compiler")
def test_a_node_builds_for_its_own_processor_by_the_sources_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processor that a farm is set to can do more than this node."""
    monkeypatch.setenv(MARCH, "x86-64-v4")
    recipe = Recipe("tb/duts/redmule.toml", "fast")
    task = BuildTask(recipe, likeness() | {"C library": "musl 1.2"})
    assert isinstance(decode_answer(node.run(encode(task))), Built)
    assert MARCH not in os.environ
    other = BuildTask(recipe, likeness() | {"project": "0123 in /elsewhere"})
    refused = decode_answer(node.run(encode(other)))
    assert isinstance(refused, Refused)
    assert refused.lasting
    monkeypatch.setattr(building, "missing_libraries", lambda *_: "libpython3.so => not found")
    refused = decode_answer(node.run(encode(task)))
    assert isinstance(refused, Refused)
    assert refused.reason == "what it built cannot be loaded there: libpython3.so => not found"


def test_a_build_that_nobody_wants_any_more_is_ended(compiler: _Compiler) -> None:
    ended = threading.Event()
    compiler.stop = ended.set  # type: ignore[method-assign]

    def build(*_: object) -> Build:
        assert ended.wait(20)
        raise BuildError("ended")

    compiler.build = build  # type: ignore[method-assign]
    answer = building.make(Recipe("tb/duts/redmule.toml", "fast"), "node1", lambda: True)
    assert isinstance(answer, Refused)


def test_a_farm_of_several_processors_runs_what_is_built_for_all_of_them(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    level = "x86-64-v2"
    monkeypatch.setattr(node, "features", _on_one(needed(level), needed("x86-64-v3")))
    runner.tests(**TESTS)
    place = farm(monkeypatch, Threads())
    place.needs = likeness(level)
    assert runner("regressions", "--tier", "smoke") == 0, runner.err
    assert place.tally.refused == 0


def test_the_processor_that_a_build_is_for_is_part_of_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = []
    for march in ("", "x86-64-v2", "x86-64-v3"):
        monkeypatch.setenv(MARCH, march)
        keys.append(environment_key.__wrapped__())
    assert len(set(keys)) == 3
    assert "-march=x86-64-v3" in keys[2]
    own = set(" ".join(keys[0]).split()) - set(" ".join(keys[2]).split())
    assert not own or "-march=native" in own, "what else this machine can do does not count for a level"


def test_libraries_that_a_program_lacks_are_named(tmp_path: Path) -> None:
    if (compiler := shutil.which("cc")) is None:
        pytest.skip("there is no C compiler")
    (tmp_path / "gone.c").write_text("int gone(void) { return 0; }\n")
    (tmp_path / "main.c").write_text("int gone(void); int main(void) { return gone(); }\n")

    def build(*words: str) -> None:
        subprocess.run([compiler, *words], cwd=tmp_path, check=True)

    build("-shared", "-fPIC", "-o", "libgone.so", "gone.c")
    build("-o", "main", "main.c", "-L.", "-lgone")
    program = tmp_path / "main"
    assert missing_libraries(program, os.environ) == "libgone.so => not found"
    assert missing_libraries(program, os.environ | {"LD_LIBRARY_PATH": str(tmp_path)}) == ""
    (tmp_path / "script").write_text("#!/bin/sh\n")
    assert missing_libraries(tmp_path / "script", os.environ) == ""
