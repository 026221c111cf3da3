# SPDX-License-Identifier: Apache-2.0
"""Random cluster tests: jobs taken by random harts, traffic of all of them and the DMA, random arbitration.

A test depends on its seed and number alone. Jobs share no bytes, because the harts decide their order;
operands are those of the accelerator's own tests, and between them lies the same poison.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from models.formats import Format
from models.ops import Op
from tb.cluster import memory_map
from tb.cluster.config import ClusterConfig
from tb.cluster.elf import Program
from tb.cluster.mailbox import JOBS, MailboxJob
from tb.cluster.task import Arbitration, ProgramOutcome, Task
from tb.exchange.job import Job
from tb.exchange.names import OPERAND_CLASSES
from tb.exchange.scenario import Scenario, Window
from tb.stimulus.image import initial_image, predict
from tb.stimulus.rng import stream

PROGRAM = "traffic"
SOFTWARE = "software"
_SOFTWARE_COLUMNS = (1, 1, 2)
"""Multiple of columns by the mode of sw/programs/software.c: vectors are of two."""
_PLACE = 512  # bytes of each hart at the end of the TCDM, sw/programs/traffic.c
_ROOM = 24 * 1024  # bytes of a job at most
_LIMIT = 400_000


@dataclass(frozen=True, slots=True)
class RandomTask:
    """A drawn test: its task, and the memory to leave between the program and the harts' places."""

    number: int
    task: Task
    scenario: Scenario

    def problems(self, outcome: ProgramOutcome) -> list[str]:
        """Describe the problems of a run of the task; empty if there were none."""
        found = list(outcome.problems)
        window = self.scenario.window
        before = initial_image(self.scenario)
        expected = predict(before, self.scenario.jobs, window.base).tobytes()
        actual = outcome.read(window.base, window.size)
        if actual != expected:
            at = next(i for i in range(window.size) if actual[i] != expected[i])
            found.append(
                f"{self._owner(window.base + at)} is 0x{actual[at]:02x} at 0x{window.base + at:08x}, "
                f"the model has 0x{expected[at]:02x}"
            )
        return found

    def _owner(self, address: int) -> str:
        for number, job in enumerate(self.scenario.jobs):
            for name, (base, size) in (("X", job.x_range), ("W", job.w_range), ("Z", job.z_range)):
                if base <= address < base + size:
                    return f"{name} of job {number} ({job.op.name} {job.m}x{job.n}x{job.k})"
        return "a byte that belongs to no job"


def draw_task(seed: int, number: int, config: ClusterConfig, program: Program) -> RandomTask:
    """Draws test `number` under a seed.

    Args:
        seed: Of the run.
        number: Of the test.
        config: The cluster that it is for.
        program: `PROGRAM`, built.
    """
    rng = stream(seed, "cluster", config.cores, number)
    base = memory_map.OPERANDS
    end = memory_map.TCDM + config.tcdm_bytes - config.cores * _PLACE
    jobs = draw_jobs(rng, rng.randrange(1, JOBS + 1), base, end)
    scenario = Scenario(number, jobs, Window(base, end - base), poison_seed=rng.randrange(1 << 20))
    task = Task(
        program=program,
        jobs=tuple(descriptor_of(job) for job in jobs),
        memory={base: initial_image(scenario).tobytes()},
        mode=rng.choice((20, 60, 150)),
        seed=rng.randrange(1, 1 << 28),
        cores=rng.choice([cores for cores in (1, 2, 4, 8) if cores <= config.cores] + [config.cores] * 2),
        arbitration=draw_arbitration(rng),
        limit=_LIMIT,
    )
    return RandomTask(number, task, scenario)


