# SPDX-License-Identifier: Apache-2.0
"""A program on `models.engine.Engine` whose jobs the device runs, each checked like any other."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import ClassVar

from models.backends import model
from models.engine import Engine, EngineJob
from models.formats import Bits, Formats
from models.ops import Op
from models.timing import Instance
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.stimulus.given_jobs import GivenJobs, placed, refusal
from tb.stimulus.job import GemmJob


class _FoundError(Exception):
    """Ends a program at the first job that a device can run."""


class Workload(GivenJobs):
    """The jobs of a program, with the operands that they have in it.

    For example, the test ``mine.py:Product`` of a list (docs/workloads.md)::

        class Product(Workload):
            @classmethod
            def program(cls, engine: Engine) -> None:
                engine.matmul(np.eye(48), np.ones((48, 48)), label="product")

    Attributes:
        program_jobs: All jobs of the program on the device's instance, with their operands.
    """

    memory: ClassVar[int | None] = None
    """Bytes for X, W and Z of a job together; None for any number."""

    @classmethod
    @abstractmethod
    def program(cls, engine: Engine) -> None:
        """Runs the program on an engine."""

    @classmethod
    @lru_cache(maxsize=1)  # the plan of a test asks more than once, and so do its segments
    def account(cls, instance: Instance) -> list[EngineJob]:
        """Returns the jobs of the program on an instance, with their operands."""
        engine = Engine(instance, memory=cls.memory, keep=True)
        cls.program(engine)
        return engine.jobs

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Returns why the device can do none of the jobs; the program gets to the first that it can do."""
        del entry
        refusals: Counter[str | None] = Counter()

        def tried(op: Op, x: Bits, w: Bits, y: Bits | None, fmt: Formats) -> Bits:
            reason = refusal(placed(GemmJob(x, w, y, op, fmt).scenario(), device), device)
            refusals[reason] += 1
            if reason is None:
                raise _FoundError
            return model(op, x, w, y, fmt)

        try:
            cls.program(Engine(device.instance, backend=tried, memory=cls.memory))
        except _FoundError:
            return ""
        # A program that goes on in spite of an exception has jobs all the same.
        if None in refusals:
            return ""
        return max(filter(None, refusals), key=refusals.__getitem__, default="its program has no job")

    @classmethod
    def needed(cls) -> Mapping[str, int]:
        """Returns the multiply-adds that phases need, by label, where their jobs do more."""
        return {}

    def jobs(self) -> Iterator[GemmJob]:
        """The jobs of the program; their operands are those of the reference model's results."""
        self.program_jobs = self.account(self.descriptor.instance)
        for job in self.program_jobs:
            assert job.operands is not None
            yield GemmJob(*job.operands, job.op, job.fmt)
