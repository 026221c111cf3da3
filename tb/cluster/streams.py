# SPDX-License-Identifier: Apache-2.0
"""Streams of program runs: each program's input, drawn from seed, test and index alone."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from msgspec import structs

from models.formats import Format
from models.ops import Op
from tb.cluster import memory_map
from tb.cluster.config import ClusterConfig
from tb.cluster.elf import Program, unbuilt
from tb.cluster.mailbox import JOBS, MailboxJob
from tb.cluster.random_tasks import (
    descriptor_of,
    draw_arbitration,
    draw_jobs,
    draw_product,
    draw_software,
    draw_task,
)
from tb.cluster.task import Task
from tb.exchange.job import Job
from tb.exchange.names import OPERAND_CLASSES
from tb.exchange.scenario import Abort, Scenario, Window
from tb.schema import Field, SchemaError, Where, check
from tb.stimulus.image import initial_image, predict
from tb.stimulus.rng import stream

_LIMIT = 1_000_000  # cycles: far above what the longest run takes, and within what the bench's logs hold
_LONGEST_CLEAR = 1500  # cycles after which a job is cleared at most: some have ended by then
_LARGEST_TILED = 70
_TOGETHER_HARTS = 3
_ALL_OF_THEM = 0b111  # sw/programs/together.c: all run, the accelerator's job once


@dataclass(frozen=True, slots=True)
class ProgramRun:
    """Run of a program: its input, and the memory that it must leave.

    Attributes:
        task: Task to load; its program may come from `unbuilt`.
        scenario: The jobs as the model computes them, in the memory that is compared; None for none.
        blocks: Jobs of the accelerator where those are parts of the scenario's; 0 if they are the same.
        left: Bytes by address that have to be there at the end beside what the scenario leaves.
        on_accelerator: True if the accelerator runs the jobs, and not the cores.
    """

    task: Task
    scenario: Scenario | None = None
    blocks: int = 0
    left: Mapping[int, bytes] = field(default_factory=dict)
    on_accelerator: bool = True

    @property
    def jobs(self) -> int:
        """Jobs that the accelerator runs."""
        return self.blocks or (len(self.scenario.jobs) if self.scenario and self.on_accelerator else 0)

    def with_program(self, program: Program) -> ProgramRun:
        """The same with the program that was built."""
        return replace(self, task=replace(self.task, program=program))


class ProgramStream(ABC):
    """An endless series of runs of one program.

    Args:
        name: Name of the test; its random stream depends on it and on the seed alone.
        seed: Seed of the run.
        knobs: Of the test; see `FIELDS`.
        config: The cluster.

    Raises:
        SchemaError: A knob is wrong.
    """

    FIELDS: ClassVar[Mapping[str, Field]] = {}
    """Knobs that the stream takes."""

    with_jobs: ClassVar[bool] = True
    """True if every run has a scenario, False if none has."""

    def __init__(self, name: str, seed: int, knobs: Mapping[str, Any], config: ClusterConfig) -> None:
        self.name = name
        self.seed = seed
        self.config = config
        self.knobs = check(dict(knobs), self.FIELDS, Where(f"test {name}", "knobs"))

    @property
    @abstractmethod
    def program(self) -> str:
        """Name of the program, or path of an ELF file."""

    @abstractmethod
    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draws a run.

        Args:
            index: Its place in the stream.
            rng: Its own random stream.
        """

    def run(self, index: int) -> ProgramRun:
        """Run `index`, with a program that is still to be built."""
        return self.draw(index, stream(self.seed, self.name, index))

    def _task(self, **fields: Any) -> Task:
        return Task(program=unbuilt(self.program), limit=_LIMIT, **fields)

    def _with_jobs(self, scenario: Scenario, **fields: Any) -> ProgramRun:
        """A run whose jobs lie in the TCDM, with their operands there."""
        task = self._task(
            jobs=tuple(descriptor_of(job) for job in scenario.jobs),
            memory={scenario.window.base: initial_image(scenario).tobytes()},
            **fields,
        )
        return ProgramRun(task, scenario)

    def _tcdm_jobs(self, index: int, rng: random.Random, count: int, ops: Sequence[Op] = ()) -> Scenario:
        """Jobs in the TCDM that share no bytes, with these operations in turns if any are given."""
        end = memory_map.TCDM + self.config.tcdm_bytes
        jobs = draw_jobs(rng, count, memory_map.OPERANDS, end, ops)
        return Scenario(
            index,
            jobs,
            Window(memory_map.OPERANDS, end - memory_map.OPERANDS),
            poison_seed=rng.randrange(1 << 20),
        )


class PlainStream(ProgramStream):
    """A program without jobs, as the knobs say."""

    with_jobs = False
    FIELDS: ClassVar[Mapping[str, Field]] = {
        "program": Field("name in sw/programs, or path of an ELF file", str, required=True),
        "harts": Field("how many harts run, all by default", int, lo=1, hi=8),
        "mode": Field("mailbox word whose meaning is the program's", int, default=0, lo=0, hi=2**32 - 1),
        "limit": Field("cycles after which it is given up", int, default=_LIMIT, lo=1, hi=_LIMIT),
    }

    @property
    def program(self) -> str:
        """Name of the program, from the knobs."""
        name: str = self.knobs["program"]
        return name

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Make the run that the knobs describe; nothing is drawn."""
        del index
        task = self._task(
            cores=self.knobs["harts"] or self.config.cores,
            mode=self.knobs["mode"],
            seed=rng.randrange(1, 1 << 28),
            arbitration=draw_arbitration(rng),
        )
        return ProgramRun(replace(task, limit=self.knobs["limit"]))


class GemmStream(ProgramStream):
    """Jobs of hart 0, one after the other, while the others sleep."""

    program = "gemm"

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draw jobs in the TCDM that all cores start."""
        scenario = self._tcdm_jobs(index, rng, JOBS)
        return self._with_jobs(scenario, cores=self.config.cores, arbitration=draw_arbitration(rng))


