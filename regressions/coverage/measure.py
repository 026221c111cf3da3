# SPDX-License-Identifier: Apache-2.0
"""Coverage of a run: hits of all its simulations against the bins that its devices can reach."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tb.coverage.abilities import defined
from tb.coverage.counts import Counts, total
from tb.coverage.definition import Definition, Item, Mask
from tb.exchange.device import Descriptor

EVENTS = "internal"
"""Covergroup of the events that devices tell of themselves (docs/descriptor.md, "cover")."""

Part = tuple[str, str, Counts]
"""A device, a test, and the coverage of the test on it."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """Coverage of an item."""

    name: str  # covergroup and points
    doc: str  # what it is, for people
    defined: int  # bins that some device of the run can reach, or that are excluded
    excluded: int  # of these, bins that no job can hit
    hit: int  # bins that were hit
    open: tuple[str, ...]  # names of the bins that were not, without those excluded

    @property
    def group(self) -> str:
        """Its covergroup."""
        return self.name.split(".")[0]

    @property
    def percent(self) -> float:
        """Share of the bins that can be hit that were."""
        return percent(self.hit, self.defined - self.excluded)


def percent(hit: int, wanted: int) -> float:
    """A share in percent, rounded down to two places: 100 is all of them."""
    return int(10_000 * hit / wanted) / 100 if wanted else 100.0


@dataclass
class Coverage:
    """Functional coverage of a run."""

    definition: Definition  # the covergroups
    parts: list[Part]  # hits by device and test
    masks: Mapping[str, Mask]  # bins of each item that the run's devices can reach
    events: tuple[str, ...]  # internal events of the devices
    total: Counts = field(init=False)
    rows: list[ItemRow] = field(init=False)

    def __post_init__(self) -> None:
        self.total = total((counts for _, _, counts in self.parts), self.definition)
        self.rows = [self._row(item) for item in self.definition.items.values()]
        self.rows += [self._event(name) for name in self.events]

    @property
    def bins(self) -> dict[str, int]:
        """Numbers of bins: defined, excluded of these, hit."""
        return {
            "defined": sum(row.defined for row in self.rows),
            "excluded": sum(row.excluded for row in self.rows),
            "hit": sum(row.hit for row in self.rows),
        }

    @property
    def percent(self) -> float:
        """Functional coverage in percent of the bins that can be hit."""
        bins = self.bins
        return percent(bins["hit"], bins["defined"] - bins["excluded"])

    def open_bins(self) -> list[tuple[Item, int]]:
        """Bins that can be hit and were not, internal events left out."""
        return [
            (item, int(index))
            for item in self.definition.items.values()
            for index in np.flatnonzero(self._wanted(item) & (self.total.hits(item) == 0))
        ]

    def to_json(self) -> dict[str, Any]:
        """Content of ``coverage.json``, in which runs can be added up."""
        return {
            "schema": 1,
            "definition": self.definition.digest,
            "parts": [
                {"device": device, "test": test, **counts.to_json()} for device, test, counts in self.parts
            ],
        }

    def _wanted(self, item: Item) -> Mask:
        return self.masks[item.name] & ~self.definition.excluded(item)

    def _row(self, item: Item) -> ItemRow:
        mask, excluded = self.masks[item.name], self.definition.excluded(item)
        hits = self.total.hits(item) > 0
        missed = np.flatnonzero(mask & ~excluded & ~hits)
        return ItemRow(
            item.name,
            " x ".join(point.doc for point in item.points) if len(item.points) == 1 else "",
            int(mask.sum()),
            int((mask & excluded).sum()),
            int((hits & mask & ~excluded).sum()),
            tuple(item.bin_names(missed)),
        )

    def _event(self, name: str) -> ItemRow:
        hit = int(self.total.events.get(name, 0) > 0)
        full = f"{EVENTS}.{name}"
        return ItemRow(full, "internal event of a device", 1, 0, hit, () if hit else (full,))


def measure(parts: Iterable[Part], devices: Sequence[Descriptor], definition: Definition) -> Coverage:
    """Merge the coverage of simulations: what each segment covered, with its device and test."""
    merged: dict[tuple[str, str], Counts] = {}
    for device, test, counts in parts:
        if (device, test) not in merged:
            merged[device, test] = Counts(definition)
        merged[device, test].add(counts)
    events = dict.fromkeys(name for device in devices for name in device.counted_events)
    return Coverage(
        definition,
        [(device, test, counts) for (device, test), counts in merged.items()],
        defined(definition, devices),
        tuple(events),
    )
