# SPDX-License-Identifier: Apache-2.0
"""Random traffic on the register port of a device at work: cores that fight for the lock, rewrite, clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from tb.agents.control.access import read, write
from tb.exchange.scenario import StallSpec
from tb.registers.abilities import lacking
from tb.registers.own import registers_of
from tb.registers.traffic import Traffic
from tb.sequences.directed import DirectedTest
from tb.stimulus.job import GemmJob

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry

_BURSTS = 60
_LENGTH = 40
_LARGEST = 10  # size of the matrices that have room in the memory of the test
_SHIFT = 4  # bytes by which their addresses vary


class RegisterTraffic(DirectedTest):
    """All cores access all registers at random, beside jobs of any operation and format.

    The reference model of the register file judges every read and every event, and the bench's rules every
    access to memory: whatever is written, triggered and cleared in between, a job touches what is its own.
    Values in memory are not compared, since what a cleared job leaves is open.
    """

    jobs: ClassVar[int] = 0

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return the first ability of the registers that the traffic takes for granted, and are not there."""
        del entry
        return lacking(
            device, ("acquire", "lock", "ids", "bytes", "one_trigger", "no_clear_between", "no_wait")
        )

    async def run(self, env: RedmuleEnv) -> None:
        """Bursts of accesses from a fresh device on."""
        await env.reset()
        square = np.zeros((_LARGEST + 1, _LARGEST + 1))
        stall = StallSpec("random", 0.3, seed=self.seed) if self.index % 2 else StallSpec()
        scenario = GemmJob(x=square, w=square, y=square, stall=stall).scenario(self.index)
        env.executor.prepare(scenario)
        room = scenario.jobs[0]
        rng = self.random
        operations, formats = env.descriptor.operations, env.descriptor.formats
        registers = registers_of(env.descriptor)
        macfg = registers["MACFG"]
        addresses = {"X_ADDR": room.x_addr, "W_ADDR": room.w_addr, "Z_ADDR": room.z_addr}

        def value(name: str) -> int:
            """A value with which a job stays in the memory of the test."""
            if name in addresses:
                return addresses[name] + rng.randrange(_SHIFT)
            m, n, k = (rng.randrange(_LARGEST + 1) for _ in range(3))
            if name == "MCFG0":
                return registers[name].pack(M=m, K=k)
            if name == "MCFG1":
                return registers[name].pack(N=n) | rng.getrandbits(16) << 16
            fields = {"OPERATION": int(rng.choice(operations)), "FORMAT": int(rng.choice(formats))}
            if env.descriptor.mixed_formats:
                fields |= {field: int(rng.choice(formats)) for field in ("W_FORMAT", "Z_FORMAT")}
                fields["MIXED"] = rng.getrandbits(1)
            if env.descriptor.fault_tolerant:
                fields["FAULT_TOLERANT"] = rng.getrandbits(1)
            return macfg.pack(**fields) | rng.getrandbits(32) & ~macfg.writable_mask

        # Registers that hold 0 would send a job elsewhere: all are written first, and no clear zeroes them.
        offsets = registers.offsets()
        burst = [read(offsets["ACQUIRE"]), *(write(offsets[name], value(name)) for name in addresses)]
        await env.accesses(burst)
        cores = tuple(range(env.descriptor.n_cores))
        traffic = Traffic(registers, rng, value, cores, clears=(1, 0xFFFF_FFFF))
        for _ in range(_BURSTS):
            holder = env.predictor.model.holder or 0
            await env.accesses([traffic.draw(holder) for _ in range(_LENGTH)])
            env.check_registers()
        idle = env.judge_idle()
        env.recorder.check(not idle, "; ".join(idle))
        await env.reset()
