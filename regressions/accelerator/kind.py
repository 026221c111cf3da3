# SPDX-License-Identifier: Apache-2.0
"""The accelerator alone as a kind of devices, for the runner."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from regressions.kinds import Defects, RunnerKind
from tb.kinds import late

if TYPE_CHECKING:
    from regressions.simulators.model import Model
    from tb.exchange.device import Descriptor
    from tb.exchange.plan import Plan
    from tb.stimulus.stream import ScenarioStream

_TRAINING = 600
"""Scenarios of the run that makes a build's profile: a few seconds."""


class AcceleratorRunner(RunnerKind):
    """Builds, plans and measures accelerators alone."""

    # Methods import what they need: most commands, and the runner's own tests, need none of it.

    name = "accelerator"
    measures_code = True
    plural = "devices alone"
    bench = staticmethod(late("regressions.accelerator.models:bench_model"))
    bare = staticmethod(late("regressions.accelerator.models:bare_model"))

    def lint(self) -> dict[str, Callable[[], Model]]:
        """Return the benches of all devices alone, and the library of second opinions."""
        from regressions.accelerator.models import bench_model
        from regressions.simulators.opinions import opinions_model
        from tb.descriptor import available, load

        benches = {name: partial(bench_model, load(name)) for name in available()}
        return {**benches, "tb/opinions": opinions_model}

    def size(self, stream: ScenarioStream, device: Descriptor, index: int) -> tuple[int, int]:
        """Count the jobs of a scenario and estimate its cycles."""
        from regressions.estimate import estimate

        scenario = stream.scenario(index)
        return len(scenario.jobs), estimate(scenario, device)

    def training(self, device: Descriptor) -> Plan:
        """Return the first scenarios of what the speed is measured with."""
        from regressions.speed.simulation import plan

        return plan(device, _TRAINING)

    def defects(self) -> Defects:
        """Return the defects of the main device, found in jobs of the test lists."""
        from regressions.order import DEFAULT_DUT

        target = late("regressions.mutants.device:DeviceTarget")
        return Defects(DEFAULT_DUT, "mutants", late("tb.descriptor:load"), target)
