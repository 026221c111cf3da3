# SPDX-License-Identifier: Apache-2.0
"""Programs whose harts and DMA do random things beside jobs."""

import random
from collections.abc import Mapping
from typing import Any, ClassVar

from tb.cluster.mailbox import JOBS
from tb.cluster.streams.jobs import JobStream
from tb.cluster.streams.run import ProgramRun
from tb.exchange.scenario import Window

_PLACE = 512  # bytes of each hart at the end of the TCDM, sw/programs/traffic.c


class TrafficStream(JobStream, sequence="cluster_traffic"):
    """Jobs of random harts beside random traffic of all of them and the DMA."""

    program = "traffic"
    DEFAULTS: ClassVar[Mapping[str, Any]] = {**JobStream.DEFAULTS, "jobs": list(range(1, JOBS + 1))}

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draws jobs, how many harts run, and how many things each of them does."""
        cores = self.config.cores
        window = Window(self.tcdm.base, self.tcdm.size - cores * _PLACE)
        each = [self.job_knobs] * self.job_knobs.jobs.draw(rng)
        return self.run_of(
            self.scenario(index, rng, each, window),
            rng,
            mode=rng.choice((20, 60, 150)),
            seed=rng.randrange(1, 1 << 28),
            cores=rng.choice([number for number in (1, 2, 4, 8) if number <= cores] + [cores] * 2),
        )