class QueueStream(ProgramStream):
    """Jobs dealt out to all harts, which fight for the lock; in eight runs each hart has every operation."""

    program = "queue"

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draw jobs in the TCDM, beginning with another operation each time."""
        ops = list(Op)
        at = index % len(ops)
        scenario = self._tcdm_jobs(index, rng, JOBS, [*ops[at:], *ops[:at]])
        return self._with_jobs(scenario, cores=self.config.cores, arbitration=draw_arbitration(rng))


class RecoverStream(ProgramStream):
    """A job that is cleared at a drawn time, and the one behind it."""

    program = "recover"

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draw two jobs, and the cycle at which the first is cut by a soft clear."""
        scenario = self._tcdm_jobs(index, rng, 2)
        after = rng.randrange(_LONGEST_CLEAR)
        scenario = structs.replace(scenario, abort=Abort("clear", after))
        return self._with_jobs(scenario, cores=1, mode=after, arbitration=draw_arbitration(rng))


class TiledStream(ProgramStream):
    """A job on matrices in L2, cut into blocks that the DMA brings and takes away."""

    program = "tiled"

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draw a job on matrices in L2 and the blocks that it is cut into."""
        op, fmt = rng.choice(list(Op)), rng.choice(list(Format))
        m, n, k = (rng.randrange(1, _LARGEST_TILED) for _ in range(3))
        block_m, block_k = rng.randrange(m // 4 + 1, m + 1), rng.randrange(k // 4 + 1, k + 1)
        addresses, at = [], memory_map.L2
        for count in (m * n, n * k, m * k):
            at += rng.randrange(16)
            addresses.append(at)
            at += count * fmt.itemsize
        classes = (rng.choice(OPERAND_CLASSES), rng.choice(OPERAND_CLASSES), rng.choice(OPERAND_CLASSES))
        x, w, z = addresses
        job = Job(op, m, n, k, x, w, z, fmt, classes=classes, data_seed=rng.randrange(1 << 30))
        window = Window(memory_map.L2, self.config.l2_bytes)
        scenario = Scenario(index, (job,), window, poison_seed=rng.randrange(1 << 20))
        block = MailboxJob(
            op, fmt, block_m, 0, block_k, memory_map.OPERANDS, memory_map.OPERANDS, memory_map.OPERANDS
        )
        task = self._task(
            jobs=(descriptor_of(job), block),
            memory={window.base: initial_image(scenario).tobytes()},
            cores=1,
            arbitration=draw_arbitration(rng),
            jobs_in_l2=True,
        )
        return ProgramRun(task, scenario, blocks=-(-m // block_m) * -(-k // block_k))


class TrafficStream(ProgramStream):
    """Jobs of random harts beside random traffic of all of them and the DMA (`tb.cluster.random_tasks`)."""

    program = "traffic"

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draw random traffic from the seed and the number alone."""
        del rng
        drawn = draw_task(self.seed, index, self.config, unbuilt(self.program))
        return ProgramRun(drawn.task, drawn.scenario)


class TogetherStream(ProgramStream):
    """A job of the accelerator beside products on the cores and copies of the DMA, until it has ended.

    Raises:
        SchemaError: There are fewer than three harts: for the accelerator, for the DMA, to compute.
    """

    program = "together"

    def __init__(self, name: str, seed: int, knobs: Mapping[str, Any], config: ClusterConfig) -> None:
        super().__init__(name, seed, knobs, config)
        if config.cores < _TOGETHER_HARTS:
            raise SchemaError(
                f"test {name} needs {_TOGETHER_HARTS} harts, there are {config.cores}; give another DUT="
            )

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draw work for accelerator, cores and DMA at the same time."""
        zone = (self.config.tcdm_bytes - memory_map.FIRMWARE_BYTES) // 3 // 64 * 64
        jobs = draw_jobs(rng, 1, memory_map.OPERANDS, memory_map.OPERANDS + zone)
        scenario = Scenario(
            index, jobs, Window(memory_map.OPERANDS, zone), poison_seed=rng.randrange(1 << 20)
        )
        harts = self.config.cores - 2
        product = draw_product(rng, index, 4 * harts * rng.randrange(1, 3), memory_map.OPERANDS + zone, zone)
        copied = rng.randbytes(2 * rng.randrange(1, 33) * (size := rng.randrange(1, 33)))
        source, to = memory_map.L2 + rng.randrange(64), memory_map.OPERANDS + 2 * zone + rng.randrange(64)
        copy = MailboxJob(Op.MATMUL, Format.FP16, len(copied) // (2 * size), size, size, source, source, to)
        before = initial_image(product)
        at = product.window.base
        task = self._task(
            jobs=(descriptor_of(jobs[0]), descriptor_of(product.jobs[0]), copy),
            memory={
                memory_map.OPERANDS: initial_image(scenario).tobytes(),
                at: before.tobytes(),
                source: copied,
            },
            mode=_ALL_OF_THEM,
            cores=self.config.cores,
            arbitration=draw_arbitration(rng),
            jobs_in_l2=True,
        )
        left = {at: predict(before, product.jobs, at).tobytes(), source: copied, to: copied}
        return ProgramRun(task, scenario, left=left)


class SoftwareStream(ProgramStream):
    """Every operation in FP16 on the cores, which need floating point."""

    program = "software"

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draw a job of the cores from the seed and the number alone."""
        del rng
        drawn = draw_software(self.seed, index, self.config, unbuilt(self.program))
        return ProgramRun(drawn.task, drawn.scenario, on_accelerator=False)
