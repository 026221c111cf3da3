# SPDX-License-Identifier: Apache-2.0
"""Streams of program runs, drawn from seed, test and index alone.

A stream says in its definition by which name test lists ask for it::

    class MyStream(ProgramStream, sequence="cluster_mine"): ...

Modules of this package are found by themselves; a class of another file is named by its path.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from tb.cluster.config import cluster_of
from tb.cluster.elf import unbuilt
from tb.cluster.streams.run import ProgramRun
from tb.cluster.task import Arbitration, Task
from tb.exchange.applicable import Applicable
from tb.exchange.device import Descriptor
from tb.schema import SchemaError, Where
from tb.stimulus.knob_values import Knob, parsed, plain
from tb.stimulus.rng import stream

REGISTERED: dict[str, type[ProgramStream]] = {}
"""Streams by the name of their sequence."""

LIMIT = 1_000_000
"""Cycles of a program: far above what the longest run takes, and within what the bench's logs hold."""


class ProgramStream(Applicable, ABC):
    """An endless series of runs of one program.

    Args:
        name: Name of the test; its random stream depends on it and on the seed alone.
        knobs: Of the test; see `fields`.

    Raises:
        SchemaError: A knob is wrong, or the cluster has too few harts.
        UserError: The device is no cluster.
    """

    FIELDS: ClassVar[Mapping[str, Knob]] = {}
    """Knobs of its own."""

    runs_on: ClassVar[str] = "cluster"
    """Name of the kind of devices that it is for."""

    with_jobs: ClassVar[bool] = True
    """True if every run has a scenario, False if none has."""

    least_harts: ClassVar[int] = 1
    """Harts that the program needs at least."""

    def __init_subclass__(cls, sequence: str = "", **others: Any) -> None:
        super().__init_subclass__(**others)
        if sequence:
            REGISTERED[sequence] = cls

    def __init__(self, name: str, seed: int, knobs: Mapping[str, Any], descriptor: Descriptor) -> None:
        self.name = name
        self.seed = seed
        self.descriptor = descriptor
        self.config = cluster_of(descriptor)
        self.where = Where(f"test {name}", "knobs")
        if self.config.cores < self.least_harts:
            needed, there = self.least_harts, self.config.cores
            raise SchemaError(f"test {name} needs {needed} harts, there are {there}; give another DUT=")
        self.knobs = parsed(knobs, self.fields(), self.where)

    @classmethod
    def fields(cls) -> Mapping[str, Knob]:
        """Returns all knobs that a test of the stream may have."""
        return cls.FIELDS

    @property
    @abstractmethod
    def program(self) -> str:
        """Name of the program, or path of a C source or an ELF file."""

    @abstractmethod
    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draws the run at a place in the stream, from a random stream of its own."""

    def run(self, index: int) -> ProgramRun:
        """Draws run `index`, with a program that is still to be built."""
        return self.draw(index, stream(self.seed, self.name, index))

    def task(self, **fields: Any) -> Task:
        """Returns the program with what it is given."""
        return Task(program=unbuilt(self.program), limit=LIMIT, **fields)


class PlainStream(ProgramStream, sequence="cluster_program"):
    """A program without jobs, as the knobs say."""

    with_jobs = False
    FIELDS: ClassVar[Mapping[str, Knob]] = {
        "program": Knob(plain(str), required="name in sw/programs, or path of a C source or an ELF file"),
        "harts": Knob(plain(Annotated[int, Meta(ge=1, le=8)])),
        "mode": Knob(plain(Annotated[int, Meta(ge=0, lt=2**32)]), 0),
        "limit": Knob(plain(Annotated[int, Meta(ge=1, le=LIMIT)]), LIMIT),
    }
    """The program, the harts that run (all by default), a mailbox word whose meaning is the program's, and
    the cycles after which it is given up."""

    @property
    def program(self) -> str:
        """Name or path that the knobs give."""
        name: str = self.knobs["program"]
        return name

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draws the seed of the program and the arbitration."""
        del index
        task = self.task(
            cores=self.knobs["harts"] or self.config.cores,
            mode=self.knobs["mode"],
            seed=rng.randrange(1, 1 << 28),
            arbitration=draw_arbitration(rng),
        )
        return ProgramRun(replace(task, limit=self.knobs["limit"]))


def draw_arbitration(rng: random.Random) -> Arbitration:
    """Draws a side that is first, with a share that keeps the other from starving; one in five has none.

    Programs end without the protection too: a side that starves waits for one whose accesses end.
    """
    denominator = rng.choice((2, 2, 3, 4, 8, 16, 255))
    numerator = rng.randrange(1, denominator)
    if rng.randrange(5) == 0:
        # No protection, by a numerator of 0 or by one that is not below the denominator.
        numerator, denominator = rng.choice(((0, denominator), (denominator, denominator), (255, 2), (0, 0)))
    return Arbitration(numerator, denominator, wide_first=rng.random() < 0.5)


def draw_even(rng: random.Random, most: int) -> int:
    """Draws an even number from 2 to `most`."""
    return 2 * rng.randint(1, most // 2)
