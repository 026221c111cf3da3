# SPDX-License-Identifier: Apache-2.0
"""A job for every value of MACFG's format fields (contract A5.15, A5.16)."""

from functools import cached_property

from models.formats import Formats
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario
from tb.registers.encodings import encodings
from tb.stimulus.placement import DEFAULT_BASE, lay_out
from tb.stimulus.rng import stream
from tb.stimulus.stream import ScenarioStream

_SIZE = (2, 3, 5)
_ELEMENT = 2  # bytes of the largest
# Seeds with which jobs write their formats in the ways that act alike, one after the other, all registers in
# order (tb.registers.program, tb.env.programmer).
_VARIED, _STEP = 8, 16


class EncodingStream(ScenarioStream):
    """Scenario i is a small job programmed with the i-th encoding of formats, over and over.

    The job has the formats that its encoding means, and none hangs.
    """

    @cached_property
    def encodings(self) -> list[tuple[Formats, int]]:
        """Formats, and the place of an encoding among those that mean them."""
        device = self.descriptor
        return [
            (fmt, place)
            for fmt in device.job_formats
            for place in range(len(encodings(fmt, device.mixed_formats)))
        ]

    def scenario(self, index: int) -> Scenario:
        """Scenario `index`, with the encoding whose turn it is."""
        if index < 0:
            raise IndexError(f"scenario {index}: streams start at 0")
        rng = stream(self.seed, self.name, "scenario", index)
        fmt, place = self.encodings[index % len(self.encodings)]
        own = self.descriptor.traits
        m, n, k = own.fitted(_SIZE, fmt)
        sizes = [_ELEMENT * rows * cols for rows, cols in ((m, n), (n, k), (m, k))]
        shifts = [rng.randrange(4) for _ in sizes]
        misalign = [
            shift - shift % each.alignment for shift, each in zip(shifts, (own.x, own.w, own.z), strict=True)
        ]
        window, (x, w, z) = lay_out(sizes, misalign, DEFAULT_BASE)
        job = Job(
            *(self.knobs.op.draw(rng), m, n, k, x, w, z, fmt),
            core=self.knobs.core.draw(rng),
            classes=("wide", "normal", "raw"),
            data_seed=_VARIED + _STEP * place,
            fp8_bytes=own.fp8_bytes,
        )
        return Scenario(index, (job,), window, poison_seed=rng.getrandbits(32))
