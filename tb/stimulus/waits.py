# SPDX-License-Identifier: Apache-2.0
"""Accesses that wait for an exact number of cycles, around each power of two in turn."""

from typing import Any

from msgspec.structs import replace

from tb.exchange.scenario import HELD, Scenario
from tb.stimulus.scenario_draw import AROUND
from tb.stimulus.stream import ScenarioStream


class Waits(ScenarioStream):
    """Scenario i is drawn by the knobs, but for what it holds: each wait of knob `hold`, at each operand.

    Reads of X, W and Y and writes of Z take their turns with each wait, from the longest one around a power
    of two to the shortest; then the next power follows. The first job touches the operand.
    """

    def __init__(self, *arguments: Any, **others: Any) -> None:
        super().__init__(*arguments, **others)
        reads_y = any(op.reads_y for op in self.knobs.op.values)
        kinds = [kind for kind, operand in HELD.items() if operand != "Y" or reads_y]
        self._cases = [
            (kind, 2**bits + more) for bits in self.knobs.hold.values for more in AROUND for kind in kinds
        ]

    def _case(self, index: int) -> tuple[str, int]:
        return self._cases[index % len(self._cases)]

    def _drawn(self, index: int, corner: Any) -> Scenario:
        drawn = super()._drawn(index, corner)
        kind, cycles = self._case(index)
        return replace(drawn, stall=replace(drawn.stall, kind=kind, rate=0.0, burst=cycles))

    def _reason(self, candidate: Scenario) -> str | None:
        operand = HELD[self._case(candidate.index)[0]]
        if not candidate.jobs[0].touches(operand):
            return f"it has no access of {operand}"
        return super()._reason(candidate)
