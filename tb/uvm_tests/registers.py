# SPDX-License-Identifier: Apache-2.0
"""Directed tests of the register port: the sequences of `tb.registers` on the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from models.ops import Op
from tb.registers.check_sequence import RegisterCheckError, RegisterCheckSequence
from tb.registers.generate import register_map
from tb.registers.program import register_values
from tb.registers.queue_sequences import (
    JobIdSequence,
    LockQueueSequence,
    ProgramWhileRunningSequence,
    SoftClearSequence,
)
from tb.registers.sequences import (
    BadIdSequence,
    BitBashSequence,
    ByteEnableSequence,
    HwResetSequence,
    NonHolderSequence,
    UnmappedSequence,
    ValueBytesSequence,
)
from tb.registers.state_sequence import StateSequence
from tb.sequences.directed import DirectedTest
from tb.stimulus.job import GemmJob

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv

# Long enough on any device that the register tests end first; it is stopped by a soft clear.
_LONG = (48, 96, 64)


class RegisterTest(DirectedTest):
    """A test that is one register sequence, `kind`, on a device fresh from reset."""

    jobs: ClassVar[int] = 0
    kind: ClassVar[type[Any]]

    def sequence(self, _env: RedmuleEnv) -> RegisterCheckSequence:
        """The sequence to run."""
        made: RegisterCheckSequence = self.kind()
        return made

    async def run(self, env: RedmuleEnv) -> None:
        """Reset, run the sequence, and judge all accesses by the reference model as well."""
        await env.reset()
        sequence = self.sequence(env)
        sequence.registers = register_map(mixed_formats=env.descriptor.mixed_formats)
        try:
            await sequence.start(env.control.sequencer)
        except RegisterCheckError as error:
            env.recorder.check(False, str(error))
        env.recorder.check(True, "")
        env.check_registers()
        await env.reset()


class HwReset(RegisterTest):
    """Reset values of all registers, by front door and back door."""

    def sequence(self, env: RedmuleEnv) -> RegisterCheckSequence:
        """Sequence of the reset values."""
        return HwResetSequence(env.registers, env.backdoor())


class BitBash(RegisterTest):
    """Each bit of each job register alone, by front door and back door."""

    def sequence(self, env: RedmuleEnv) -> RegisterCheckSequence:
        """Sequence of the single bits."""
        return BitBashSequence(env.registers, env.backdoor())


class ByteEnables(RegisterTest):
    """Partial writes of job registers."""

    kind = ByteEnableSequence


class Unmapped(RegisterTest):
    """Offsets without a register read 0 and ignore writes; address bits above 7 are not decoded."""

    kind = UnmappedSequence


class NonHolder(RegisterTest):
    """Writes and triggers of a core that does not hold the lock change nothing."""

    kind = NonHolderSequence


class BadId(RegisterTest):
    """An id that is zero or not one-hot reads 0 and changes nothing."""

    kind = BadIdSequence


class ValueBytes(RegisterTest):
    """Values of TRIGGER and SOFT_CLEAR written with some of the bytes enabled."""

    kind = ValueBytesSequence


class JobIds(RegisterTest):
    """Job ids, contexts, FINISHED and RUNNING_JOB over more jobs than there are ids."""

    kind = JobIdSequence


class LongJobTest(RegisterTest):
    """A register test beside a job that runs for thousands of cycles."""

    def sequence(self, env: RedmuleEnv) -> RegisterCheckSequence:
        """Prepares memory for the long job; see `RegisterTest.sequence`."""
        m, n, k = _LONG
        zeros = np.zeros
        job = GemmJob(x=zeros((m, n)), w=zeros((n, k)), y=zeros((m, k)), op=Op.GEMM)
        scenario = job.scenario(self.index)
        env.executor.prepare(scenario)
        made: RegisterCheckSequence = self.kind(register_values(scenario.jobs[0]))
        return made


class LockAndQueue(LongJobTest):
    """Cores that compete for the lock, both contexts taken, a third job refused."""

    kind = LockQueueSequence


class ProgramWhileRunning(LongJobTest):
    """Job registers rewritten while a job runs."""

    kind = ProgramWhileRunningSequence


class SoftClear(LongJobTest):
    """Soft clear with the lock held, with one job and with two, with each kind of value."""

    kind = SoftClearSequence


class RegisterStates(LongJobTest):
    """Each register, read and written with all byte enables; no job, one and two; the lock free and held."""

    kind = StateSequence
