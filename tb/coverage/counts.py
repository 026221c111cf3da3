# SPDX-License-Identifier: Apache-2.0
"""Hits of each bin: sparse, and added up over tests, devices, processes and machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb.coverage.definition import Definition, Item

Hits = NDArray[np.int64]
"""Numbers of hits, one for each bin of an item."""


class Counts:
    """Hits of all bins of a definition, and of the internal events that the device counts.

    Attributes:
        definition: the meaning of the bins.
        items: hits by item; an item without any may be missing.
        events: hits of internal events by name.
    """

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.items: dict[str, Hits] = {}
        self.events: dict[str, int] = {}

    def hits(self, item: Item) -> Hits:
        """Hits of an item's bins."""
        found = self.items.get(item.name)
        return np.zeros(item.size, dtype=np.int64) if found is None else found

    def add_hits(self, item: Item, hits: Hits) -> None:
        """Adds hits of an item's bins."""
        self.items[item.name] = self.hits(item) + hits.astype(np.int64)

    def add_event(self, name: str, hits: int) -> None:
        """Adds hits of an internal event; also none, which says that the device has it."""
        self.events[name] = self.events.get(name, 0) + hits

    def add(self, other: Counts) -> None:
        """Adds all hits of another run, test or device.

        Raises:
            ValueError: It counts the bins of another definition.
        """
        if other.definition.digest != self.definition.digest:
            raise ValueError(
                f"coverage of definition {other.definition.digest} cannot be added to one of "
                f"{self.definition.digest}: collect both with the same covergroups"
            )
        for name, hits in other.items.items():
            self.add_hits(self.definition.items[name], hits)
        for name, count in other.events.items():
            self.add_event(name, count)

    def excluded_hits(self) -> list[tuple[Item, int]]:
        """Excluded bins that were hit all the same."""
        found: list[tuple[Item, int]] = []
        for name, hits in self.items.items():
            item = self.definition.items[name]
            found += [(item, int(at)) for at in np.flatnonzero((hits > 0) & self.definition.excluded(item))]
        return found

    def to_json(self) -> dict[str, Any]:
        """The hits as JSON values: of each item the numbers of the bins that were hit, and how often.

        Names are in order, whichever was hit first, so that two runs of the same jobs leave the same.
        """
        items = {}
        for name, hits in sorted(self.items.items()):
            places = np.flatnonzero(hits)
            if places.size:
                items[name] = [places.tolist(), hits[places].tolist()]
        return {
            "definition": self.definition.digest,
            "items": items,
            "events": dict(sorted(self.events.items())),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], definition: Definition) -> Counts:
        """Reads the values of `to_json`.

        Raises:
            ValueError: It was written with another definition, or is damaged.
        """
        if data.get("definition") != definition.digest:
            raise ValueError(
                f"coverage of definition {data.get('definition')} cannot be read with {definition.digest}: "
                "collect it with the same covergroups"
            )
        counts = cls(definition)
        for name, (places, hits) in data["items"].items():
            item = definition.items.get(name)
            if item is None or (places and not 0 <= min(places) <= max(places) < item.size):
                raise ValueError(f"coverage of {name} is damaged: there are no such bins")
            dense = np.zeros(item.size, dtype=np.int64)
            np.add.at(dense, np.asarray(places, dtype=np.intp), hits)
            counts.add_hits(item, dense)
        for name, hits in data["events"].items():
            counts.add_event(str(name), int(hits))
        return counts


def total(parts: Iterable[Counts], definition: Definition) -> Counts:
    """The sum of counts."""
    result = Counts(definition)
    for part in parts:
        result.add(part)
    return result