def draw_software(seed: int, number: int, config: ClusterConfig, program: Program) -> RandomTask:
    """Draws test `number` under a seed: every operation in FP16 on the cores, in one of three ways.

    Args:
        seed: Of the run.
        number: Of the test.
        config: The cluster that it is for; its cores have floating point.
        program: `SOFTWARE`, built.
    """
    rng = stream(seed, "cluster software", config.cores, number)
    mode = number % len(_SOFTWARE_COLUMNS)
    pair = _SOFTWARE_COLUMNS[mode]
    base = memory_map.OPERANDS
    jobs: list[Job] = []
    at = base
    for op in Op:
        # Whole blocks of 4 x 4 and 4 x 8, and what is left of them.
        m, n, k = rng.randrange(1, 22), rng.randrange(1, 24), pair * rng.randrange(1, 26 // pair)
        addresses = []
        for count in (m * n, n * k, m * k):
            addresses.append(at)
            at += (2 * count + 3) // 4 * 4 + 4 * rng.randrange(3)
        classes = (rng.choice(OPERAND_CLASSES), rng.choice(OPERAND_CLASSES), rng.choice(OPERAND_CLASSES))
        x, w, z = addresses
        jobs.append(Job(op, m, n, k, x, w, z, Format.FP16, classes=classes, data_seed=rng.randrange(1 << 30)))
    window = Window(base, memory_map.TCDM + config.tcdm_bytes - base)
    scenario = Scenario(number, tuple(jobs), window, poison_seed=rng.randrange(1 << 20))
    task = Task(
        program=program,
        jobs=tuple(descriptor_of(job) for job in jobs),
        memory={base: initial_image(scenario).tobytes()},
        mode=mode,
        cores=rng.choice([cores for cores in (1, 2, 4, 8) if cores <= config.cores]),
        limit=_LIMIT,
    )
    return RandomTask(number, task, scenario)


def draw_jobs(rng: random.Random, count: int, base: int, end: int, ops: Sequence[Op] = ()) -> tuple[Job, ...]:
    """Jobs that share no bytes, one behind the other from `base` on; fewer where `end` leaves no room.

    Args:
        rng: Source of the draws.
        count: Number to draw.
        base: First byte that they may have.
        end: The one after the last.
        ops: Operations of the jobs, in turns; any if there are none.
    """
    jobs: list[Job] = []
    at = base
    for number in range(count):
        job = draw_job(rng, at, end, ops[number % len(ops)] if ops else None)
        if job is None:
            break
        jobs.append(job)
        at = max(first + size for first, size in (job.x_range, job.w_range, job.z_range)) if job.m else at
    return tuple(jobs)


def draw_job(rng: random.Random, at: int, end: int, op: Op | None = None) -> Job | None:
    """A job behind `at`, at addresses of any alignment; None if a small one does not fit any more."""
    wanted = list(Op) if op is None else [op]
    for _ in range(20):
        fmt, op = rng.choice(list(Format)), rng.choice(wanted)
        top = rng.choice((4, 20, 60))
        m, n, k = rng.randrange(1, top), rng.randrange(top), rng.randrange(1, top)
        size = fmt.itemsize
        addresses = []
        place = at
        for count in (m * n, n * k, m * k):
            place += rng.randrange(8)
            addresses.append(place)
            place += count * size
        if place <= end and place - at <= _ROOM:
            x, w, z = addresses
            classes = (rng.choice(OPERAND_CLASSES), rng.choice(OPERAND_CLASSES), rng.choice(OPERAND_CLASSES))
            return Job(op, m, n, k, x, w, z, fmt, classes=classes, data_seed=rng.randrange(1 << 30))
    return None


def draw_product(rng: random.Random, index: int, m: int, base: int, size: int) -> Scenario:
    """A product for the cores in FP16, as vectors; a repetition changes nothing.

    Args:
        rng: Source of the draws.
        index: Of the scenario.
        m: Rows.
        base: First byte of its window.
        size: Bytes of the window.
    """
    n, k = rng.randrange(1, 33), 8 * rng.randrange(1, 5)
    x = base + 4 * rng.randrange(8)
    w = x + (2 * m * n + 3) // 4 * 4 + 4 * rng.randrange(8)
    z = w + 2 * n * k + 4 * rng.randrange(8)
    classes = (rng.choice(OPERAND_CLASSES), rng.choice(OPERAND_CLASSES), rng.choice(OPERAND_CLASSES))
    job = Job(Op.MATMUL, m, n, k, x, w, z, Format.FP16, classes=classes, data_seed=rng.randrange(1 << 30))
    return Scenario(index, (job,), Window(base, size), poison_seed=rng.randrange(1 << 20))


def draw_arbitration(rng: random.Random) -> Arbitration:
    """Either side first, with a share that keeps the other from starving; one in five has no protection.

    Programs end without the protection too: a side that starves waits for one whose accesses end.
    """
    denominator = rng.choice((2, 2, 3, 4, 8, 16, 255))
    numerator = rng.randrange(1, denominator)
    if rng.randrange(5) == 0:
        # No protection, by a numerator of 0 or by one that is not below the denominator.
        numerator, denominator = rng.choice(((0, denominator), (denominator, denominator), (255, 2), (0, 0)))
    return Arbitration(numerator, denominator, wide_first=rng.random() < 0.5)


def descriptor_of(job: Job) -> MailboxJob:
    """A job as programs see it."""
    assert isinstance(job.fmt, Format), "one format for all operands"
    return MailboxJob(job.op, job.fmt, job.m, job.n, job.k, job.x_addr, job.w_addr, job.z_addr)
