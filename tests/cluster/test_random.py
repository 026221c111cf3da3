# SPDX-License-Identifier: Apache-2.0
"""Random cluster tests: drawn from seed and number alone, passed by the cluster, failed by a wrong byte."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from models.ops import Op
from regressions.cluster.build import build_cluster
from regressions.cluster.firmware import build_program
from regressions.cluster.run import run_task
from tb.cluster.config import ClusterConfig
from tb.cluster.random_tasks import PROGRAM, SOFTWARE, draw_software, draw_task
from tests.cluster.harness import CONFIG


def test_a_test_is_drawn_from_seed_and_number_alone(tmp_path: Path) -> None:
    program = build_program(PROGRAM, tmp_path / "sw.log")
    drawn = [draw_task(1, number, CONFIG, program) for number in range(20)]
    assert [draw_task(1, number, CONFIG, program) for number in reversed(range(20))] == drawn[::-1]
    assert draw_task(2, 3, CONFIG, program) != drawn[3]
    assert {task.task.cores for task in drawn} == {1, 2}
    assert len({len(task.scenario.jobs) for task in drawn}) > 4
    assert len({task.task.arbitration for task in drawn}) > 8


def test_software_is_drawn_for_every_operation_and_way(tmp_path: Path) -> None:
    program = build_program(SOFTWARE, tmp_path / "sw.log")
    config = ClusterConfig()
    drawn = [draw_software(1, number, config, program) for number in range(6)]
    assert [draw_software(1, number, config, program) for number in range(6)] == drawn
    assert [task.task.mode for task in drawn] == [0, 1, 2, 0, 1, 2]
    for task in drawn:
        assert [job.op for job in task.scenario.jobs] == list(Op)
    for job in drawn[2].task.jobs:
        assert (job.k % 2, job.w % 4, job.z % 4) == (0, 0, 0), "what vectors need"
    sizes = [(job.m, job.k) for task in drawn for job in task.task.jobs]
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
    program = build_program(PROGRAM, tmp_path / "sw.log")
    waits = 0
    for number in range(6):
        drawn = draw_task(1, number, CONFIG, program)
        outcome = run_task(executable, CONFIG, drawn.task, tmp_path / str(number))
        assert drawn.problems(outcome) == [], number
        waits += outcome.log["wide_waits"]
    assert waits > 20, "traffic that never meets proves little"


@pytest.mark.sim
def test_a_wrong_byte_is_found(tmp_path: Path) -> None:
    executable = build_cluster(CONFIG, tmp_path / "build.log")
    program = build_program(PROGRAM, tmp_path / "sw.log")
    drawn = draw_task(1, 0, CONFIG, program)
    outcome = run_task(executable, CONFIG, drawn.task, tmp_path)
    job = drawn.scenario.jobs[0]
    at = job.z_addr - drawn.scenario.window.base + 0x3000
    changed = bytearray(outcome.tcdm)
    changed[at] ^= 0x40
    problems = drawn.problems(dataclasses.replace(outcome, tcdm=bytes(changed)))
    assert len(problems) == 1
    assert problems[0].startswith(f"Z of job 0 ({job.op.name} ")
