# SPDX-License-Identifier: Apache-2.0
"""Nodes of several kinds in one farm: those on which a program may not run leave it to the others."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from regressions.farm import node
from regressions.farm.contents import travelling
from regressions.farm.likeness import features, likeness, needed
from regressions.farm.loading import missing_libraries
from regressions.farm.sameness import differences
from regressions.farm.travel import files_of
from regressions.simulators.tools import MARCH, environment_key
from tests.farm.engines import WORKER, Threads, farm
from tests.runner.harness import Runner

TESTS = {f"test_{number}": {"count": 3} for number in range(4)}


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


@pytest.mark.parametrize("how", FOREIGN)
def test_a_foreign_node_among_others_runs_nothing(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str
) -> None:
    name, there, here = FOREIGN[how]
    monkeypatch.setattr(node, name, _on_one(there, here))
    began: list[str] = []
    carried_out = node._supervised

    async def supervised(*given: object) -> object:
        began.append(WORKER.get())
        return await carried_out(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(node, "_supervised", supervised)
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    runner.tests(**TESTS)
    assert runner("regressions", "--tier", "smoke", "--build", str(runner.folder / "local")) == 0
    place = farm(monkeypatch, Threads())
    monkeypatch.setattr(
        "regressions.farm.place.files_of", lambda each: (*files_of(each), travelling(program))
    )
    assert runner("regressions", "--tier", "smoke", "--build", str(runner.folder / "farm")) == 0, runner.err
    local, other = (next((runner.folder / name / "runs").iterdir()) for name in ("local", "farm"))
    assert list(differences(local, other)) == []
    assert set(began) == {"two"}
    assert 1 <= place.tally.refused <= place.room


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
