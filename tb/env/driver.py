# SPDX-License-Identifier: Apache-2.0
"""Driver of scenarios: takes items from the sequencer, has them executed, records the outcome."""

from pyuvm import uvm_driver

from tb.env.executor import ScenarioExecutor
from tb.env.items import ScenarioItem
from tb.env.lookahead import Drawn
from tb.env.recorder import Recorder
from tb.exchange.status import Status
from tb.scoreboard.verdict import Verdict


class ScenarioDriver(uvm_driver):
    """Executes scenarios one after the other."""

    def connect_executor(self, executor: ScenarioExecutor, recorder: Recorder) -> None:
        """Connect the executor that runs the scenarios and the recorder."""
        self._executor = executor
        self._recorder = recorder

    async def run_phase(self) -> None:
        """Serve the sequencer for ever."""
        while True:
            item: ScenarioItem = await self.seq_item_port.get_next_item()
            for drawn in item.drawn:
                await self.drive(drawn)
            self.seq_item_port.item_done()

    async def drive(self, drawn: Drawn) -> Verdict:
        """Run one scenario; a device that failed is reset before the next one."""
        verdict = await self._executor.run(drawn)
        self._recorder.scenario(drawn.scenario, verdict, self._executor.since_reset)
        if verdict.status is not Status.PASSED or verdict.known:
            await self._executor.reset()
        return verdict
