# SPDX-License-Identifier: Apache-2.0
"""The pyuvm test that runs one segment of a plan: scenarios of one test of a list, or a replayed record."""

import inspect
import traceback
from contextlib import suppress
from pathlib import Path

from pyuvm import ConfigDB, uvm_test

from tb.agents.control.transfer import ControlError
from tb.env.env import RedmuleEnv
from tb.env.executor import BenchError
from tb.exchange.applicable import CannotRun
from tb.exchange.plan import Segment
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.sequences import resolve
from tb.sequences.directed import DirectedTest
from tb.user_code import told
from tb.uvm_tests.shrink import Shrink, Shrinker


class SegmentTest(uvm_test):
    """Builds the environment, resets the device, runs the segment of the configuration database.

    There, `replay` is None, or what takes the place of the segment's sequence: scenarios of a record, or a
    failure that is to be reduced.
    """

    def build_phase(self) -> None:
        """Make the environment."""
        self.segment: Segment = ConfigDB().get(self, "", "segment")
        self.replay: Shrink | tuple[Scenario, ...] | None = ConfigDB().get(self, "", "replay")
        self.env = RedmuleEnv("env", self)
        self.rejected: dict[str, int] = {}

    async def run_phase(self) -> None:
        """Run the segment between an objection and its drop: a test without one passes unfinished."""
        self.raise_objection()
        await self.env.reset()
        planned = await self._run()
        recorder, compared = self.env.recorder, self.env.scoreboard.jobs
        recorder.register_reads = self.env.predictor.model.reads
        planned -= recorder.held + recorder.without
        if recorder.jobs < planned or compared < planned:
            recorder.fail(
                Status.NOT_RUN if recorder.worst is Status.PASSED else recorder.worst,
                f"{min(recorder.jobs, compared)} of {planned} planned jobs were checked",
            )
        if planned + recorder.held + recorder.without + recorder.checks + recorder.compared_bytes == 0:
            recorder.fail(Status.NOT_RUN, "the test checked nothing")
        self.drop_objection()

    async def _run(self) -> int:
        """Run everything; returns the number of jobs that had to be checked."""
        segment, entry, scenarios = self.segment, self.segment.entry, self.replay
        if isinstance(scenarios, Shrink):
            scenarios = await Shrinker(self.env, scenarios).run()
            await self.env.reset()
        if scenarios is not None:
            for scenario in scenarios:
                await self.env.run_scenario(scenario)
            return sum(len(scenario.jobs) for scenario in scenarios)
        kind = resolve(entry.sequence)
        if issubclass(kind, DirectedTest):
            planned = kind.planned(self.env.descriptor)
            for index in range(segment.begin, segment.end):
                await self._directed(kind(entry.name, segment.seed, index), planned)
            return planned * (segment.end - segment.begin)
        sequence = kind(
            entry.name, segment.seed, entry.knobs, self.env.descriptor, segment.begin, segment.end
        )
        await sequence.start(self.env.sequencer)
        self.rejected = dict(sequence.stream.rejected)
        self.env.recorder.left_out.update(sequence.stream.left_out)
        sent: int = sequence.jobs
        return sent

    async def _directed(self, test: DirectedTest, planned: int) -> None:
        """Run a directed test as far as the device can, and as its own code can."""
        recorder = self.env.recorder
        before = recorder.jobs + recorder.without
        with suppress(CannotRun):
            try:
                await test.run(self.env)
            except ControlError as error:  # what a device does is a finding, and the next run its own
                recorder.fail(Status.PROTOCOL, f"run {test.index}: {error}")
                await self.env.reset()
            except (CannotRun, BenchError):
                raise
            except (Exception, SystemExit) as error:
                traceback.print_exception(error)  # into the simulation's log
                recorder.error(test.index, told(error, Path(inspect.getfile(type(test)))))
                await self.env.reset()
            return
        recorder.without += planned - (recorder.jobs + recorder.without - before)
