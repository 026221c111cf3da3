# SPDX-License-Identifier: Apache-2.0
"""Sequences of GEMM-Op scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from pyuvm import uvm_sequence

from tb.agents.tcdm.memory import stall_pattern
from tb.descriptor import Descriptor
from tb.env.items import ScenarioItem
from tb.stimulus.image import initial_image
from tb.stimulus.job import Job, Scenario
from tb.stimulus.stream import ScenarioStream


class GemmOpSequence(uvm_sequence):
    """Random GEMM-Op jobs within the knobs of a test: corners first, then new draws without end.

    A subclass adds what knobs cannot say by a constraint::

        class SquareJobs(GemmOpSequence):
            def constraint(self, job: Job) -> bool | str:
                return job.m == job.k or "M differs from K"

    A scenario is drawn in a thread while the one before it runs, so a constraint looks at the job alone.

    Args:
        name: Name of the test; its random stream depends on it and on the seed alone.
        seed: Seed of the run.
        knobs: Table of knobs as in the test list (docs/knobs.md).
        descriptor: The device.
        begin: First scenario to run.
        end: The one after the last.

    Attributes:
        stream: The scenarios.
        jobs: Number of jobs sent so far.
    """

    def __init__(
        self,
        name: str,
        seed: int,
        knobs: Mapping[str, Any],
        descriptor: Descriptor,
        begin: int = 0,
        end: int = 0,
    ) -> None:
        super().__init__(name)
        self.stream = ScenarioStream(name, seed, knobs, descriptor, self.constraint)
        self.jobs = 0
        self._range = range(begin, end)

    def constraint(self, job: Job) -> bool | str:
        """Whether a candidate is wanted: True, or False or the reason why not, which the report counts."""
        del job
        return True

    async def body(self) -> None:
        """Send the scenarios to the environment's sequencer, one after the other."""
        background, indices = self.sequencer.background, self._range
        ahead = [background.submit(partial(self._draw, index)) for index in indices[:1]]
        for index in indices:
            scenario, image = ahead.pop().result()
            if index + 1 in indices:
                ahead.append(background.submit(partial(self._draw, index + 1)))
            self.jobs += len(scenario.jobs)
            item = ScenarioItem(f"{self.get_name()}[{index}]", scenario, image)
            await self.start_item(item)
            await self.finish_item(item)

    def _draw(self, index: int) -> tuple[Scenario, npt.NDArray[np.uint8]]:
        """A scenario, and all that can be computed of it before it runs."""
        scenario = self.stream.scenario(index)
        stall_pattern(scenario.stall)  # into its cache
        return scenario, initial_image(scenario)
