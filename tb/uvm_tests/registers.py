# SPDX-License-Identifier: Apache-2.0
"""Tests of the register port: each sequence of their accesses as a test of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tb.registers.own import registers_of
from tb.sequences.directed import DirectedTest
from tb.uvm_tests.register_check import RegisterCheckError, RegisterCheckSequence

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry


class RegisterTest(DirectedTest):
    """A test that is one register sequence on a device fresh from reset; `register_test` makes it."""

    jobs: ClassVar[int] = 0
    sequence_class: ClassVar[type[RegisterCheckSequence]]

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return what the sequence says."""
        return cls.sequence_class.not_applicable(entry, device)

    async def run(self, env: RedmuleEnv) -> None:
        """Reset, run the sequence, and judge all accesses by the reference model, and requests, as well."""
        await env.reset()
        sequence = self.sequence_class.made_in(env)
        sequence.registers = registers_of(env.descriptor)
        try:
            await sequence.start(env.control.sequencer)
        except RegisterCheckError as error:
            env.recorder.check(False, str(error))
        idle = env.judge_idle()
        env.recorder.check(not idle, "; ".join(idle))
        env.check_registers()
        await env.reset()


def register_test(sequence: type[RegisterCheckSequence]) -> type[RegisterTest]:
    """Returns the test that runs a sequence."""
    members = {"sequence_class": sequence, "__doc__": sequence.__doc__}
    return type(sequence.__name__, (RegisterTest,), members)
