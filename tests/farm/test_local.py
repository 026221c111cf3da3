# SPDX-License-Identifier: Apache-2.0
"""Runs on a local cluster of separate worker processes: same reports, nothing left, no open port."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from regressions.farm.sameness import differences
from tests.farm.cluster import MIXED, descendants, finish, newest, resume, run, scratch, start
from tests.runner.harness import Runner, alive, wait

pytest.importorskip("distributed", reason="make env FARM=local:2 installs the engine of farms")


def test_a_farm_gives_the_report_of_a_local_run(runner: Runner) -> None:
    runner.tests(**MIXED)
    local = run(runner, "local", "--jobs", "3")
    farm = run(runner, "farm", "--farm", "local:2")
    assert list(differences(local, farm)) == []
    assert (farm / "report.html").exists()
    assert not list(scratch(runner).glob("redmule-sim-*")), "a task leaves nothing on its node"


def test_the_comparison_sees_what_differs(runner: Runner) -> None:
    runner.tests(**MIXED)
    first, second = run(runner, "one", "--jobs", "1"), run(runner, "two", "--jobs", "2")
    assert list(differences(first, second)) == []
    record = next(second.glob("sims/*/failures/wrong-2.json"))
    record.write_text('{"seed": 2}\n')
    (second / "coverage.json").unlink()
    report = second / "report.html"
    report.write_text(report.read_text().replace("wrong at m=2", "wrong at m=3", 1))
    found = list(differences(first, second))
    assert [line.partition(":")[0] for line in found] == [
        "coverage.json",
        "report.html",
        str(record.relative_to(second)),
    ]
    other = run(runner, "three", "--jobs", "2", seed=6)
    assert any(line.startswith("summary.json") for line in differences(first, other))


# A terminal sends Ctrl-C to the whole group.
@pytest.mark.parametrize(("number", "whole_group"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_an_interruption_leaves_no_process(runner: Runner, number: signal.Signals, whole_group: bool) -> None:
    runner.tests(first={}, stuck={"knobs": {"behave": "hang", "at": 2}})
    process = start(runner, "farm", "--farm", "local:2")
    wait(lambda: _hanging(runner), "the hang")
    started = descendants(process.pid) | _hanging(runner)
    assert len(started) > 4, "workers, and a simulation with its children"
    (os.killpg if whole_group else os.kill)(process.pid, number)
    assert "INTERRUPTED" in finish(process, 130)
    wait(lambda: not any(map(alive, started)), "the end of all processes")
    assert (newest(runner, "farm") / "report.html").exists()


def test_a_runner_that_is_killed_leaves_no_process(runner: Runner) -> None:
    runner.tests(stuck={"knobs": {"behave": "hang", "at": 2}})
    process = start(runner, "farm", "--farm", "local:2")
    wait(lambda: _hanging(runner), "the hang")
    started = descendants(process.pid) | _hanging(runner)
    process.kill()
    process.communicate(timeout=60)
    wait(lambda: not any(map(alive, started)), "the end of all processes")


def _hanging(runner: Runner) -> set[int]:
    """Processes of simulations that hang on workers."""
    files = list(scratch(runner).glob("redmule-sim-*/pids"))
    found = {int(pid) for file in files for pid in file.read_text().split()}
    return found if len(found) == 3 else set()


def test_no_port_is_open_but_on_the_loopback(runner: Runner) -> None:
    runner.tests(stuck={"knobs": {"behave": "hang", "at": 2}})
    process = start(runner, "farm", "--farm", "local:2")
    try:
        wait(lambda: _hanging(runner), "the hang")
        ports = _listening({process.pid, *descendants(process.pid)})
    finally:
        process.send_signal(signal.SIGINT)
        finish(process, 130)
    assert ports, "the scheduler listens"
    assert {address for address, _ in ports} == {"127.0.0.1"}


def _listening(processes: set[int]) -> set[tuple[str, int]]:
    """Addresses and ports on which processes listen, by the tables of Linux."""
    inodes = set()
    for process in processes:
        for link in Path(f"/proc/{process}/fd").glob("*"):
            try:
                target = os.readlink(link)  # noqa: PTH115 - a socket's name is no path
            except OSError:
                continue
            if match := re.match(r"socket:\[(\d+)\]", target):
                inodes.add(match[1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                address, port = fields[1].split(":")
                parts = bytes.fromhex(address)[::-1]
                found.add((".".join(map(str, parts)) if table == "tcp" else address, int(port, 16)))
    return found


def test_a_scheduler_that_does_not_answer_is_one_line(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regressions.farm.engine._START_SECONDS", 1.0)
    runner.tests(good={})
    assert runner("regressions", "--tier", "smoke", "--farm", "tcp://127.0.0.1:9") == 2
    assert "FARM=tcp://127.0.0.1:9: cannot be reached or started" in runner.err


@contextmanager
def _cluster(runner: Runner) -> Iterator[tuple[str, subprocess.Popen[bytes], subprocess.Popen[bytes]]]:
    """A scheduler with its address, and a worker."""
    file = runner.folder / "scheduler.json"
    common = ["--scheduler-file", str(file), "--host", "127.0.0.1", "--no-dashboard"]

    def dask(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *arguments, *common]
        environment = os.environ | {"TMPDIR": str(scratch(runner))}
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    scheduler, worker = dask("scheduler", "--port", "0"), dask("worker", "--nthreads", "1")
    try:
        wait(file.exists, "the scheduler")
        address = re.search(r"tcp://[\d.]+:\d+", file.read_text())
        assert address is not None
        yield address[0], scheduler, worker
    finally:
        for each in (worker, scheduler):
            each.kill()
            each.wait()


def test_a_running_scheduler_serves_and_goes_on(runner: Runner) -> None:
    runner.tests(**MIXED)
    with _cluster(runner) as (address, scheduler, worker):
        farm = run(runner, "farm", "--farm", address)
        assert list(differences(run(runner, "local", "--jobs", "2"), farm)) == []
        assert alive(scheduler.pid)
        assert alive(worker.pid), "they belong to somebody else"


def test_after_the_scheduler_is_lost_the_run_goes_on(runner: Runner) -> None:
    slow = {"count": 6, "knobs": {"cycles": 30_000_000, "pause": 2.0}}
    runner.tests(slow=slow, wrong={"knobs": {"behave": "mismatch", "at": 2}})
    with _cluster(runner) as (address, scheduler, _):
        process = start(runner, "farm", "--farm", address)
        wait(lambda: list(runner.folder.glob("farm/runs/*/sims/*/outcome.json")), "the end of a simulation")
        scheduler.kill()
        said = finish(process, 2)
    folder = newest(runner, "farm")
    assert "the scheduler is gone" in said
    assert f"make regressions RESUME={folder} goes on with the rest" in said
    assert len(list(folder.glob("sims/*/outcome.json"))) < 7
    finish(resume(folder), 1)
    assert list(differences(run(runner, "local", "--jobs", "2"), folder)) == []
    wait(lambda: not list(scratch(runner).glob("redmule-sim-*")), "the end of what nobody wants any more")
