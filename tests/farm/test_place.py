# SPDX-License-Identifier: Apache-2.0
"""Workers that are lost, lack something, refuse or are slow: every segment counts once."""

import asyncio
import os
import platform
import re
import sys
from pathlib import Path

import pytest

from regressions.deadline import TimeLimit
from regressions.farm.losses import WorkerLost
from regressions.farm.place import FarmPlace
from regressions.farm.sameness import differences
from regressions.farm.spec import Settings
from regressions.farm.task import Answer, Done, FarmTask, Refused
from regressions.judge import Ending, ProcessEnd
from regressions.mutants.simulations import Simulations
from regressions.paths import ROOT
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Plan, Segment
from tests.farm.engines import Threads, farm, names
from tests.runner.fake import SCRIPT
from tests.runner.harness import Runner

(EXAMPLE,) = re.findall(
    r"<!-- example: checker -->\n```python\n(.*?)```", (ROOT / "docs" / "checkers.md").read_text(), re.DOTALL
)
TESTS = {f"test_{number}": {"count": 3} for number in range(14)}


def _run(runner: Runner, build: str, code: int = 0) -> Path:
    assert runner("regressions", "--tier", "smoke", "--build", str(runner.folder / build)) == code, runner.out
    return max((runner.folder / build / "runs").iterdir())


