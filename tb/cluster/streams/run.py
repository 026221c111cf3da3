# SPDX-License-Identifier: Apache-2.0
"""One run of a program: what it is given, and what it has to leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from tb.cluster.elf import Program
from tb.cluster.left import LeftMatrix
from tb.cluster.task import ProgramOutcome, Task
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario
from tb.stimulus.image import initial_image, predict


@dataclass(frozen=True, slots=True)
class ProgramRun:
    """A program with what it is given, and what it has to leave."""

    task: Task  # task to load; its program may come from `unbuilt`
    # The jobs as the model computes them, in the memory that is compared; None for none.
    scenario: Scenario | None = None
    # Jobs that the program makes, of the scenario's or by itself; 0 if they are the scenario's.
    blocks: int = 0
    # Bytes by address that have to be there at the end beside what the scenario leaves.
    left: Mapping[int, bytes] = field(default_factory=dict)
    # What of these are matrices; asked for where they are wrong, to say what is.
    matrices: Callable[[], Iterable[LeftMatrix]] = field(default=tuple, compare=False)
    on_accelerator: bool = True  # True if the accelerator runs the jobs, and not the cores

    @property
    def jobs(self) -> int:
        """Jobs that the accelerator runs of the scenario."""
        if self.scenario is None:
            return 0
        return self.blocks or (len(self.scenario.jobs) if self.on_accelerator else 0)

    def with_program(self, program: Program) -> ProgramRun:
        """Returns the same run with the program that was built."""
        return replace(self, task=replace(self.task, program=program))

    def problems(self, outcome: ProgramOutcome) -> list[str]:
        """Returns what was wrong in an outcome: problems of its own, and a byte that is not the model's."""
        if self.scenario is None:
            return list(outcome.problems)
        window = self.scenario.window
        expected = predict(initial_image(self.scenario), self.scenario.jobs, window.base).tobytes()
        actual = outcome.read(window.base, window.size)
        if actual == expected:
            return list(outcome.problems)
        at = next(i for i in range(window.size) if actual[i] != expected[i])
        place = window.base + at
        found = f"is 0x{actual[at]:02x} at 0x{place:08x}, the model has 0x{expected[at]:02x}"
        return [*outcome.problems, f"{_owner(self.scenario.jobs, place)} {found}"]


def _owner(jobs: tuple[Job, ...], address: int) -> str:
    for number, job in enumerate(jobs):
        for name, (base, size) in (("X", job.x_range), ("W", job.w_range), ("Z", job.z_range)):
            if base <= address < base + size:
                return f"{name} of job {number} ({job.op.name} {job.m}x{job.n}x{job.k})"
    return "a byte that belongs to no job"
