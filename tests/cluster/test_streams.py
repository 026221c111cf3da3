# SPDX-License-Identifier: Apache-2.0
"""Streams of programs: drawn from seed, test and index alone, within memory; jobs read from the port."""

from collections.abc import Iterator

import pytest
from msgspec import structs

from models.formats import Format
from models.ops import Op
from regressions.cluster.sizes import SMALL
from tb.cluster.observed import in_order, triggered_jobs
from tb.cluster.streams.jobs import GemmStream, QueueStream, RecoverStream
from tb.cluster.streams.software import SoftwareStream
from tb.cluster.streams.stream import PlainStream, ProgramStream
from tb.cluster.streams.tiled import TiledStream
from tb.cluster.streams.traffic import TrafficStream
from tb.cluster.task import request
from tb.descriptor import available, load
from tb.dpi.bindings import AccessRow
from tb.env.programmer import Programmer
from tb.errors import UserError
from tb.exchange.job import Job
from tb.registers.generate import register_map
from tb.schema import SchemaError
from tb.sequences import resolve

STREAMS = (GemmStream, QueueStream, RecoverStream, TiledStream, TrafficStream, SoftwareStream)


def stream(kind: type[ProgramStream], seed: int = 1, name: str = SMALL, **knobs: object) -> ProgramStream:
    return kind("test", seed, knobs, load(name))


@pytest.mark.parametrize("kind", STREAMS)
def test_a_run_is_drawn_from_seed_test_and_index_alone(kind: type[ProgramStream]) -> None:
    first = [stream(kind).run(index) for index in range(6)]
    assert [stream(kind).run(index) for index in reversed(range(6))] == first[::-1]
    assert stream(kind, seed=2).run(3) != first[3]
    assert len({run.task.jobs for run in first}) == 6


@pytest.mark.parametrize("kind", STREAMS)
def test_what_a_program_is_given_fits_every_cluster(kind: type[ProgramStream]) -> None:
    for name in available(kind="cluster"):
        for index in range(10):
            it = stream(kind, name=name)
            run = it.run(index)
            assert request(it.config, run.task)
            assert run.scenario is not None
            assert (run.jobs > 0) is (kind is not SoftwareStream)


def test_a_recovery_is_judged_as_a_soft_clear() -> None:
    for index in range(10):
        scenario = stream(RecoverStream).run(index).scenario
        assert len(scenario.jobs) == 2
        assert scenario.abort.kind == "clear"


def test_the_blocks_of_a_job_are_counted() -> None:
    for index in range(20):
        run = stream(TiledStream).run(index)
        whole, block = run.task.jobs
        assert run.jobs == len(range(0, whole.m, block.m)) * len(range(0, whole.k, block.k))


def test_knobs_of_a_plain_program() -> None:
    run = stream(PlainStream, program="hello", harts=1, limit=77).run(0)
    assert (run.task.cores, run.task.limit, run.scenario, run.jobs) == (1, 77, None, 0)
    with pytest.raises(SchemaError, match="'program' is missing"):
        stream(PlainStream)
    with pytest.raises(SchemaError, match="did you mean 'harts'"):
        stream(PlainStream, program="hello", hart=1)
    with pytest.raises(SchemaError, match="unknown key 'stall'"):
        stream(GemmStream, stall="burst")


def test_programs_want_a_cluster() -> None:
    with pytest.raises(UserError, match="redmule is no cluster; choose one of cluster_1, cluster_2"):
        resolve("cluster_gemm")("test", 1, {}, load("redmule"))


JOBS = (
    Job(Op.GEMM, 3, 4, 5, 0x1000_3000, 0x1000_3101, 0x1000_3202, core=1),
    Job(Op.MINMAX, 300, 0, 7, 0x1000_4000, 0x1000_5000, 0x1000_6000, Format.E4M3, core=0),
)


def accesses(jobs: tuple[Job, ...]) -> Iterator[AccessRow]:
    """As cores program them, one with writes of another core in between that count for nothing."""
    programmer = Programmer(register_map())
    acquire = register_map()["ACQUIRE"].offset
    edge = 0
    for number, job in enumerate(jobs):
        for access in programmer.accesses(job):
            edge += 3
            answer = number if access.address == acquire else 0
            row = (edge, access.address, access.data, answer, access.id, not access.write, access.be, 1)
            yield tuple(int(value) for value in row)  # type: ignore[misc]
            if access.address != acquire:
                yield (edge + 1, access.address, 0x7777, 0, 0x80, 0, 0xF, 1)


def test_jobs_are_read_from_the_register_port() -> None:
    seen = triggered_jobs(accesses(JOBS))
    assert [triggered.job for triggered in seen] == list(JOBS)
    assert [triggered.edge for triggered in seen] == sorted(triggered.edge for triggered in seen)


def test_planned_jobs_take_the_order_and_the_cores_that_were_seen() -> None:
    planned = [structs.replace(job, core=0, data_seed=9, classes=("raw",) * 3) for job in JOBS]
    ordered, wrong = in_order(planned, JOBS[::-1])
    assert wrong == ""
    assert [(job.op, job.core, job.data_seed) for job in ordered] == [(Op.MINMAX, 0, 9), (Op.GEMM, 1, 9)]
    ordered, wrong = in_order(planned, [JOBS[1]])
    assert [job.op for job in ordered] == [Op.MINMAX, Op.GEMM], "what was not triggered stands at the end"
    assert wrong == "", "how many ran is for the check of the triggers"
    _, wrong = in_order(planned, [JOBS[0], JOBS[0]])
    assert wrong.startswith("job 1, GEMM FP16 3x4x5 with Z at 0x10003202, was triggered by core 1")
