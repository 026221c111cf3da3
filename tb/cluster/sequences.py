# SPDX-License-Identifier: Apache-2.0
"""Sequences of programs for a cluster."""

from collections import deque
from collections.abc import Iterator

from tb.cluster.elf import Program
from tb.cluster.env import ProgramItem, ProgramSequencer
from tb.cluster.streams.run import ProgramRun
from tb.cluster.streams.stream import ProgramStream
from tb.env.lookahead import Drawn, lookahead
from tb.errors import UserError
from tb.exchange.scenario import Scenario
from tb.sequences.base import StreamSequence


class ProgramSequence(StreamSequence):
    """Runs of one program, drawn from the test's seed.

    Attributes:
        runs: Runs sent so far.
    """

    runs_on = "cluster"
    stream: ProgramStream
    runs = 0

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
