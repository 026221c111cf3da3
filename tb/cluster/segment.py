# SPDX-License-Identifier: Apache-2.0
"""The pyuvm test that runs one segment of a plan on a cluster: programs of one test of a list."""

from pyuvm import ConfigDB, uvm_test

from tb.cluster.env import ClusterEnv
from tb.cluster.sequences import ProgramSequence
from tb.exchange.plan import Segment
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.sequences import resolve
from tb.uvm_tests.shrink import Shrink


class ClusterSegmentTest(uvm_test):
    """Builds the environment of a cluster and runs the segment of the configuration database.

    Every run starts from a reset with memories of its own, so a replayed record is drawn again: the index of
    its scenario says which run it was.
    """

    def build_phase(self) -> None:
        """Make the environment."""
        self.segment: Segment = ConfigDB().get(self, "", "segment")
        self.env = ClusterEnv("env", self)
        self.rejected: dict[str, int] = {}

    async def run_phase(self) -> None:
        """Run the segment between an objection and its drop: a test without one passes unfinished."""
        self.raise_objection()
        segment, recorder = self.segment, self.env.recorder
        replay: Shrink | tuple[Scenario, ...] | None = ConfigDB().get(self, "", "replay")
        kind = resolve(segment.entry.sequence)
        begin, end = segment.begin, segment.end
        if isinstance(replay, tuple):
            begin = replay[-1].index
            end = begin + 1
        if isinstance(replay, Shrink) or not issubclass(kind, ProgramSequence):
            what = (
                "a failure of a cluster is not shrunk"
                if isinstance(replay, Shrink)
                else f"{segment.entry.sequence} runs no program"
            )
            recorder.fail(Status.NOT_RUN, what)
        else:
            entry = segment.entry
            sequence = kind(entry.name, segment.seed, entry.knobs, self.env.descriptor, begin, end)
            await sequence.start(self.env.sequencer)
            self._check_complete(sequence)
        self.drop_objection()

    def _check_complete(self, sequence: ProgramSequence) -> None:
        """Fail the segment if less was run or checked than planned."""
        recorder, driver = self.env.recorder, self.env.driver
        if recorder.worst is not Status.PASSED:
            return
        if recorder.jobs < sequence.jobs:
            recorder.fail(Status.NOT_RUN, f"{recorder.jobs} of {sequence.jobs} planned jobs were checked")
        if driver.runs < sequence.runs or not driver.runs:
            recorder.fail(Status.NOT_RUN, f"{driver.runs} of {sequence.runs} runs were checked")
