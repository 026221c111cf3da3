# SPDX-License-Identifier: Apache-2.0
"""Sequences of programs for a cluster."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from tb.cluster.config import cluster_of
from tb.cluster.elf import Program
from tb.cluster.env import ProgramItem, ProgramSequencer
from tb.cluster.streams import (
    GemmStream,
    PlainStream,
    ProgramRun,
    ProgramStream,
    QueueStream,
    RecoverStream,
    SoftwareStream,
    TiledStream,
    TogetherStream,
    TrafficStream,
)
from tb.descriptor import Descriptor
from tb.env.lookahead import Drawn, lookahead
from tb.errors import UserError
from tb.exchange.scenario import Scenario
from tb.sequences.base import StreamSequence


class ProgramSequence(StreamSequence):
    """Runs of one program, drawn from the test's seed.

    A subclass names its stream::

        class MyPrograms(ProgramSequence):
            stream_class = MyStream

    Attributes:
        runs: Runs sent so far.
    """

    runs_on = "cluster"
    stream: ProgramStream
    stream_class: ClassVar[type[ProgramStream]] = PlainStream

    runs = 0

    def make_stream(
        self, name: str, seed: int, knobs: Mapping[str, Any], descriptor: Descriptor
    ) -> ProgramStream:
        """Make the stream of the program's runs."""
        return self.stream_class(name, seed, knobs, cluster_of(descriptor))

    async def body(self) -> None:
        """Send the runs to the environment's sequencer, one after the other."""
        sequencer: ProgramSequencer = self.sequencer
        program = sequencer.programs.get(self.stream.program, UserError("it was not built"))
        for run, drawn in self._drawn(sequencer):
            index = self._range[self.runs]
            self.runs += 1
            if isinstance(program, Program):
                self.jobs += run.jobs
                ready: ProgramRun | UserError = run.with_program(program)
            else:
                ready = program
            item = ProgramItem(f"{self.get_name()}[{index}]", index, ready, drawn)
            await self.start_item(item)
            await self.finish_item(item)

    def _drawn(self, sequencer: ProgramSequencer) -> Iterator[tuple[ProgramRun, Drawn | None]]:
        """The runs; where they have jobs, drawn and predicted while earlier ones run."""
        stream = self.stream
        if not stream.with_jobs:
            for index in self._range:
                yield stream.run(index), None
            return
        runs: deque[ProgramRun] = deque()

        def draw(index: int) -> Scenario:
            run = stream.run(index)
            assert run.scenario is not None
            runs.append(run)
            return run.scenario

        for drawn in lookahead(sequencer.background, draw, self._range, sequencer.opinions):
            yield runs.popleft(), drawn


class GemmPrograms(ProgramSequence):
    """Jobs of hart 0, one after the other."""

    stream_class = GemmStream


class QueuePrograms(ProgramSequence):
    """Jobs of all harts, through the accelerator's lock."""

    stream_class = QueueStream


class RecoverPrograms(ProgramSequence):
    """A soft clear in mid-job, and the job behind it."""

    stream_class = RecoverStream


class TiledPrograms(ProgramSequence):
    """Jobs on matrices in L2, in blocks."""

    stream_class = TiledStream


class TrafficPrograms(ProgramSequence):
    """Jobs and random traffic of all harts and the DMA."""

    stream_class = TrafficStream


class TogetherPrograms(ProgramSequence):
    """Accelerator, cores and DMA at once."""

    stream_class = TogetherStream


class SoftwarePrograms(ProgramSequence):
    """The operations on the cores."""

    stream_class = SoftwareStream
