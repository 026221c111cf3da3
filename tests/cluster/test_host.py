# SPDX-License-Identifier: Apache-2.0
"""The host of a cluster (`tb/cluster/dpi/session.h`) on a bus that stops; without a model."""

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tb.cluster.header import header
from tb.cluster.task import named_problems
from tests.bench.bench_library import compile_cpp

HERE = Path(__file__).resolve().parent
BENCH = HERE.parents[1] / "tb" / "cluster" / "dpi"
STUCK = {
    "write": (False, "the host's write to 0x10200a20 was not granted in 1000 cycles"),
    "question": (True, "the host's read of 0x1020010c was not granted in 1000 cycles"),
    "answer": (True, "the host's read of 0x1020010c was not answered in 1000 cycles"),
}
"""Stopped party: True if the program has ended before, and the message."""
TASK: Any = SimpleNamespace(cores=2)


@pytest.fixture(scope="module")
def host() -> Path:
    """The session with a bus that stops, on memories without a model."""
    parts = [BENCH / f"{name}.cpp" for name in ("session", "monitor", "peripherals", "event_model")]
    folders = [HERE / "fake_model", BENCH, header().parent]
    return compile_cpp("host_faults", [HERE / "host_faults.cpp", *parts], folders)


def report(host: Path, case: str) -> dict[str, Any]:
    done = subprocess.run([host, case], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.proves("cluster_host")
@pytest.mark.parametrize("stuck", STUCK)
def test_an_access_of_the_host_that_never_ends_is_given_up(host: Path, stuck: str) -> None:
    ended, text = STUCK[stuck]
    log = report(host, stuck)
    assert log["ended"] == ended
    assert named_problems(TASK, log) == [("cluster_host", text)]
    assert len(log["trap_pcs"]) == 2, "what nobody answered is there, as 0"


def test_a_host_that_is_served_has_nothing_to_say(host: Path) -> None:
    log = report(host, "nothing")
    assert log["ended"]
    assert named_problems(TASK, log) == []
