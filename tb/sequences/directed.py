# SPDX-License-Identifier: Apache-2.0
"""Directed tests: Python code that drives the environment itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tb.exchange.applicable import Applicable
from tb.kinds import ACCELERATOR
from tb.stimulus.rng import stream

if TYPE_CHECKING:
    import random

    from tb.env.env import RedmuleEnv
    from tb.exchange.device import Descriptor


class DirectedTest(Applicable):
    """A test that is a coroutine.

    For example::

        class Identity(DirectedTest):
            async def run(self, env: RedmuleEnv) -> None:
                await env.run_job(GemmJob(x=np.eye(4), w=np.ones((4, 4)), op=Op.MATMUL))

    Every job is checked by the scoreboard; `env.recorder.check` adds checks of its own. A test that ran fewer
    jobs than `jobs`, or that checked nothing at all, fails.

    Args:
        index: Which run of the test this is; each has its own random stream.
    """

    runs_on: ClassVar[str] = ACCELERATOR
    """Name of the kind of devices that it is for."""

    jobs: ClassVar[int] = 1
    """Jobs that a run triggers and the scoreboard checks; 0 for a test of registers alone."""

    @classmethod
    def planned(cls, _device: Descriptor) -> int:
        """Jobs of a run on a device: `jobs`, unless the test makes them from what the device is."""
        return cls.jobs

    def __init__(self, name: str, seed: int, index: int) -> None:
        self.name = name
        self.seed = seed
        self.index = index
        self.random: random.Random = stream(seed, name, index)

    async def run(self, env: RedmuleEnv) -> None:
        """Run the test's stimulus and checks."""
        raise NotImplementedError(f"{type(self).__name__} defines no run")
