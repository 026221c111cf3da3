# SPDX-License-Identifier: Apache-2.0
"""Sequences that send a part of a random stream, and those of GEMM-Op scenarios."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar

from pyuvm import uvm_sequence

from tb.env.items import ScenarioItem
from tb.env.lookahead import Drawn, lookahead
from tb.env.programmer import programming
from tb.exchange.applicable import Applicable
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario
from tb.kinds import ACCELERATOR
from tb.registers.own import registers_of
from tb.stimulus.stream import ScenarioStream
from tb.user_code import UserCodeError

_BATCH = 32  # scenarios of an item: its way through pyuvm takes as long as half of the checks of one


class StreamSequence(Applicable, uvm_sequence):
    """A part of a random stream, sent to the environment's sequencer.

    Args:
        name: Name of the test; its random stream depends on it and on the seed alone.
        knobs: Table of knobs as in the test list (docs/knobs.md).
        begin: First item of the stream to run.
        end: The one after the last.

    Attributes:
        runs_on: Name of the kind of devices that it is for.
        stream_class: Class of its stream; `sequence_of` makes a sequence of one.
        stream: Scenarios to run.
        jobs: Number of the accelerator's jobs sent so far.

    Raises:
        SchemaError: A knob is wrong, or the device is not one that the stream is for.
    """

    runs_on: ClassVar[str] = ACCELERATOR
    stream_class: ClassVar[type[Any]]

    def __init__(
        self,
        name: str,
        seed: int,
        knobs: Mapping[str, Any],
        descriptor: Descriptor,
        begin: int = 0,
        end: int = 0,
    ) -> None:
        super().__init__(name)
        self.stream = self.stream_class(name, seed, knobs, descriptor)
        self.jobs = 0
        self._descriptor = descriptor
        self._range = range(begin, end)


def sequence_of(stream: type[Any], base: type[StreamSequence]) -> type[StreamSequence]:
    """Returns the sequence of a kind of sequences that sends the scenarios or runs of a stream."""
    return type(stream.__name__, (base,), {"stream_class": stream, "__doc__": stream.__doc__})


class GemmOpSequence(StreamSequence):
    """Random GEMM-Op jobs within the knobs of a test: corners first, then new draws without end.

    A subclass adds what knobs cannot say by a constraint::

        class SquareJobs(GemmOpSequence):
            def constraint(self, job: Job) -> bool | str:
                return job.m == job.k or "M differs from K"

    Scenarios are drawn in a thread while earlier ones run, so a constraint looks at the job alone.
    """

    stream: ScenarioStream
    stream_class: ClassVar[type[ScenarioStream]] = ScenarioStream

    def __init__(self, *arguments: Any, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self.stream.constraint = self.constraint
        self._registers = registers_of(self._descriptor)

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return what its stream says."""
        return cls.stream_class.not_applicable(entry, device)

    def constraint(self, job: Job) -> bool | str:
        """Tell whether a candidate is wanted: True; False or the reason, which the report counts, if not."""
        del job
        return True

    async def body(self) -> None:
        """Send the scenarios to the environment's sequencer, some with each item."""
        scenarios = self._scenarios()
        for first in self._range[::_BATCH]:
            item = ScenarioItem(f"{self.get_name()}[{first}]", islice(scenarios, _BATCH))
            await self.start_item(item)
            await self.finish_item(item)

    def _scenarios(self) -> Iterator[Drawn]:
        """Draw the scenarios ahead; count the jobs of those that are taken."""
        sequencer = self.sequencer
        background, opinions, device = sequencer.background, sequencer.opinions, self._descriptor
        left = self._range
        while left:
            try:
                for drawn in lookahead(background, self._draw, left, opinions, device, random=True):
                    left = left[1:]
                    self.jobs += len(drawn.scenario.jobs)
                    yield drawn
            except UserCodeError as error:
                # Planning drew all of them, but not every constraint says the same again.
                sequencer.recorder.error(left[0], str(error))
                left = left[1:]

    def _draw(self, index: int) -> Scenario:
        """Draw a scenario, and have its programming remembered."""
        scenario = self.stream.scenario(index)
        for position, job in enumerate(scenario.jobs):
            programming(job, position, self._registers)
        return scenario
