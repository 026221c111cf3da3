# SPDX-License-Identifier: Apache-2.0
"""Covergroups with their points, crosses and exclusions, as `tb.coverage.covergroups` reads them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from tb.coverage.coverpoint import Coverpoint

ANY = "*"

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Item:
    """A point or a cross of points, whose bins are counted and numbered in row-major order."""

    name: str  # covergroup and points, as in ``jobs.op.stall``
    sample: str
    points: tuple[Coverpoint, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of bins of each point."""
        return tuple(len(point.bins) for point in self.points)

    @property
    def size(self) -> int:
        """Number of bins."""
        return prod(self.shape)

    def values(self, index: int) -> dict[str, str]:
        """The bin of each point of bin `index`."""
        places = np.unravel_index(index, self.shape)
        return {point.name: point.bins[int(place)] for point, place in zip(self.points, places, strict=True)}

    def bin_name(self, index: int) -> str:
        """The name of bin `index` for people, as in ``jobs.op.stall = GEMM, burst``."""
        return self.bin_names([index])[0]

    def bin_names(self, indices: Sequence[int] | NDArray[np.intp]) -> list[str]:
        """The names of some bins."""
        places = zip(self.points, np.unravel_index(indices, self.shape), strict=True)
        columns = [[point.bins[place] for place in of_bins] for point, of_bins in places]
        return [f"{self.name} = {', '.join(bins)}" for bins in zip(*columns, strict=True)]

    def mask(self, allowed: Sequence[Mask]) -> Mask:
        """The bins all of whose points are allowed, by marks of each point's bins: a boolean each."""
        result = np.ones((), dtype=np.bool_)
        for each in allowed:
            result = np.logical_and.outer(result, each)
        return np.asarray(result).reshape(-1)


@dataclass(frozen=True, slots=True)
class Covergroup:
    """Points and crosses under one name."""

    name: str
    doc: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class BinExclusion:
    """Bins that no job can reach."""

    # For some points their bins; excluded is every bin of an item that has all of these points.
    when: Mapping[str, tuple[str, ...]]
    reason: str  # why, for people

    def mask(self, item: Item) -> Mask | None:
        """Mark the excluded bins of an item; None if it does not have all the points."""
        names = {point.name for point in item.points}
        if not names >= set(self.when):
            return None
        return item.mask(
            [
                np.array([self._matches(point.name, each) for each in point.bins], dtype=np.bool_)
                for point in item.points
            ]
        )

    def _matches(self, point: str, name: str) -> bool:
        wanted = self.when.get(point, (ANY,))
        return wanted == (ANY,) or name in wanted


@dataclass(frozen=True, eq=False)
class Definition:
    """All covergroups."""

    points: Mapping[str, Coverpoint]  # by name
    groups: tuple[Covergroup, ...]  # in the order of the files
    exclusions: tuple[BinExclusion, ...]  # in the order of the files
    _masks: dict[str, Mask] = field(default_factory=dict)

    @cached_property
    def items(self) -> dict[str, Item]:
        """All items by name."""
        return {item.name: item for group in self.groups for item in group.items}

    @cached_property
    def digest(self) -> str:
        """Tells definitions apart: only counts of equal ones can be added."""
        table = {item.name: [point.bins for point in item.points] for item in self.items.values()}
        return hashlib.blake2b(json.dumps(table).encode(), digest_size=8).hexdigest()

    def excluded(self, item: Item) -> Mask:
        """Mark the excluded bins of an item."""
        if item.name not in self._masks:
            mask = np.zeros(item.size, dtype=np.bool_)
            for exclusion in self.exclusions:
                part = exclusion.mask(item)
                if part is not None:
                    mask |= part
            self._masks[item.name] = mask
        return self._masks[item.name]

    def reason(self, item: Item, index: int) -> str:
        """Reason for which a bin is excluded; empty if it is not."""
        for exclusion in self.exclusions:
            mask = exclusion.mask(item)
            if mask is not None and mask[index]:
                return exclusion.reason
        return ""
