# SPDX-License-Identifier: Apache-2.0
"""Defects of a device behind the contract's ports: found by the bench, in jobs of the test lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from regressions.mutants import jobs
from regressions.mutants.bench import Numbered, Rerun
from regressions.mutants.build import Copies, build_valid
from regressions.mutants.campaign import Campaign
from regressions.mutants.defects import Defect, Placement
from regressions.mutants.outcome import Result
from regressions.order import Order
from regressions.services import Services
from regressions.simulators.base import Build
from tb.descriptor import Descriptor

KIND = "fast"


class DeviceBench:
    """Campaign bench of a device, a `regressions.mutants.bench.Bench`.

    Args:
        order: The command line.
        services: Simulator and testbench.
        name: Name or path of the device.
        job_list: Tests that run against each defect.
    """

    label = "mutants"
    counted = "jobs"

    def __init__(self, order: Order, services: Services, name: str, job_list: Path) -> None:
        self.device = services.device(name)
        self.options = order.rerun_options(self.device)
        self._simulator = services.simulator("verilator")
        self._simulation = jobs.load(job_list, order.entries, services, self.device, KIND, order.seed)
        self._graded = order.graded
        self._build: Build | None = None
        self._campaign: Campaign | None = None

    @property
    def seed(self) -> int:
        """Seed of the only simulation."""
        return self._simulation.segments[0].seed

    def build(
        self, defects: Sequence[Defect], placement: Placement, chosen: Numbered, folder: Path
    ) -> dict[int, str]:
        """Build the device with all defects; return the reason for each that does not compile."""
        del chosen

        def make(copies: Copies, log: Path) -> Build:
            return self._simulator.build(mutated(self.device, copies), KIND, log)

        self._build, invalid = build_valid(defects, placement, folder, make)
        return invalid

    def control(self, folder: Path, rerun: Rerun) -> tuple[str, int]:
        """Run the tests without a defect."""
        assert self._build is not None, "built first"
        self._campaign = Campaign(
            self._simulator,
            self._build,
            self.device,
            self._simulation,
            folder,
            rerun,
            graded=self._graded,
        )
        return self._campaign.control()

    def run(self, chosen: Numbered, processes: int, report: Callable[[Result], None]) -> list[Result]:
        """Run the chosen defects in parallel and report each result."""
        assert self._campaign is not None, "the control runs first"
        return self._campaign.run(chosen, processes, report)


def mutated(descriptor: Descriptor, copies: Copies) -> Descriptor:
    """The device that is made of copies of its sources."""
    changed = (copies.changed.get(path.name, path) for path in descriptor.sources)
    return replace(descriptor, name=f"{descriptor.name}-mutants", sources=(copies.package, *changed))
