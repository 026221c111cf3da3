# SPDX-License-Identifier: Apache-2.0
"""Directed test of the laws of tb/stimulus/laws.py: a device against itself, without a reference model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from models.formats import Bits, per_operand
from models.layout import load
from tb.exchange.applicable import CannotRun
from tb.exchange.scenario import NO_STALL, StallSpec
from tb.sequences.directed import DirectedTest
from tb.stimulus.job import GemmJob
from tb.stimulus.laws import JOBS, LAWS, LawCase, laws_of
from tb.stimulus.rng import np_stream

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv
    from tb.exchange.device import Descriptor

_STALL_RATE = 0.3


class Laws(DirectedTest):
    """Tries each law once with each operation; formats, sizes up to two tiles, stalls and cores are drawn."""

    @classmethod
    def planned(cls, device: Descriptor) -> int:
        """Count the jobs of all laws that the device's operations allow."""
        return sum(JOBS[name] for op in device.operations for name in laws_of(op, device.operations))

    async def run(self, env: RedmuleEnv) -> None:
        """Try the laws; one that does not hold fails the test under its name."""
        device = env.descriptor
        at, random = device.instance, np_stream(self.seed, self.name, self.index)
        for op in device.operations:
            for name in laws_of(op, device.operations):
                fmt = self.random.choice(device.job_formats)
                m, n, k = (self.random.randrange(2 * size + 2) for size in (at.l, at.tile_cols, at.tile_cols))
                held = await self._try(env, name, LawCase(op, fmt, m, n, k, random, device.operations))
                what = f"does not hold for {op.name} of {m} x {n} x {k} in {fmt}, run {self.index}"
                env.recorder.check(held, f"{name}: {what}")

    async def _try(self, env: RedmuleEnv, name: str, case: LawCase) -> bool:
        law, recorder = LAWS[name](case), env.recorder
        before = recorder.jobs + recorder.without
        try:
            job = next(law)
            while True:
                job = law.send(await self._result(env, job))
        except StopIteration as end:
            return bool(end.value)
        except CannotRun:
            recorder.without += JOBS[name] - (recorder.jobs + recorder.without - before)
            return True

    async def _result(self, env: RedmuleEnv, job: GemmJob) -> Bits:
        """Z, read through the back door; how the memory stalls and who programs the job must not matter."""
        rate = self.random.choice((0.0, _STALL_RATE))
        stall = StallSpec("random", rate, seed=self.random.getrandbits(32)) if rate else NO_STALL
        core = self.random.randrange(env.descriptor.n_cores)
        placed = replace(job, stall=stall, core=core)
        await env.run_job(placed)
        ran = placed.scenario().jobs[0]
        memory = env.tcdm.memory
        offset = ran.z_addr - memory.window.base
        return load(memory.view(), offset, ran.m, ran.k, per_operand(ran.fmt)[2])
