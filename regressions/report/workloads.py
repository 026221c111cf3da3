# SPDX-License-Identifier: Apache-2.0
"""The page's section on workloads: where the cycles of networks and graphs went, and how networks learn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from models.engine import ARRAY
from models.formats import Format
from models.published import OperatingPoint, operating_points
from regressions.pictures import Axis, Plot, lines_of
from regressions.report.causes import KNOWN, Group, cause_names, grouped
from regressions.report.plots import share_plot
from regressions.summary import Summary
from regressions.workloads.figures import Phase, total
from regressions.workloads.kept_learning import Curve, KeptLearning, kept_learning
from regressions.workloads.ran import WorkloadRun
from tb.exchange.results import JobResult
from tb.workloads.autoencoder import Autoencoder
from tb.workloads.dense import FP16

_MOST_BARS = 12
_ALL = "all"


@dataclass(frozen=True, slots=True)
class Software:
    """The same products in software."""

    cycles: int
    rate: float  # its multiply-accumulates a cycle
    factor: float  # of the accelerator over it


@dataclass(frozen=True)
class WorkloadView:
    """A workload in a run on a device."""

    run: WorkloadRun
    products: Mapping[int, int]  # cycles of a step's products in software, by batch

    @property
    def name(self) -> str:
        """Name of its test."""
        return self.run.entry.name

    @property
    def device(self) -> str:
        """Name of the device."""
        return self.run.device.name

    @cached_property
    def rows(self) -> list[Phase]:
        """Figures by label, as the program gives them: layers and phases, or squarings."""
        return self.run.rows

    @cached_property
    def total(self) -> Phase:
        """The sum of all."""
        return total(self.rows)

    @cached_property
    def phases(self) -> list[Phase]:
        """Figures by phase: the labels without the numbers of layers."""
        parts: dict[str, list[Phase]] = {}
        for row in self.rows:
            parts.setdefault(phase_of(row.label), []).append(row)
        return [total(its)._replace(label=name) for name, its in parts.items()]

    def utilization(self, row: Phase) -> float:
        """The share of the array's steps that were useful; steps with zeros of a packing are not."""
        return row.useful(self.run.device.instance)

    @cached_property
    def groups(self) -> list[Group]:
        """Shares of causes, of all and by phase; empty where the device has no probe."""
        jobs = {place: job for place, job in self.run.results.items() if job.causes is not None}
        names = {id(job): phase_of(self.run.program[place].label) for place, job in jobs.items()}
        order = [phase.label for phase in self.phases]

        def name(job: JobResult) -> str:
            return names[id(job)]

        by_phase = grouped(list(jobs.values()), name, order)
        if len(by_phase) > _MOST_BARS:
            by_phase = [each for each in by_phase if each.label in self._longest]
        return (
            [*grouped(list(jobs.values()), lambda _: _ALL, []), *by_phase] if len(by_phase) > 1 else by_phase
        )

    @property
    def _longest(self) -> set[str]:
        ranked = sorted(self.phases, key=lambda phase: -phase.cycles)
        return {phase.label for phase in ranked[:_MOST_BARS]}

    @cached_property
    def picture(self) -> Plot | None:
        """Where the cycles went."""
        return share_plot(self.groups, f"{self.name} on {self.device}: where the cycles went")

    @cached_property
    def meanings(self) -> dict[str, str]:
        """Causes that occur, in words."""
        return {name: KNOWN[name][1] for name in cause_names(self.groups) if name in KNOWN}

    def millijoules(self, point: OperatingPoint) -> float | None:
        """Energy at an operating point, by power of the paper's; None for what it has no power of."""
        if self.run.device.instance != ARRAY:
            return None
        energies = [
            point.millijoules(self.run.program[place].op, job.cycles or 0)
            if self.run.program[place].fmt == Format.FP16
            else None
            for place, job in self.run.results.items()
        ]
        known = [each for each in energies if each is not None]
        return sum(known) if len(known) == len(energies) else None

    @cached_property
    def software(self) -> Software | None:
        """Software that was measured for the same products; None where there is none."""
        kind = self.run.kind
        if not issubclass(kind, Autoencoder) or kind.precision is not FP16 or self.missing:
            return None
        if kind.batch not in self.products:
            return None
        cycles = self.products[kind.batch]
        return Software(cycles, self.total.macs / cycles, cycles / self.total.cycles)

    @property
    def missing(self) -> int:
        """Jobs of the program without a result in the run."""
        return len(self.run.program) - len(self.run.results)


@dataclass(frozen=True, slots=True)
class WorkloadSection:
    """All workloads of a run, and what is kept of how networks learn."""

    views: Sequence[WorkloadView]
    points: Sequence[OperatingPoint]
    learning: KeptLearning
    curves: Sequence[Plot]  # loss against epochs, for each task

    @property
    def software(self) -> dict[str, Software]:
        """Software by the workloads that it was measured for, the same on each device."""
        return {view.name: view.software for view in self.views if view.software}


def workload_section(summary: Summary, products: Mapping[int, int]) -> WorkloadSection | None:
    """The section for a run; None if it has no workloads.

    Args:
        summary: The run's.
        products: Cycles of the products of the AutoEncoder's training step in software, by batch.
    """
    if not summary.workloads:
        return None
    learning = kept_learning(summary.run.order.tree.learning)
    curves = [loss_plot(task, found) for task, found in learning.tasks]
    views = [WorkloadView(run, products) for run in summary.workloads]
    return WorkloadSection(views, operating_points(), learning, curves)


def phase_of(label: str) -> str:
    """The phase that a label names: without the number of a layer at its end."""
    return re.sub(r" \d+$", "", label) or "jobs"


def loss_plot(task: str, curves: Sequence[Curve]) -> Plot:
    """Loss of a task against epochs, a line for each arithmetic, the first one broken."""
    lines = {
        curve.arithmetic: [(epoch, loss) for epoch, loss in enumerate(curve.losses, 1)] for curve in curves
    }
    values = [loss for curve in curves for loss in curve.losses]
    ends = ", ".join(f"{curve.arithmetic} {curve.losses[-1]:.4g}" for curve in curves)
    epochs = len(curves[0].losses)
    return Plot(
        f"Loss of the {task}, by epoch",
        Axis("epoch", 0, epochs + 1),
        Axis.powers("loss, mean of an epoch", values, 10),
        lines_of(lines, [curves[0].arithmetic]),
        text=f"After {epochs} epochs: {ends}.",
    )
