# SPDX-License-Identifier: Apache-2.0
"""RESUME=: a run that was cut short goes on in its folder, and ends as if nothing had happened."""

import fcntl
import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from regressions import orphans
from regressions.farm.sameness import differences
from regressions.paths import ROOT
from tests.runner.harness import Runner, alive, wait

TESTS = {
    **{f"test_{number}": {"count": 3, "knobs": {"pause": 0.05}} for number in range(14)},
    "crashing": {"knobs": {"behave": "crash", "at": 2}},
    "wrong": {"knobs": {"behave": "mismatch", "at": 2}},
}


def _newest(runner: Runner) -> Path:
    return max((runner.build / "runs").iterdir())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_cut_short_goes_on(runner: Runner, number: signal.Signals) -> None:
    runner.tests(**TESTS)
    command = [sys.executable, "-m", "tests.runner.fake", "regressions", "--tier", "smoke", "--jobs", "1"]
    command += ["--build", str(runner.build), "--lists", str(runner.folder / "list.toml"), "--dut", "redmule"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    wait(lambda: list(runner.build.glob("runs/*/sims/*/outcome.json")), "the end of a simulation")
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    folder = _newest(runner)
    if number is signal.SIGINT:
        assert f"make regressions RESUME={folder} goes on with the rest" in said
    done = {path.parent: path.stat().st_mtime_ns for path in folder.glob("sims/*/outcome.json")}
    assert 0 < len(done) < 6
    code = _resume(runner, folder)
    assert code == 1, runner.out
    assert _newest(runner) == folder, "it has no folder besides"
    assert {path: (path / "outcome.json").stat().st_mtime_ns for path in done} == done, "none ran again"
    undisturbed = runner.folder / "undisturbed"
    assert runner("regressions", "--tier", "smoke", "--build", str(undisturbed)) == 1
    (other,) = (undisturbed / "runs").iterdir()
    assert list(differences(other, folder)) == []
    assert not any(alive(int(pid)) for file in folder.glob("sims/*/pids") for pid in file.read_text().split())


# A runner that is killed when the process that it starts is there, and it knows nothing of that yet.
_KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from regressions import process
from regressions.orphans import claimed
from regressions.deadline import Deadline
from regressions.results import ResultsReader

def killed(group):
    while not (folder / "pid").exists():
        pass
    os.kill(os.getpid(), signal.SIGKILL)

folder = Path(sys.argv[1])
process.watched = killed
with claimed(folder):
    argv = ["sh", "-c", 'echo $$ > "$0"; sleep 600', str(folder / "pid")]
    command = process.Command(argv, dict(os.environ), folder, "")
    reader = ResultsReader(folder / "results.jsonl")
    asyncio.run(process.run_process(command, Deadline({}), reader, lambda: None))
"""


def test_a_process_ends_with_a_runner_that_is_killed_while_it_starts_it(tmp_path: Path) -> None:
    """Else it writes into the folder of the run that goes on."""
    done = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    with orphans.claimed(tmp_path):
        pid = int((tmp_path / "pid").read_text())
        try:
            wait(lambda: not alive(pid), "the end of the process")
        finally:
            if alive(pid):
                orphans.kill_group(pid)


def test_a_run_goes_on_when_nobody_writes_into_its_folder_any_more(tmp_path: Path) -> None:
    with (tmp_path / orphans.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as what watches the processes of a run that was killed
        timer = threading.Timer(0.3, lambda: fcntl.flock(lock, fcntl.LOCK_UN))
        timer.start()
        began = time.monotonic()
        with orphans.claimed(tmp_path):
            assert time.monotonic() - began > 0.2
        timer.join()


def test_a_run_is_held_as_long_as_it_runs(tmp_path: Path) -> None:
    def held() -> bool:
        with (tmp_path / orphans.LOCK).open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    with orphans.claimed(tmp_path):
        wait(held, "the lock")
    wait(lambda: not held(), "the end of the lock")
    with orphans.claimed(tmp_path):
        wait(held, "the lock, again")


def _resume(runner: Runner, folder: Path) -> int:
    """Go on with a run, with nothing typed but its folder."""
    from regressions import cli
    from tests.runner.fake import services

    runner.capsys.readouterr()
    code = cli.main(["regressions", "--resume", str(folder)], services())
    runner.out, runner.err = runner.capsys.readouterr()
    return code


def test_a_simulation_without_an_outcome_runs_again(runner: Runner) -> None:
    runner.tests(**TESTS)
    assert runner("regressions", "--tier", "smoke", "--seed", "7") == 1
    folder = _newest(runner)
    before = json.loads((folder / "summary.json").read_text())["totals"]
    lost = folder / "sims" / "0002"
    (lost / "outcome.json").unlink()
    with (lost / "results.jsonl").open("a") as file:
        file.write('{"type": "job", "half')
    changed = folder / "sims" / "0001"
    (changed / "plan.json").write_text("{}")
    assert _resume(runner, folder) == 1
    assert json.loads((folder / "summary.json").read_text())["totals"] == before, "nothing counts twice"
    assert (lost / "outcome.json").exists()
    assert "half" not in (lost / "results.jsonl").read_text()


def test_what_cannot_go_on_is_one_line(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    runner.tests(good={})
    assert _resume(runner, runner.folder) == 2
    assert "is no run of a tier: it has no order.json" in runner.err
    assert runner("regressions", "--tier", "smoke", "--time", "1s") == 0
    assert _resume(runner, _newest(runner)) == 2
    assert "is a soak, of which nothing is left to run" in runner.err
    assert runner("regressions", "--tier", "smoke") == 0
    folder = _newest(runner)
    assert runner("regressions", "--resume", str(folder), "--tier", "pr") == 2
    assert "has its own" in runner.err
    assert "TIER" in runner.err
    assert "leave them out" in runner.err
    with (folder / orphans.LOCK).open() as lock, monkeypatch.context() as patch:
        fcntl.flock(lock, fcntl.LOCK_EX)
        patch.setattr(orphans, "_PATIENCE", 0.1)
        assert _resume(runner, folder) == 2
    assert "is still running: wait for its end, or end it first" in runner.err
    order = json.loads((folder / "order.json").read_text())
    (folder / "order.json").write_text(json.dumps(order | {"git": "abc"}))
    assert _resume(runner, folder) == 2
    assert "ran commit abc, this is " in runner.err
    (folder / "order.json").write_text("{")
    assert _resume(runner, folder) == 2
    assert "is damaged" in runner.err
