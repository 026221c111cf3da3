# SPDX-License-Identifier: Apache-2.0
"""The directed test that holds a device to its baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regressions.baseline import record
from regressions.baseline.compare import compare
from regressions.baseline.jobs import describe, scenarios
from tb.exchange.status import Status
from tb.sequences.directed import DirectedTest

if TYPE_CHECKING:
    from tb.env.env import RedmuleEnv
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry

_SHOWN = 3


class Ratchet(DirectedTest):
    """Runs the jobs of `jobs.toml`; each takes exactly the cycles of `regressions/baseline.json`.

    A slower job fails and names the causes that grew; a faster one fails too, until `make baseline` keeps it.
    The jobs of a device that the file does not know are checked like all others.
    """

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return why a device can run no job of the list, if it can run none."""
        del entry
        return "" if scenarios(device) else f"{device.name} can run none of its jobs"

    @classmethod
    def planned(cls, device: Descriptor) -> int:
        """Number of jobs that the device can run."""
        return sum(len(scenario.jobs) for scenario in scenarios(device).values())

    def kept(self, device: Descriptor) -> record.Device | None:
        """Kept cycles of the device; None where there are none."""
        return record.read().get(device.name)

    async def run(self, env: RedmuleEnv) -> None:
        """Runs the list and compares its cycles with the kept ones."""
        measured: list[record.Kept] = []
        for name, scenario in scenarios(env.descriptor).items():
            verdict = await env.run_scenario(scenario)
            measured += [
                record.Kept(name, position, describe(scenario, position), job.cycles, job.slots)
                for position, job in enumerate(verdict.jobs)
                if job.cycles
            ]
        device = env.descriptor
        kept = self.kept(device)
        if kept is None or len(measured) < self.planned(device):
            return  # a job without an end has failed already
        if kept.instance != device.instance.title:
            now = device.instance.title
            text = f"the baseline has {device.name} as {kept.instance}, not {now}: run make baseline"
            env.recorder.fail(Status.MISMATCH, text)
            return
        found = compare(kept.jobs, measured, device.instance)
        if found:
            more = f" (and {len(found) - _SHOWN} more jobs)" if len(found) > _SHOWN else ""
            text = "; ".join(difference.text for difference in found[:_SHOWN]) + more
            env.recorder.fail(Status.TIMEOUT if found[0].slower else Status.MISMATCH, text)
