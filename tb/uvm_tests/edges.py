# SPDX-License-Identifier: Apache-2.0
"""Directed tests of the ends of the address space (contract A6.4)."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from tb.exchange.job import Job
from tb.exchange.names import ADDRESS_SPACE
from tb.exchange.scenario import Scenario, StallSpec, Window
from tb.sequences.directed import DirectedTest

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv

_WINDOW = 4096
_SIZES = ((5, 7, 9), (1, 1, 1), (3, 0, 17), (13, 5, 33))
_GAP = 37  # bytes between operands: no alignment is the same


class AddressEnds(DirectedTest):
    """Matrices that start at address 0, and that end with the last byte of the address space.

    Each of X, W and Z lies at the end in turn, with and without stalls, for some sizes; operations and
    formats are drawn. Reads beyond the last byte wrap to address 0 and must not matter.
    """

    jobs: ClassVar[int] = 2 * 6 * len(_SIZES)

    async def run(self, env: RedmuleEnv) -> None:
        """All orders of the operands at both ends."""
        rng = self.random
        formats = env.descriptor.job_formats
        number = 0
        for top in (False, True):
            for order in permutations("xwz"):
                for m, n, k in _SIZES:
                    fmt = rng.choice(formats)
                    op = rng.choice(env.descriptor.operations)
                    core = rng.randrange(env.descriptor.n_cores)
                    job = Job(op, m, n, k, 0, 0, 0, fmt, core, data_seed=rng.getrandbits(48))
                    job = _at_the_end(top, order, job)
                    rate = rng.choice((0.0, 0.5))
                    stall = StallSpec("random" if rate else "none", rate, seed=rng.getrandbits(32))
                    window = Window(ADDRESS_SPACE - _WINDOW if top else 0, _WINDOW)
                    await env.run_scenario(Scenario(number, (job,), window, stall, number))
                    number += 1


def _at_the_end(top: bool, order: tuple[str, ...], job: Job) -> Job:
    """The job with its operands in some order from address 0 upwards, or from the last byte downwards."""
    sizes = {"x": job.x_range[1], "w": job.w_range[1], "z": job.z_range[1]}
    place: dict[str, int] = {}
    cursor = 0
    for operand in order:
        place[operand] = (ADDRESS_SPACE - cursor - sizes[operand]) % ADDRESS_SPACE if top else cursor
        cursor += sizes[operand] + _GAP
    return replace(job, x_addr=place["x"], w_addr=place["w"], z_addr=place["z"])
