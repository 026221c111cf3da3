# SPDX-License-Identifier: Apache-2.0
"""Jobs during which a bit in the control of a copy is inverted; `test_full_level.py` plans them."""

from typing import Any, ClassVar

from tb.agents.control.access import read, write
from tb.env.env import RedmuleEnv
from tb.registers.own import registers_of
from tests.rtl.injected_faults import ARRAY, Act, FaultyJobs, engine, inverted

PLACES = (
    "i_regfile.regs_q",
    "i_queue.context_q",
    "i_queue.taken_q",
    "i_control.state_q",
    "i_tiler.rows_q",
    "i_tile_queue.used_q",
    "i_streamer.w_ce_q",
    "i_streamer.i_z_walker.row_q",
    "i_streamer.i_port.request_q",
    "i_streamer.i_port.data_q",
    "i_scheduler.state_q",
    "i_scheduler.pipe_q",
    "i_x_buffer.i_banks.full_q",
    "i_z_buffer.i_banks.taken_q",
)
"""Registers of an engine, below it."""
HALTED = 1 << 31
"""In FAULTS."""

_WORKING = 10, 200  # cycles of a job


def copy(env: RedmuleEnv, number: int) -> Any:
    """One of the two copies."""
    return engine(env, number * (ARRAY["L"] - 1))


def register(env: RedmuleEnv, number: int, path: str) -> Any:
    """A register of a copy."""
    found = copy(env, number)
    for name in path.split("."):
        found = getattr(found, name)
    return found


class ControlUpsets(FaultyJobs):
    """A bit of each register in turn, in either copy, in any cycle of a job."""

    jobs: ClassVar[int] = 10 * len(PLACES)

    def fault(self, env: RedmuleEnv, index: int) -> Act:
        """One upset."""
        rng = self.random
        place = register(env, rng.randrange(2), PLACES[index % len(PLACES)])
        return inverted(place, rng.randrange(len(place)), rng.randrange(*_WORKING))


class PerformanceUpsets(ControlUpsets):
    """The same in performance mode."""

    paired = False


class Undisturbed(FaultyJobs):
    """A job to which nothing happens but what is wrong in the device itself."""

    def fault(self, env: RedmuleEnv, index: int) -> Act:
        """None."""
        del env, index

        async def act(cycle: int) -> None:
            del cycle

        return act


class Halted(Undisturbed):
    """FAULTS behind a halt, and what a soft clear makes of it."""

    async def run(self, env: RedmuleEnv) -> None:
        """Halt an idle device, read FAULTS, clear, and run a job."""
        await env.reset()
        env.predictor.model.injected = True
        offsets = registers_of(env.descriptor).offsets()
        place = register(env, 1, "i_queue.taken_q")
        await inverted(place, 0, 0)(0)
        before, again, _, cleared = await env.accesses(
            [read(offsets["FAULTS"])] * 2 + [write(offsets["SOFT_CLEAR"], 0), read(offsets["FAULTS"])]
        )
        seen = before.data, again.data, cleared.data
        env.recorder.check(seen == (HALTED, HALTED, 0), f"FAULTS read {seen}")
        await self.observed(env, self.scenario(0), self.fault(env, 0))
        env.check_registers()
