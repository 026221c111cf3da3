# SPDX-License-Identifier: Apache-2.0
"""Jobs during which bits of partial sums are inverted or stuck; `test_fault_tolerant.py` plans them."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar

import cocotb
import numpy as np
from cocotb.handle import Immediate
from cocotb.triggers import RisingEdge, Timer
from msgspec.structs import replace

from models.ops import Op
from tb.agents.control.access import read, write
from tb.env.env import RedmuleEnv
from tb.exchange.scenario import Abort, Scenario, StallSpec, Window
from tb.registers.own import registers_of
from tb.scoreboard.verdict import Verdict
from tb.sequences.directed import DirectedTest
from tb.stimulus.job import GemmJob

SEEN = "seen.jsonl"
"""A line for each job: checkers that fired, counts of FAULTS, cycles, cores of the second event line."""
ARRAY = {"H": 4, "L": 4, "P": 1, "DW": 128}
"""Tiles of a job in fault-tolerant mode have 2 x 8 outputs."""
M, N, K = 5, 9, 11
TILES = 6
FULL = 2
"""Level of fault tolerance, as the parameter `FT` has it."""
STALLED = StallSpec("random", 0.4, seed=5)

_CYCLE = 2  # of the bench's clock, in its time unit
_STUCK = 14  # bit of the exponent: of sums of small numbers it is never set

_WORKING = 20, 200  # cycles of a job in which the array works

Act = Callable[[int], Awaitable[None]]
"""Action half a cycle behind each edge; the cycle counts from the rise of `busy_o`."""


class FaultyJobs(DirectedTest):
    """Runs jobs while something acts on the device; `fault` says what a test does to each of them."""

    jobs: ClassVar[int] = 1
    paired: ClassVar[bool] = True
    stall: ClassVar[StallSpec] = StallSpec()

    async def run(self, env: RedmuleEnv) -> None:
        """Run the jobs, one after the other, and note what was seen of each."""
        await env.reset()
        env.predictor.model.injected = True
        for index in range(self.jobs):
            await self.observed(env, self.scenario(index), self.fault(env, index))

    def scenario(self, index: int) -> Scenario:
        """A job of its own data, in the mode of the test."""
        numbers = np.random.default_rng(index)
        x, w, y = (numbers.uniform(-1, 1, shape) for shape in ((M, N), (N, K), (M, K)))
        job = GemmJob(x=x, w=w, y=y, op=Op.GEMM, stall=self.stall, core=index % 8).scenario(index)
        return replace(job, jobs=tuple(replace(each, fault_tolerant=self.paired) for each in job.jobs))

    def fault(self, env: RedmuleEnv, index: int) -> Act:
        """Return what happens to a job."""
        raise NotImplementedError

    async def observed(self, env: RedmuleEnv, scenario: Scenario, fault: Act) -> dict[str, Any]:
        """Run a scenario under a fault, and note what was seen."""
        told: list[int] = []
        start = counted(env)
        counts, cycles, check = start, 0, env.scoreboard.check

        def noted(*arguments: Any, **options: Any) -> Verdict:
            log = env.handle.event_log()
            told.extend(log["core"][log["line"] == 1].tolist())
            return check(*arguments, **options)

        async def act() -> None:
            nonlocal counts, cycles
            await RisingEdge(env.dut.busy)
            await Timer(_CYCLE / 2, "ns")
            while True:
                await fault(cycles)
                cycles += 1
                await Timer(_CYCLE, "ns")
                counts = max(counts, counted(env))

        env.scoreboard.check = noted  # type: ignore[method-assign]
        acting = cocotb.start_soon(act())
        verdict = await env.run_scenario(scenario)
        acting.cancel()
        env.scoreboard.check = check  # type: ignore[method-assign]
        line = {
            "checkers": sorted({finding.checker for finding in verdict.findings}),
            "repeats": counts[0] - start[0],
            "uncorrected": counts[1] - start[1],
            "told": told,
        }
        with Path(SEEN).open("a") as file:
            file.write(json.dumps({"test": self.name, **line}) + "\n")
        return line


def engine(env: RedmuleEnv, row: int = 0) -> Any:
    """Copy of the accelerator that has a row; below the full level there is one."""
    device = env.dut.i_dut.i_device
    return device.gen_full.i_engine if full(env) and row >= ARRAY["L"] // 2 else device.i_engine


def full(env: RedmuleEnv) -> bool:
    """Tell whether control is protected too."""
    return env.descriptor.parameters["FT"] == FULL


def guard(env: RedmuleEnv) -> Any:
    """Part of the device that compares."""
    return engine(env).gen_guard.i_guard


def counted(env: RedmuleEnv) -> tuple[int, int]:
    """Repeats and uncorrected tiles, as FAULTS would read."""
    seen = guard(env).i_faults
    return int(seen.repeats_q.value), int(seen.uncorrected_q.value)


def a_sum(env: RedmuleEnv, row: int, element: int) -> Any:
    """Partial sum that leaves a compute element."""
    place = row % (ARRAY["L"] // 2) if full(env) else row
    return engine(env, row).i_array.gen_row[place].i_row.gen_ce[element].i_ce.acc_o


def inverted(place: Any, bit: int, at: int) -> Act:
    """Invert a bit in a cycle."""

    async def act(cycle: int) -> None:
        if cycle == at:
            place.set(Immediate(int(place.value) ^ 1 << bit))

    return act


def stuck(env: RedmuleEnv, row: int, element: int) -> Act:
    """Hold a bit at 1 from the first cycle on."""

    async def act(cycle: int) -> None:
        del cycle
        place = a_sum(env, row, element)
        place.set(Immediate(int(place.value) | 1 << _STUCK))

    return act


class Upsets(FaultyJobs):
    """A bit of any row and compute element is inverted in any cycle in which the array works."""

    jobs: ClassVar[int] = 60

    def fault(self, env: RedmuleEnv, index: int) -> Act:
        """One upset."""
        del index
        rng = self.random
        place = a_sum(env, rng.randrange(ARRAY["L"]), rng.randrange(ARRAY["H"]))
        return inverted(place, rng.randrange(16), rng.randrange(*_WORKING))


class StalledUpsets(Upsets):
    """The same while requests wait."""

    stall = STALLED


class OperandUpsets(FaultyJobs):
    """A bit of an operand of W, which all rows share, or those of the lower half."""

    jobs: ClassVar[int] = 30

    def fault(self, env: RedmuleEnv, index: int) -> Act:
        """One upset in the registers of all compute elements."""
        del index
        place = engine(env).i_w_buffer.w_o
        return inverted(place, self.random.randrange(16 * ARRAY["H"]), self.random.randrange(*_WORKING))


class UncheckedUpsets(Upsets):
    """The same in performance mode."""

    paired = False


class Stuck(FaultyJobs):
    """A bit of a row is stuck, with and without stalls."""

    jobs: ClassVar[int] = 4

    def scenario(self, index: int) -> Scenario:
        """Every other job is stalled."""
        made = super().scenario(index)
        return replace(made, stall=STALLED) if index % 2 else made

    def fault(self, env: RedmuleEnv, index: int) -> Act:
        """A stuck bit of one of the rows."""
        return stuck(env, index, 1)


class Counted(FaultyJobs):
    """FAULTS as software reads it, behind a job with a repeat and behind a clear."""

    jobs: ClassVar[int] = 3

    async def run(self, env: RedmuleEnv) -> None:
        """Read it behind a job, again, and behind a clear that follows another job."""
        await env.reset()
        env.predictor.model.injected = True
        offsets = registers_of(env.descriptor).offsets()
        counts = read(offsets["FAULTS"])
        seen = await self.observed(env, self.scenario(0), self.fault(env, 0))
        first, second = [each.data for each in await env.accesses([counts, counts])]
        env.recorder.check(
            first == seen["repeats"] > 0 and second == 0, f"FAULTS read {first}, then {second}"
        )
        await self.observed(env, self.scenario(1), self.fault(env, 1))
        _, cleared = await env.accesses([write(offsets["SOFT_CLEAR"], 1), counts])
        env.recorder.check(cleared.data == 0, f"FAULTS read {cleared.data} behind a clear")
        await self.observed(env, self.scenario(2), self.fault(env, 2))
        env.check_registers()

    def fault(self, env: RedmuleEnv, index: int) -> Act:
        """The sign of a sum changes until it did so to effect."""
        del index

        async def act(cycle: int) -> None:
            place = a_sum(env, 1, 2)
            if cycle >= 60 and not int(guard(env).i_faults.repeats_q.value):
                place.set(Immediate(int(place.value) ^ 1 << 15))

        return act


class Cleared(FaultyJobs):
    """A soft clear in every repeat of a tile, and how often the next job's first tile is repeated."""

    jobs: ClassVar[int] = 1 + 2 * 3

    async def run(self, env: RedmuleEnv) -> None:
        """Clear in the first, second and third repeat; the next job has the same stuck bit."""
        await env.reset()
        env.predictor.model.injected = True
        length = [0, 0, 0]

        def watch(cycle: int) -> None:
            repeats = int(guard(env).i_retry.repeats_q.value)
            if repeats and not length[repeats - 1]:
                length[repeats - 1] = cycle

        held = stuck(env, ARRAY["L"] // 2, 1)  # of the twin, whose sums are compared and not stored

        async def act(cycle: int) -> None:
            await held(cycle)
            watch(cycle)

        first = self.scenario(0)
        await self.observed(env, first, act)
        size = first.window.size
        for index, at in enumerate(length):
            (job,) = self.scenario(index + 1).jobs
            apart = replace(
                job, **{name: getattr(job, name) + size for name in ("x_addr", "w_addr", "z_addr")}
            )
            both = replace(first, jobs=(*first.jobs, apart), window=Window(first.window.base, 2 * size))
            await self.observed(env, replace(both, abort=Abort("clear", at + 3, 1, 0)), held)
