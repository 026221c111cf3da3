# SPDX-License-Identifier: Apache-2.0
"""Random cluster tests: drawn from seed and number alone, passed by the cluster, failed by a wrong byte."""

import dataclasses
from pathlib import Path

import pytest

from models.ops import Op
from regressions.cluster.build import build_cluster
from regressions.cluster.firmware import build_program
from regressions.cluster.run import run_task
from regressions.cluster.sizes import SMALL
from tb.cluster.streams.run import ProgramRun
from tb.cluster.streams.software import SoftwareStream
from tb.cluster.streams.traffic import TrafficStream
from tb.descriptor import load
from tests.cluster.harness import CONFIG


def traffic(number: int, seed: int = 1) -> ProgramRun:
    return TrafficStream("test", seed, {}, load(SMALL)).run(number)


def test_traffic_is_drawn_from_seed_and_number_alone() -> None:
    drawn = [traffic(number) for number in range(20)]
    assert [traffic(number) for number in reversed(range(20))] == drawn[::-1]
    assert traffic(3, seed=2) != drawn[3]
    assert {run.task.cores for run in drawn} == {1, 2}
    assert len({run.jobs for run in drawn}) > 4
    assert len({run.task.arbitration for run in drawn}) > 8


def test_software_is_drawn_for_every_operation_and_way() -> None:
    stream = SoftwareStream("test", 1, {}, load("cluster_8"))
    drawn = [stream.run(number) for number in range(6)]
    assert [run.task.mode for run in drawn] == [0, 1, 2, 0, 1, 2]
    for run in drawn:
        assert [job.op for job in run.scenario.jobs] == list(Op)
    for job in drawn[2].task.jobs:
        assert (job.k % 2, job.w % 4, job.z % 4) == (0, 0, 0), "what vectors need"
    sizes = [(job.m, job.k) for run in drawn for job in run.task.jobs]
    assert {(m > 4, m % 4 != 0) for m, _ in sizes} == {
        (False, False),
        (False, True),
        (True, False),
        (True, True),
    }
    assert {(k > 8, k % 8 != 0) for _, k in sizes} >= {(True, False), (True, True)}, "blocks, and leftovers"


@pytest.mark.sim
def test_random_tests_pass(tmp_path: Path) -> None:
    executable = build_cluster(CONFIG, tmp_path / "build.log")
    program = build_program(TrafficStream.program, tmp_path / "sw.log")
    waits = 0
    for number in range(6):
        drawn = traffic(number).with_program(program)
        outcome = run_task(executable, CONFIG, drawn.task, tmp_path / str(number))
        assert drawn.problems(outcome) == [], number
        waits += outcome.log["wide_waits"]
    assert waits > 20, "traffic that never meets proves little"


@pytest.mark.sim
def test_a_wrong_byte_is_found(tmp_path: Path) -> None:
    executable = build_cluster(CONFIG, tmp_path / "build.log")
    program = build_program(TrafficStream.program, tmp_path / "sw.log")
    drawn = traffic(0).with_program(program)
    outcome = run_task(executable, CONFIG, drawn.task, tmp_path)
    job = drawn.scenario.jobs[0]
    at = job.z_addr - drawn.scenario.window.base + 0x3000
    changed = bytearray(outcome.tcdm)
    changed[at] ^= 0x40
    problems = drawn.problems(dataclasses.replace(outcome, tcdm=bytes(changed)))
    assert len(problems) == 1
    assert problems[0].startswith(f"Z of job 0 ({job.op.name} ")
