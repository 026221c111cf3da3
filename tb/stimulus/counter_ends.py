# SPDX-License-Identifier: Apache-2.0
"""Jobs that take counters and addresses of a device to their ends: long dimensions, long copies, carries.

A counter or adder that is a bit too narrow shows where a size, a number of bytes or of port words, or an
address passes that bit; and only if something comes behind, so that there is more than a tile in the others.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import lcm
from typing import Any, NamedTuple

from msgspec import structs

from tb.exchange.job import Job
from tb.exchange.names import ADDRESS_SPACE, MAX_SIZE
from tb.exchange.scenario import Scenario, Window
from tb.stimulus.draws import Sizes
from tb.stimulus.given_jobs import too_long
from tb.stimulus.in_turn import CasesInTurn
from tb.stimulus.knobs import MAX_MACS
from tb.stimulus.rng import stream
from tb.stimulus.scenario_draw import draw_jobs, draw_scenario
from tb.stimulus.stream import ScenarioStream

_WINDOW = 2**26
"""Bytes of memory in which a long operand lies."""

_UPPER = ADDRESS_SPACE - _WINDOW

_SOON = 600
"""Cycles within which a job is cut that would run for minutes: its first tiles are under way then."""


class _Dimensions(NamedTuple):
    m: int
    n: int
    k: int


class _Shapes(CasesInTurn[_Dimensions]):
    """Scenario i has the sizes whose turn it is; knobs draw all else.

    Sizes that the device lacks, or would work at for too long, are left out.
    """

    def refusal(self, case: _Dimensions) -> str | None:
        """Return why the device does not run a size with whatever the knobs may draw; None if it does."""
        device, knobs = self.descriptor, self.knobs
        jobs = (Job(op, *case, 0, 0, 0, fmt) for op in knobs.op.values for fmt in knobs.formats())
        return too_long(device, jobs) or device.cannot(self.made(case, 0))

    def made(self, case: _Dimensions, index: int) -> Scenario:
        """Draw scenario `index`, of a size."""
        m, n, k = (Sizes("uniform", size, size) for size in case)
        knobs = replace(self.knobs, m=m, n=n, k=k, max_macs=MAX_MACS)
        return draw_scenario(stream(self.seed, self.name, "scenario", index), knobs, self.descriptor, index)


class LongDimensions(_Shapes):
    """M, N and K in turn at their largest, then beyond 2^15, beside more than a tile in the other two.

    With elements of two bytes the rows have more than 2^16 and just below 2^17 bytes.
    """

    def cases(self) -> Iterator[_Dimensions]:
        """Each long size in each dimension."""
        at = self.descriptor.instance
        short = _Dimensions(at.tile_rows + 1, at.h + 1, at.tile_cols + 1)
        for size in (MAX_SIZE, 2**15 + 1):
            for dimension in _Dimensions._fields:
                yield short._replace(**{dimension: size})


class LongCopies(_Shapes):
    """Jobs without a step (N = 0) whose Z has a little more than 2^21 bytes, then each power of two to 2^25.

    That is with elements of two bytes; the last one has the 2^26 bytes that it can have at most, but a row.
    """

    def cases(self) -> Iterator[_Dimensions]:
        """Rows of more than 2^12 bytes, as many as it takes."""
        columns = 2**11 + 1
        for bits in range(21, 26):
            yield _Dimensions(2**bits // (2 * columns) + 1, 0, columns)
        yield _Dimensions(2**25 // MAX_SIZE, 0, MAX_SIZE)


class LongOperands(CasesInTurn[_Dimensions]):
    """Jobs whose X, W, Z or copy has a little more than 2^17 bytes, then each power of two to 2^25.

    That is with elements of two bytes. Most would run for minutes: with knobs that cut each job they are cut
    soon, with others left out. The jobs behind, and what else a cut has, the knobs draw.
    """

    def cases(self) -> Iterator[_Dimensions]:
        """Each power of two for X, W, Z and a copy in turn."""
        at = self.descriptor.instance
        columns = 2**9 + 1
        for bits in range(17, 26):
            rows = 2**bits // (2 * columns) + 1
            yield _Dimensions(rows, columns, at.tile_cols + 1)
            yield _Dimensions(at.tile_rows + 1, rows, columns)
            yield _Dimensions(rows, at.h + 1, columns)
            yield _Dimensions(rows, 0, columns)

    def refusal(self, case: _Dimensions) -> str | None:
        """Return why the device does not take such a job, or works at it for too long; None if it does."""
        drawn, cut = self.made(case, 0), "none" not in self.knobs.abort.values
        return self.descriptor.cannot(drawn) or (None if cut else too_long(self.descriptor, drawn.jobs))

    def made(self, case: _Dimensions, index: int) -> Scenario:
        """Draw scenario `index`, whose first job has a size."""
        rng = stream(self.seed, self.name, "scenario", index)
        short = replace(self.knobs, chain=0.0, z_overlap=0.0)
        m, n, k = (Sizes("uniform", size, size) for size in case)
        long = replace(short, m=m, n=n, k=k, max_macs=MAX_MACS)
        drawn = draw_scenario(rng, short, self.descriptor, index)
        window = Window(drawn.window.base % _UPPER, _WINDOW)
        jobs = draw_jobs(rng, [long, *[short] * (len(drawn.jobs) - 1)], window)
        abort = drawn.abort and structs.replace(drawn.abort, after=rng.randrange(_SOON))
        return structs.replace(drawn, jobs=jobs, window=window, abort=abort)


class Straddles(ScenarioStream):
    """Scenario i is drawn by the knobs, and moved so that one operand lies across a power of two.

    X, W and Z of the first job take their turns at each of 2^16 to 2^31; where in the operand the
    power lies is drawn.
    """

    def _drawn(self, index: int, corner: Any) -> Scenario:
        drawn = super()._drawn(index, corner)
        job, grain = drawn.jobs[0], self._grain()
        first, length = (job.x_range, job.w_range, job.z_range)[index % 3]
        rng = stream(self.seed, self.name, "straddle", index)
        inside = first + rng.randrange(1, max(2, length - grain + 1))
        power = 2 ** (16 + index // 3 % 16)
        return _moved(drawn, (power - inside) // grain * grain)

    def _reason(self, candidate: Scenario) -> str | None:
        if not all(candidate.jobs[0].touches(operand) for operand in "XWZ"):
            return "an operand has no bytes"
        return super()._reason(candidate)

    def _grain(self) -> int:
        traits = self.descriptor.traits
        return lcm(4, traits.x.alignment, traits.w.alignment, traits.z.alignment)


def _moved(scenario: Scenario, distance: int) -> Scenario:
    """A scenario whose window and operands lie elsewhere."""
    window = Window(scenario.window.base + distance, scenario.window.size)
    return structs.replace(
        scenario, jobs=tuple(_shifted(job, distance) for job in scenario.jobs), window=window
    )


def _shifted(job: Job, distance: int) -> Job:
    places = {name: getattr(job, name) for name in ("x_addr", "w_addr", "z_addr", "y_addr")}
    at = {name: (place + distance) % ADDRESS_SPACE for name, place in places.items() if place is not None}
    return structs.replace(job, **at)
