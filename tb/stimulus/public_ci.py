# SPDX-License-Identifier: Apache-2.0
"""Jobs of the public project's CI: the sizes whose cycles it publishes, and W at odd places."""

from typing import Any, NamedTuple

from msgspec.structs import replace

from models.published import cases_of
from models.timing import Instance
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.job import Job
from tb.exchange.scenario import BANKS, NO_STALL, Scenario, StallSpec
from tb.stimulus.placement import DEFAULT_BASE, lay_out
from tb.stimulus.rng import stream
from tb.stimulus.scenario_draw import draw_stall
from tb.stimulus.stream import ScenarioStream

MEASURED = Instance(8, 8, 1, 256)
"""The instance of the published sizes."""


class _Case(NamedTuple):
    """A size, and the bytes by which W lies behind a multiple of 64."""

    m: int
    n: int
    k: int
    w_offset: int = 0


CASES = (
    *(_Case(case.m, case.n, case.k) for case in cases_of(MEASURED) if case.published),
    *(_Case(48, 32, 32, offset) for offset in (7, 16, 17)),
)


class PublicSizes(ScenarioStream):
    """Scenario i is one job of the size whose turn it is, without stalls and then with busy banks.

    Knobs choose operation, formats, operand classes, core and all of the memory but its stalls; the operands
    lie one behind the other, each from a multiple of 64 on but for W. What the device cannot do is left out.
    """

    def __init__(self, *arguments: Any, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self._cases = []
        for case in CASES:
            reason = self.descriptor.cannot(self._drawn_case(0, case, NO_STALL))
            if reason is None:
                self._cases.append(case)
            else:
                self.left_out[reason] += 1

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return why the device can do none of the sizes; empty if it can do some."""
        drawing = cls(entry.name, 0, entry.knobs, device)
        return "" if drawing._cases else drawing.left_out.most_common(1)[0][0]

    def scenario(self, index: int) -> Scenario:
        """Scenario `index`: even ones without stalls, each before the one of its size with busy banks."""
        if index < 0:
            raise IndexError(f"scenario {index}: streams start at 0")
        case = self._cases[index // 2 % len(self._cases)]
        rng = stream(self.seed, self.name, "stall", index)
        return self._drawn_case(index, case, draw_stall(rng, self.knobs, BANKS if index % 2 else "none"))

    def _drawn_case(self, index: int, case: _Case, stall: StallSpec) -> Scenario:
        knobs, rng = self.knobs, stream(self.seed, self.name, "scenario", index)
        m, n, k, offset = case
        job = Job(
            *(knobs.op.draw(rng), m, n, k, 0, 0, 0, knobs.draw_format(rng)),
            core=knobs.core.draw(rng),
            classes=(knobs.classes.draw(rng), knobs.classes.draw(rng), knobs.classes.draw(rng)),
            data_seed=rng.getrandbits(48),
        )
        lengths = (job.x_range[1], job.w_range[1], self.descriptor.traits.written(job))
        window, (x, w, z) = lay_out(lengths, (0, offset, 0), DEFAULT_BASE)
        job = replace(job, x_addr=x, w_addr=w, z_addr=z)
        return Scenario(index, (job,), window, stall, poison_seed=rng.getrandbits(32))
