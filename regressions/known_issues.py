# SPDX-License-Identifier: Apache-2.0
"""Known issues and differences of devices: how often each concerned scenarios, showed, and did not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regressions.judge import SegmentResult
from regressions.paths import relative
from tb.exchange.device import Descriptor
from tb.exchange.known import KnownItem


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
        """A line for the end of a run, if it concerned anything; else empty."""
        if not self.concerned:
            return ""
        shown = f"showed in {self.shown} of {self.concerned} scenarios that it concerns"
        return f"known on {self.device.name}: {self.item.id} {shown}, {self.silent} passed without"

    @property
    def stale(self) -> str:
        """A line that says so if it never showed where it should have; else empty."""
        if self.shown or not self.silent:
            return ""
        return (
            f"stale: known issue '{self.item.id}' of {self.device.name} ({self.item.reason}) did not show in "
            f"any of {self.silent} scenarios with jobs that it concerns: if it is mended, remove it from "
            f"{relative(self.device.path)}, or let it match fewer jobs"
        )


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
