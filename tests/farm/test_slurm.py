# SPDX-License-Identifier: Apache-2.0
"""Runs through a real Slurm of one node, by sbatch: a local run's report, and an empty queue afterwards."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from regressions.farm.sameness import differences
from tests.farm.cluster import MIXED, finish, run, scratch, start
from tests.farm.slurm import PARTITION, jobs, lacking, slurm
from tests.runner.harness import Runner, alive, wait

pytest.importorskip("dask_jobqueue", reason="make env FARM=local:2 installs the engine of farms")
pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())

SETTINGS = """
[queue]
queue = "{partition}"
cores = 1
memory = "512MiB"
walltime = "00:10:00"
minimum = 1
maximum = 2
scratch = "{scratch}"
"""


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with slurm(tmp_path_factory.mktemp("slurm")) as environment:
        yield environment


@pytest.fixture
def settings(runner: Runner, queue: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of settings of that queue, which commands find."""
    for name in ("SLURM_CONF", "PATH"):
        monkeypatch.setenv(name, queue[name])
    monkeypatch.chdir(runner.folder)  # where jobs leave what they say
    path = runner.folder / "farm.toml"
    path.write_text(SETTINGS.format(partition=PARTITION, scratch=scratch(runner)))
    return path


def test_a_queue_gives_the_report_of_a_local_run(
    runner: Runner, settings: Path, queue: dict[str, str]
) -> None:
    runner.tests(**MIXED)
    farm = run(runner, "farm", "--farm", f"slurm:{settings}")
    assert list(differences(run(runner, "local", "--jobs", "2"), farm)) == []
    wait(lambda: not jobs(queue), "the end of all jobs")


def test_an_interruption_empties_the_queue(runner: Runner, settings: Path, queue: dict[str, str]) -> None:
    runner.tests(stuck={"knobs": {"behave": "hang", "at": 2}})
    process = start(runner, "farm", "--farm", f"slurm:{settings}")

    def hanging() -> set[int]:
        files = list(scratch(runner).glob("**/redmule-sim-*/pids"))
        return {int(pid) for file in files for pid in file.read_text().split()}

    wait(lambda: len(hanging()) == 3, "the hang")
    pids = hanging()
    assert jobs(queue)
    process.send_signal(signal.SIGINT)
    finish(process, 130)
    wait(lambda: not jobs(queue), "the end of all jobs")
    wait(lambda: not any(map(alive, pids)), "the end of all processes")
