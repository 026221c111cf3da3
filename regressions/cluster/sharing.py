# SPDX-License-Identifier: Apache-2.0
"""Slowdown of accelerator, cores and DMA by each other, against the arbitration ratio.

Each of the three does a fixed piece of work: the accelerator a product, the cores another one as vectors with
a hardware loop, the DMA a copy from L2 to the TCDM and back. One is measured while others repeat theirs
(``sw/programs/together.c``). The ratio is given as the share of conflicts that the accelerator wins.
"""

from dataclasses import dataclass

from rich.console import Console

from models.formats import Format
from models.ops import Op
from regressions.cluster.measuring import Measuring, Product
from tb.cluster.mailbox import MailboxJob
from tb.cluster.memory_map import L2
from tb.cluster.task import Arbitration

GROUPS = ("accelerator", "cores", "DMA")
"""In the order of the program's bits."""
RATIOS = {
    0.0: Arbitration(0, 1, wide_first=False),
    0.125: Arbitration(1, 8),
    0.25: Arbitration(1, 4),
    0.5: Arbitration(1, 2),
    0.75: Arbitration(3, 4),
    0.875: Arbitration(7, 8),
    1.0: Arbitration(0, 1),
}
"""Share of the conflicts that the accelerator wins; without protection at both ends."""
PAIRS = (
    *(("accelerator", ("cores",)), ("accelerator", ("DMA",)), ("accelerator", ("cores", "DMA"))),
    *(("cores", ("accelerator",)), ("cores", ("accelerator", "DMA"))),
    *(("DMA", ("accelerator",)), ("DMA", ("accelerator", "cores"))),
)
"""Measured party, and those that run beside it."""

_COPY = (64, 64)  # elements of the copy


@dataclass(frozen=True, slots=True)
class SharedBanks:
    """One party that shares the banks with others."""

    measured: str  # one of `GROUPS`
    beside: tuple[str, ...]  # the others
    share: float  # of conflicts that the accelerator wins
    cycles: int  # of the measured work
    slowdown: float  # cycles over those without the others


def measure_sharing(bench: Measuring, console: Console) -> list[SharedBanks]:
    """Measures all pairs under all ratios.

    Raises:
        UserError: A program failed, or a result is not the model's.
    """
    setting = _Setting(bench)
    alone = {group: setting.cycles(group, (), Arbitration()) for group in GROUPS}
    found: list[SharedBanks] = []
    for measured, beside in PAIRS:
        for share, ratio in RATIOS.items():
            cycles = setting.cycles(measured, beside, ratio)
            found.append(SharedBanks(measured, beside, share, cycles, cycles / alone[measured]))
        own = [shared.slowdown for shared in found if (shared.measured, shared.beside) == (measured, beside)]
        console.print(
            f"{measured} beside {' and '.join(beside)}: {alone[measured]:,} cycles alone, slower by a factor "
            f"of {min(own):.2f} to {max(own):.2f}"
        )
    return found


class _Setting:
    """The three pieces of work."""

    def __init__(self, bench: Measuring) -> None:
        self._bench = bench
        self._accelerated = Product(Op.MATMUL, 64, 64, 64)
        # As many rows of blocks as harts compute: all but the two that have the accelerator and the DMA.
        rows = 2 * 4 * (bench.config.cores - 2)
        self._computed = Product(Op.MATMUL, rows, 32, 32, at=self._accelerated.end)
        m, n = _COPY
        end = self._computed.end
        self._copied = MailboxJob(Op.MATMUL, Format.FP16, m, n, n, L2, L2, end)
        self._data = bytes(i * 37 & 0xFF for i in range(2 * m * n))

    def cycles(self, measured: str, beside: tuple[str, ...], ratio: Arbitration) -> int:
        """Cycles of the measured work beside the repeated ones."""
        number = GROUPS.index(measured)
        running = sum(1 << GROUPS.index(name) for name in (measured, *beside))
        jobs = (self._accelerated.job, self._computed.job, self._copied)
        memory = {**self._accelerated.memory, **self._computed.memory, L2: self._data}
        outcome = self._bench.run(
            "together",
            jobs,
            memory,
            mode=running | number << 4,
            cores=self._bench.config.cores,
            arbitration=ratio,
        )
        for name, product in zip(GROUPS, (self._accelerated, self._computed), strict=False):
            if name in (measured, *beside):
                product.check("together", outcome)
        return outcome.answers[0]
