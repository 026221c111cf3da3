# SPDX-License-Identifier: Apache-2.0
"""Jobs of the public project's CI: the sizes whose cycles it publishes, and W at odd places."""

from typing import NamedTuple

from msgspec.structs import replace

from models.published import cases_of
from models.timing import Instance
from tb.exchange.job import Job
from tb.exchange.scenario import BANKS, NO_STALL, Scenario, StallSpec
from tb.stimulus.in_turn import CasesInTurn
from tb.stimulus.placement import DEFAULT_BASE, lay_out
from tb.stimulus.rng import stream
from tb.stimulus.scenario_draw import draw_stall

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


class PublicSizes(CasesInTurn[_Case]):
    """Scenario i is one job of the size whose turn it is, without stalls and then with busy banks.

    Knobs choose operation, formats, operand classes, core and all of the memory but its stalls; the operands
    lie one behind the other, each from a multiple of 64 on but for W. What the device cannot do is left out.
    """

    turns = 2

    def cases(self) -> tuple[_Case, ...]:
        """All sizes."""
        return CASES

    def refusal(self, case: _Case) -> str | None:
        """Return why the device cannot do a size; None if it can."""
        return self.descriptor.cannot(self._drawn_case(0, case, NO_STALL))

    def made(self, case: _Case, index: int) -> Scenario:
        """Return scenario `index`: even ones without stalls, then that of the size with busy banks."""
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
