# SPDX-License-Identifier: Apache-2.0
"""Programs that compute on the cores."""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from tb.cluster.streams.jobs import OPERANDS, SIZES, JobStream, with_ops
from tb.cluster.streams.run import ProgramRun
from tb.stimulus.draws import Sizes

_COLUMNS = (1, 1, 2)
"""Columns that come together, by the mode of sw/programs/software.c: vectors are of two."""
VECTORS = 4
"""Bytes that operands of vectors are aligned to."""


class SoftwareStream(JobStream, sequence="cluster_software"):
    """Every operation in FP16 on the cores, which need floating point; in turns in each of three ways."""

    program = "software"
    KNOBS = ("op", *SIZES, *OPERANDS)
    DEFAULTS: ClassVar[Mapping[str, Any]] = {"m": [1, 21], "n": [1, 23], "k": [1, 25]}
    FIXED: ClassVar[Mapping[str, Any]] = {**JobStream.FIXED, "fmt": "FP16", "alignment": VECTORS}

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draws a job for each operation, and how many harts run."""
        mode = index % len(_COLUMNS)
        knobs = replace(self.job_knobs, k=multiples(self.job_knobs.k, _COLUMNS[mode]))
        scenario = self.scenario(index, rng, with_ops(knobs, knobs.op.values), self.tcdm)
        cores = rng.choice([number for number in (1, 2, 4, 8) if number <= self.config.cores])
        return replace(self.run_of(scenario, rng, mode=mode, cores=cores), on_accelerator=False)


def multiples(sizes: Sizes, of: int) -> Sizes:
    """Returns those sizes that are multiples of a number, or the first multiple behind them if none is."""
    values = tuple(size for size in range(sizes.lo, sizes.hi + 1) if size % of == 0 and sizes.holds(size))
    values = values or (-(-sizes.hi // of) * of,)
    return Sizes("values", values[0], values[-1], values)
