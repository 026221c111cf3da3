# SPDX-License-Identifier: Apache-2.0
"""Known issues and differences of devices: how often each showed in a run, and which explain a finding."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regressions.judge import SegmentResult
from regressions.paths import relative
from tb.exchange.attributes import FRESH, history_behind, occasions
from tb.exchange.device import Descriptor
from tb.exchange.known import CHANCE, KnownItem, excuse
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A known issue or difference in a run."""

    device: Descriptor
    item: KnownItem  # the entry of its descriptor
    concerned: int  # scenarios with a job that it concerns
    shown: int  # those in which it showed
    silent: int  # those that passed without it

    @property
    def line(self) -> str:
        """Line for the end of a run: its numbers."""
        name = f"known on {self.device.name}: {self.item.id}"
        if not self.concerned:
            return f"{name} not exercised: no job that it concerns ran"
        return (
            f"{name} showed in {self.shown} of {self.concerned} scenarios that it concerns, "
            f"{self.silent} passed without{self._remark}"
        )

    @property
    def _remark(self) -> str:
        """Remark on its numbers, behind a semicolon; empty where they need none."""
        fair, chances = self.item.fair, self.shown + self.silent
        if not self.shown and 0 < self.silent < fair:
            return f"; too few to call it stale: rate {self.item.rate:g} needs {fair}"
        if not self.shown or chances < fair or (1 - self.shown / chances) ** chances <= CHANCE:
            return ""
        rate = self.shown / chances / 2
        return f"; so rare that another seed may miss it and call it stale: give it rate = {rate:.1g}"

    @property
    def stale(self) -> str:
        """A line that says so if it never showed, and had a fair chance to; else empty."""
        if self.shown or self.silent < self.item.fair:
            return ""
        return (
            f"stale: known issue '{self.item.id}' of {self.device.name} ({self.item.reason}) did not show in "
            f"any of {self.silent} scenarios with jobs that it concerns: if it is mended, remove it from "
            f"{relative(self.device.path)}; else let it match fewer jobs, or give it a rate below "
            f"{self.item.rate:g}"
        )


def explaining(device: Descriptor, scenarios: Sequence[Scenario], finding: Finding) -> tuple[KnownItem, ...]:
    """Return the known issues and differences that explain a finding of the last scenario since a reset.

    Args:
        device: The device.
        scenarios: Scenarios since the reset.
        finding: The finding.
    """
    history = FRESH
    for scenario in scenarios[:-1]:
        history = history_behind(scenario, history)
    jobs = occasions(scenarios[-1], history)
    return tuple(item for item in device.known if excuse([item], jobs, [finding], set()).explained)


def known_rows(results: Iterable[SegmentResult], devices: Sequence[Descriptor]) -> list[KnownRow]:
    """Return a row for each known issue and difference of some devices, by the segments that ran."""
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for result in results:
        for name in ("concerned", "known", "silent"):
            counted: dict[str, int] = getattr(result.end, name, {})
            tally = counts.setdefault(name, Counter())
            tally.update({(result.segment.device, issue): count for issue, count in counted.items()})
    return [
        KnownRow(device, item, *(each[device.name, item.id] for each in counts.values()))
        for device in devices
        for item in device.known
        if counts
    ]
