# SPDX-License-Identifier: Apache-2.0
"""Time limits and interruption, and the results that an unfinished run keeps."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from regressions.deadline import Effort, processor_seconds
from regressions.paths import ROOT
from tests.farm.cluster import descendants
from tests.runner.harness import Runner, alive, wait


def effort(seconds: Sequence[float], processor: Sequence[float | None]) -> float:
    """Returns what is counted of a process that was looked at some times."""
    wall, used = iter(seconds), iter(processor)
    watched = Effort(lambda: next(used), lambda: next(wall))
    return [watched.seconds() for _ in seconds[1:]][-1]


@pytest.mark.parametrize(
    ("processor", "counted"),
    [
        ([0.0, 1.0, 2.0, 3.0], 3.0),  # alone
        ([0.0, 1.7, 3.4, 5.1], 3.0),  # with several threads
        ([0.0, 0.1, 0.2, 0.3], 0.3),  # beside nine others
        ([0.0, 0.0, 0.0, 0.0], 3.0),  # it waits for what does not come
        ([0.0, 0.0, 0.0, 0.5], 2.5),
        ([None] * 4, 3.0),  # a system that does not tell
        ([0.0, 1.0, None, None], 3.0),  # it has ended
    ],
)
def test_time_that_others_had_is_left_out(processor: Sequence[float | None], counted: float) -> None:
    assert effort([10.0, 11.0, 12.0, 13.0], processor) == pytest.approx(counted)


def test_processor_time_is_read() -> None:
    before = processor_seconds(os.getpid())
    if before is None:
        pytest.skip("the system does not tell")
    used = os.times()
    assert before == pytest.approx(used.user + used.system, abs=0.1)
    assert processor_seconds(1 << 30) is None


def _pids(build: Path) -> list[int]:
    files = build.glob("runs/*/sims/*/pids")
    return [int(pid) for file in files for pid in file.read_text().split()]


def test_a_timeout_ends_grandchildren_that_ignore_terminate(runner: Runner) -> None:
    runner.tests(stuck={"timeout": 1, "knobs": {"behave": "hang", "at": 1}})
    assert runner("regressions", "--tier", "smoke") == 1
    status, detail = runner.status("stuck")
    assert status == "timeout"
    assert "test stuck took more than 1 s" in detail
    assert runner.summary()["totals"]["timeouts"] == 1
    pids = _pids(runner.build)
    assert len(pids) == 3
    wait(lambda: not any(map(alive, pids)), "the end of all processes")


def test_after_a_timeout_the_other_tests_run(runner: Runner) -> None:
    runner.tests(stuck={"timeout": 1, "knobs": {"behave": "hang"}}, good={})
    assert runner("run", "--test", "stuck:0:2,good:0:2") == 1
    assert runner.status("good", "run") == ("passed", "")


def test_each_test_has_its_own_time(runner: Runner) -> None:
    runner.tests(slow={"timeout": 1, "knobs": {"pause": 0.3}}, other={"timeout": 1, "knobs": {"pause": 0.3}})
    # Together they take longer than one test may.
    assert runner("run", "--test", "slow:0:2,other:0:2,slow:2:4,other:2:4") == 0


def _start(runner: Runner, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.runner.fake", *arguments]
    options = ["--build", str(runner.build), "--lists", str(runner.folder / "list.toml"), "--jobs", "1"]
    options += ["--dut", "redmule"]
    return subprocess.Popen(
        [*command, *options], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_keeps_what_had_finished(runner: Runner, number: signal.Signals) -> None:
    runner.tests(first={}, second={"knobs": {"pause": 0.2, "behave": "hang", "at": 2}}, third={})
    process = _start(runner, "run", "--test", "first:0:2,second:0:4", "--seed", "5")
    wait(lambda: _pids(runner.build), "the hang")
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "INTERRUPTED" in out
    wait(lambda: not any(map(alive, _pids(runner.build))), "the end of all processes")
    (run,) = (runner.build / "runs").iterdir()
    summary = json.loads((run / "summary.json").read_text())
    assert summary["totals"]["jobs"] == 8  # four of the first test, four of the second before it hung
    assert summary["totals"]["passed"] == 0
    assert {test["status"] for test in summary["tests"]} == {"not_run"}
    assert "stopped before its end" in (run / "report.html").read_text()
    assert not (runner.build / "reports").exists()


def test_a_runner_that_is_killed_leaves_no_simulation(runner: Runner) -> None:
    runner.tests(stuck={"knobs": {"behave": "hang", "at": 1}})
    process = _start(runner, "regressions", "--tier", "smoke")
    wait(lambda: len(_pids(runner.build)) == 3, "the hang")
    assert all(map(alive, _pids(runner.build)))
    process.kill()
    process.communicate(timeout=20)
    wait(lambda: not any(map(alive, _pids(runner.build))), "the end of all processes")


def test_a_signal_to_end_that_all_processes_get_leaves_none(runner: Runner) -> None:
    # So a job queue ends a job: also what would kill simulations that do not hear gets it.
    runner.tests(stuck={"knobs": {"behave": "hang", "at": 1}})
    process = _start(runner, "regressions", "--tier", "smoke")
    wait(lambda: len(_pids(runner.build)) == 3, "the hang")
    started = descendants(process.pid)
    assert set(_pids(runner.build)) < started
    for each in started:
        os.kill(each, signal.SIGTERM)
    process.kill()
    process.communicate(timeout=20)
    wait(lambda: not any(map(alive, started)), "the end of all processes")


def test_an_interruption_does_not_replace_the_earlier_report(runner: Runner) -> None:
    runner.tests(good={})
    assert runner("regressions", "--tier", "smoke") == 0
    before = (runner.build / "reports" / "smoke-redmule").readlink()
    runner.tests(good={"knobs": {"behave": "hang"}})
    process = _start(runner, "regressions", "--tier", "smoke")
    wait(lambda: _pids(runner.build), "the hang")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert (runner.build / "reports" / "smoke-redmule").readlink() == before
    assert runner.summary()["totals"]["passed"] == 1
    # A rerun of the failures repeats the interrupted tests.
    runner.tests(good={})
    assert runner("rerun-failed") == 0
    assert runner.summary("rerun")["totals"]["jobs"] == 8


def test_a_soak_goes_on_with_new_jobs_until_its_time(runner: Runner) -> None:
    runner.tests(
        drawn={"count": None, "weight": 1.0, "knobs": {"cycles": 150_000, "pause": 0.02}}, fixed={"count": 3}
    )
    assert runner("regressions", "--tier", "smoke", "--time", "3s") == 0
    summary = runner.summary()
    rows = {test["name"]: test for test in summary["tests"]}
    assert rows["fixed"]["jobs"] == 6
    assert rows["drawn"]["jobs"] == rows["drawn"]["jobs_planned"] > 2 * 14
    (results,) = (runner.build / "reports" / "smoke-redmule-soak").glob("results.json")
    ranges = [
        (part["begin"], part["end"])
        for part in json.loads(results.read_text())["segments"]
        if part["test"] == "drawn"
    ]
    covered = [index for begin, end in sorted(ranges) for index in range(begin, end)]
    assert covered == list(range(len(covered)))  # none twice, none left out


def test_a_full_disk_is_one_line_and_keeps_the_earlier_report(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.tests(good={})
    assert runner("regressions", "--tier", "smoke") == 0
    before = (runner.build / "reports" / "smoke-redmule").readlink()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for place in ("regressions.conclusion.write_reports", "regressions.executor.Plan.write"):
        with monkeypatch.context() as patch:
            patch.setattr(place, full)
            assert runner("regressions", "--tier", "smoke") == 2
        assert runner.err.count("\n") == 1
        assert runner.err.startswith(f"error: cannot use {runner.build}: No space left on device; free some")
        assert "make clean" not in runner.err, "which costs failure records"
        assert (runner.build / "reports" / "smoke-redmule").readlink() == before


def test_an_unwritable_folder_is_one_line(runner: Runner) -> None:
    runner.tests(good={})
    runner.build.write_text("a file in the way")
    assert runner("regressions", "--tier", "smoke") == 2
    assert runner.err.startswith("error: cannot use ")
    assert runner.err.count("\n") == 1


def test_a_run_ends_after_so_many_failures(runner: Runner) -> None:
    failing = {"knobs": {"behave": "mismatch", "at": 1, "pause": 0.05}}
    names = [f"wrong_{number}" for number in range(8)]
    runner.tests(**dict.fromkeys(names, failing), **{"good": {}})
    assert runner("regressions", "--tier", "smoke", "--stop", "2", "--jobs", "1") == 1
    assert "STOPPED smoke" in runner.out
    assert "stopped after 2 failures (STOP=): the rest did not run" in runner.out
    assert not (runner.build / "reports" / "smoke-redmule").exists()
    (folder,) = runner.build.glob("runs/*")
    statuses = [test["status"] for test in json.loads((folder / "summary.json").read_text())["tests"]]
    assert statuses.count("mismatch") >= 2
    assert "not_run" in statuses


def test_a_run_with_fewer_failures_comes_to_its_end(runner: Runner) -> None:
    runner.tests(wrong={"knobs": {"behave": "mismatch", "at": 1}}, good={})
    assert runner("regressions", "--tier", "smoke", "--stop", "9") == 1
    assert "FAILED smoke" in runner.out
    assert runner.status("good")[0] == "passed"


def test_a_number_of_failures_is_one(runner: Runner) -> None:
    assert runner("regressions", "--tier", "smoke", "--stop", "0") == 2
    assert "STOP must be a number" in runner.out + runner.err
