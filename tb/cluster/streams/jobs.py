# SPDX-License-Identifier: Apache-2.0
"""Programs that run jobs of the mailbox, drawn within the knobs of the accelerator's own tests."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from msgspec import structs

from models.formats import Format
from models.ops import Op
from tb.cluster import memory_map
from tb.cluster.mailbox import MailboxJob
from tb.cluster.streams.run import ProgramRun
from tb.cluster.streams.stream import ProgramStream, draw_arbitration
from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.scenario import Abort, Scenario, Window
from tb.stimulus.draws import Weighted
from tb.stimulus.image import initial_image
from tb.stimulus.knob_values import Knob, plain
from tb.stimulus.knobs import FIELDS, Knobs, parse_knobs
from tb.stimulus.scenario_draw import draw_jobs

SIZES = ("m", "n", "k", "max_macs")
_UP_TO_60 = {"dist": "log_uniform", "lo": 1, "hi": 60}
OPERANDS = ("classes", "x_class", "w_class", "y_class", "same_class", "alias_xw")
_LONGEST_CLEAR = 1500  # cycles after which a job is cleared at most: some have ended by then


class JobStream(ProgramStream):
    """Runs with jobs in memory that is compared.

    Jobs share no bytes that one of them writes, because the harts decide their order.
    """

    KNOBS: ClassVar[tuple[str, ...]] = ("op", "fmt", *SIZES, *OPERANDS, "alignment", "jobs")
    """Knobs of the accelerator's tests that the stream takes (docs/knobs.md)."""
    DEFAULTS: ClassVar[Mapping[str, Any]] = {
        "m": _UP_TO_60,
        "n": {**_UP_TO_60, "lo": 0},
        "k": _UP_TO_60,
        "max_macs": 60**3,
        "chain": 0.0,
    }
    """Their values where they are not those of the accelerator's tests."""
    FIXED: ClassVar[Mapping[str, Any]] = {"chain": 0.0}
    """Values of knobs that it does not take."""

    def __init__(self, name: str, seed: int, knobs: Mapping[str, Any], descriptor: Descriptor) -> None:
        super().__init__(name, seed, knobs, descriptor)
        chosen = {key: value for key, value in knobs.items() if key in self.KNOBS}
        uniform = {"fmt": [fmt.name for fmt in descriptor.formats]}
        table = {**uniform, **self.DEFAULTS, **chosen, **self.FIXED}
        self.job_knobs = parse_knobs(table, descriptor, self.where)
        if not all(isinstance(fmt, Format) for fmt in self.job_knobs.fmt.values):
            raise self.where.key("fmt").error("jobs of a mailbox have one format for all operands")

    @property
    def lacking(self) -> tuple[tuple[str, str], ...]:
        """Knobs that name values which the accelerator does not have, and in words which."""
        return self.job_knobs.lacking

    @classmethod
    def fields(cls) -> Mapping[str, Knob]:
        """Returns its own knobs and those of the accelerator's tests."""
        return {**cls.FIELDS, **{key: FIELDS[key] for key in cls.KNOBS}}

    @property
    def tcdm(self) -> Window:
        """Memory of the TCDM that is not the program's own."""
        return Window(memory_map.OPERANDS, self.config.tcdm_bytes - memory_map.FIRMWARE_BYTES)

    def scenario(
        self, index: int, rng: random.Random, each: Sequence[Knobs], window: Window, least: int = 1
    ) -> Scenario:
        """Draws jobs, one within each of the knobs; fewer where the window has no room.

        Raises:
            SchemaError: Not even `least` jobs fit.
        """
        jobs = draw_jobs(rng, each, window)
        if len(jobs) < least:
            raise self.where.error(f"its jobs do not fit {window.size} bytes; lower m, n, k or max_macs")
        return Scenario(index, jobs, window, poison_seed=rng.randrange(1 << 20))

    def run_of(self, scenario: Scenario, rng: random.Random, **fields: Any) -> ProgramRun:
        """Returns a run of the jobs, with their operands in the TCDM and a drawn arbitration."""
        given = {
            "jobs": tuple(mailbox_job(job) for job in scenario.jobs),
            "memory": {scenario.window.base: initial_image(scenario).tobytes()},
            "arbitration": draw_arbitration(rng),
            "cores": self.config.cores,
        }
        return ProgramRun(self.task(**{**given, **fields}), scenario)


class GemmStream(JobStream, sequence="cluster_gemm"):
    """Jobs of hart 0, one after the other, while the others sleep; some use results of earlier ones."""

    KNOBS = (*JobStream.KNOBS, "chain")
    DEFAULTS: ClassVar[Mapping[str, Any]] = {**JobStream.DEFAULTS, "jobs": 8}
    FIXED: ClassVar[Mapping[str, Any]] = {}
    FIELDS: ClassVar[Mapping[str, Knob]] = {"program": Knob(plain(str), "gemm")}
    """The program, which runs the jobs of its mailbox in turn."""

    @property
    def program(self) -> str:
        """Name or path that the knobs give."""
        name: str = self.knobs["program"]
        return name

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draws jobs."""
        each = [self.job_knobs] * self.job_knobs.jobs.draw(rng)
        return self.run_of(self.scenario(index, rng, each, self.tcdm), rng)


class QueueStream(JobStream, sequence="cluster_queue"):
    """Jobs dealt out to all harts, which fight for the lock; in eight runs each hart has all operations."""

    program = "queue"
    DEFAULTS: ClassVar[Mapping[str, Any]] = {**JobStream.DEFAULTS, "jobs": 8}

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draws jobs whose operations take turns."""
        ops = self.job_knobs.op.values
        count = self.job_knobs.jobs.draw(rng)
        each = with_ops(self.job_knobs, (ops[(index + i) % len(ops)] for i in range(count)))
        return self.run_of(self.scenario(index, rng, each, self.tcdm), rng)


class RecoverStream(JobStream, sequence="cluster_recover"):
    """A job that is cleared at a drawn time, and the one behind it."""

    program = "recover"
    KNOBS = tuple(name for name in JobStream.KNOBS if name != "jobs")

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draws two jobs, and after how many cycles the first is cleared."""
        scenario = self.scenario(index, rng, [self.job_knobs] * 2, self.tcdm, least=2)
        after = rng.randrange(_LONGEST_CLEAR)
        scenario = structs.replace(scenario, abort=Abort("clear", after))
        return self.run_of(scenario, rng, cores=1, mode=after)


def with_ops(knobs: Knobs, ops: Iterable[Op]) -> list[Knobs]:
    """Returns the knobs once for each operation."""
    return [replace(knobs, op=Weighted.evenly((op,))) for op in ops]


def mailbox_job(job: Job) -> MailboxJob:
    """Returns a job as programs see it."""
    assert isinstance(job.fmt, Format), "one format for all operands"
    return MailboxJob(job.op, job.fmt, job.m, job.n, job.k, job.x_addr, job.w_addr, job.z_addr)