def test_what_is_lost_with_a_worker_is_repeated_and_counts_once(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.tests(**TESTS)
    undisturbed = _run(runner, "local")
    engine = Threads(lambda _task, _worker, before: WorkerLost("gone") if before < 2 else None)
    place = farm(monkeypatch, engine)
    assert list(differences(undisturbed, _run(runner, "farm"))) == []
    assert place.tally.lost == 12
    assert place.tally.words == "simulations 12 lost with their worker"


def test_a_segment_that_costs_workers_is_isolated_and_named(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.tests(**TESTS)
    poison = "test_3"
    engine = Threads(lambda task, *_: WorkerLost("killed") if poison in names(task) else None)
    farm(monkeypatch, engine, repeats=3)
    _run(runner, "build", 1)
    rows = {test["name"]: test for test in runner.summary()["tests"]}
    assert [name for name, row in rows.items() if row["status"] != "passed"] == [poison]
    assert rows[poison]["status"] == "crash"
    assert rows[poison]["detail"] == "3 workers were lost with it, the last: killed"
    assert {row["jobs"] for name, row in rows.items() if name != poison} == {6}
    together = [tests for _, tests in engine.given if poison in tests and len(tests) > 1]
    assert (len(together), engine.given.count(("one", (poison,)))) == (3, 3), "no more often than allowed"


def test_a_node_without_room_gets_nothing_more(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    runner.tests(**TESTS)
    undisturbed = _run(runner, "local")
    full = Refused("node1", "[Errno 28] No space left on device", lasting=False)
    engine = Threads(lambda _task, worker, _before: full if worker == "one" else None)
    place = farm(monkeypatch, engine)
    assert list(differences(undisturbed, _run(runner, "farm"))) == []
    assert place.tally.refused == sum(worker == "one" for worker, _ in engine.given) <= place.room


def test_a_node_with_another_project_runs_nothing_and_a_farm_of_them_is_an_error(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.tests(**TESTS)
    place = farm(monkeypatch, Threads())
    place.needs["project"] = "0123 in /elsewhere"
    assert runner("regressions", "--tier", "smoke") == 2
    assert "error: FARM: no node can run the simulations; " in runner.err
    assert "project is '" in runner.err
    assert "and '0123 in /elsewhere' here" in runner.err


def test_a_slow_worker_has_its_task_done_elsewhere_and_counts_once(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.tests(**TESTS)
    undisturbed = _run(runner, "local")
    for name in ("_SLACK_SECONDS", "_LOOK_SECONDS"):
        monkeypatch.setattr(f"regressions.farm.place.{name}", 0.3)
    engine = Threads(lambda task, _, before: 600.0 if "test_13" in names(task) and not before else None)
    engine.slots = 4
    place = farm(monkeypatch, engine)
    assert list(differences(undisturbed, _run(runner, "farm"))) == []
    assert place.tally.slow >= 1


def test_files_of_a_user_travel_once_by_content(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runner.tests(**TESTS)
    own = tmp_path / "own.py"
    own.write_text(EXAMPLE)
    store = tmp_path / "store"
    monkeypatch.setattr("regressions.farm.node.node_store", lambda: store)
    monkeypatch.setattr("regressions.farm.contents._in_place", lambda _: None)
    place = farm(monkeypatch, Threads())
    assert runner("regressions", "--tier", "smoke", "--checkers", str(own)) == 0, runner.out
    kept = sorted(path.name for path in store.rglob("*") if path.is_file())
    assert kept == ["list.toml", "own.py"]
    assert 2 <= place.tally.sent <= 2 * place.room, "once they are there nobody lacks them"
    plans = runner.build.glob("runs/*/sims/*/plan.json")
    assert all(f'"{own}"' in plan.read_text() for plan in plans), "records name the user's own path"


def test_an_answer_cannot_write_elsewhere(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    runner.tests(good={})

    def evil(_task: FarmTask, _worker: str, _before: int) -> Answer:
        return Done("node1", ProcessEnd(Ending.EXITED, 0), {"../../../evil": b"x"})

    farm(monkeypatch, Threads(evil))
    with pytest.raises(ValueError, match="outside of"):
        runner("regressions", "--tier", "smoke")
    assert not list(runner.folder.rglob("evil"))


def test_a_node_removes_what_killed_workers_left(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    host = platform.node()
    left, used = (
        tmp_path / f"redmule-sim-{host}-{2**22 + 1}-x",
        tmp_path / f"redmule-sim-{host}-{os.getpid()}-x",
    )
    elsewhere = tmp_path / f"redmule-sim-other{host}-{2**22 + 1}-x"
    for folder in (left, used, elsewhere):
        folder.mkdir()
    runner.tests(good={})
    farm(monkeypatch, Threads())
    _run(runner, "farm")
    assert not left.exists()
    assert used.exists()
    assert elsewhere.exists(), "of another node that shares the folder"


@pytest.mark.parametrize("go_on", [False, True])
def test_a_defect_runs_on_a_farm_until_something_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, go_on: bool
) -> None:
    place = farm(monkeypatch, Threads(lambda *given: None if given[2] else WorkerLost("gone")))
    simulations = Simulations(tmp_path / "sims", "", place)
    folder = simulations.make_folder("defect")
    knobs = {"behave": "mismatch", "at": 1, "pause": 0.2 if go_on else 3.0}
    entry = TestEntry(name="found", sequence="gemm_op", knobs=knobs)
    Plan(descriptor="", tests=(Segment(entry, 1, 0, 4, 8),)).write(folder)
    argv = [sys.executable, "-S", str(SCRIPT), str(folder)]
    limit = TimeLimit(60.0, go_on=go_on)
    log, outcome = asyncio.run(simulations.run("defect", 1, argv, os.environ, folder, limit))
    assert log.failed_tests == ["found"]
    assert log.ended is go_on
    assert outcome.detail == ("" if go_on else "stopped at the first failure")
    assert place.tally.lost == 1
    assert (folder / "failures" / "found-1.json").exists()


@pytest.mark.parametrize(("here", "most", "slots", "room"), [(0, 100, 100, 125), (0, 0, 1, 2), (8, 0, 8, 10)])
def test_a_queue_that_has_given_no_worker_yet_is_asked_for_all(
    here: int, most: int, slots: int, room: int
) -> None:
    place = FarmPlace(Threads(slots=here, most=most), Settings(), {})
    assert (place.slots, place.room) == (slots, room)
