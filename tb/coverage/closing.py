# SPDX-License-Identifier: Apache-2.0
"""The stream of scenarios that close functional coverage: one made for each bin (docs/coverage.md)."""

from functools import cached_property, lru_cache

from tb.coverage.covergroups import load_definition
from tb.coverage.targets import Targets
from tb.descriptor import load
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.scenario import Scenario
from tb.exchange.traits import CONTRACT
from tb.stimulus.rng import stream
from tb.stimulus.stream import ScenarioStream


@lru_cache(maxsize=4)
def _targets(device: str) -> Targets:
    """The bins of a device, read from its descriptor once."""
    return Targets(load_definition(), load(device))


class ClosingStream(ScenarioStream):
    """Scenario i is made for bin i of all bins that scenarios can be made for, over and over.

    So a scenario depends on seed, test and number alone, as any other; which bins are open only decides which
    scenarios a run takes.
    """

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return why no scenarios are made for a device with limits of its own; for others, bins decide."""
        del entry
        if device.registers.has("format_in"):
            return f"{device.name} has one format for X and W; jobs made for bins have any"
        return "" if device.traits == CONTRACT else f"{device.name} has traits; jobs made for bins do not"

    @cached_property
    def bins(self) -> Targets:
        """Bins of the device."""
        return _targets(str(self.descriptor.path))

    def scenario(self, index: int) -> Scenario:
        """Scenario for bin `index`; raises `UnreachedBin` if none was found."""
        if index < 0:
            raise IndexError(f"scenario {index}: streams start at 0")
        target = self.bins.targets[index % len(self.bins.targets)]
        return self.bins.scenario(target, index, stream(self.seed, self.name, "scenario", index))
