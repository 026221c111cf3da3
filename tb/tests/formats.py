# SPDX-License-Identifier: Apache-2.0
"""Directed test of every value of MACFG's format fields (docs/formats.md)."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, ClassVar

from models.formats import Formats
from tb.agents.control.access import read
from tb.registers.encodings import encodings
from tb.registers.generate import register_map
from tb.stimulus.job import Job, Scenario
from tb.stimulus.job_fields import plain_formats
from tb.stimulus.placement import lay_out
from tb.stimulus.stalls import NO_STALL
from tb.tests.directed import DirectedTest

if TYPE_CHECKING:
    from tb.descriptor import Descriptor
    from tb.env.env import RedmuleEnv

_SIZE = (2, 3, 5)
_BASE = 0x1000_0000
# Seeds with which jobs write their formats in the ways that act alike, one after the other, all registers in
# order (tb.agents.control.program, tb.env.programmer).
_VARIED, _STEP = 8, 16


class FormatEncodings(DirectedTest):
    """A job for each value of MACFG's format fields: its formats are those it means, and none hangs."""

    jobs: ClassVar[int] = 5
    """Values that mean FP16 on every device; one with more formats runs more."""

    async def run(self, env: RedmuleEnv) -> None:
        """Every value on a device of its formats, read back after each job."""
        offset = register_map()["MACFG"].offset
        index = 0
        for fmt in all_formats(env.descriptor):
            for place, value in enumerate(encodings(fmt, env.descriptor.mixed_formats)):
                op = self.random.choice(env.descriptor.operations)
                m, n, k = _SIZE
                misalign = tuple(self.random.randrange(4) for _ in range(3))
                window, (x, w, z) = lay_out((2 * m * n, 2 * n * k, 2 * m * k), misalign, _BASE)
                seed = _VARIED + _STEP * place
                job = Job(op, m, n, k, x, w, z, fmt, classes=("wide", "normal", "raw"), data_seed=seed)
                await env.run_scenario(Scenario(index, (job,), window, NO_STALL, index))
                seen = (await env.accesses([read(offset)]))[0].data
                text = f"MACFG reads {seen:#010x} after a job of {job.format_name}, written as {value:#010x}"
                env.recorder.check(seen & ~(7 << 10) == value, text)
                index += 1


def all_formats(descriptor: Descriptor) -> list[Formats]:
    """All formats that jobs of a device can have, mixes included."""
    if not descriptor.mixed_formats:
        return list(descriptor.formats)
    each = descriptor.formats
    return [plain_formats(mix) for mix in product(each, each, each)]
