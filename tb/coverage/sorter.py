# SPDX-License-Identifier: Apache-2.0
"""Sorts samples into bins: point functions one by one, crosses for many samples at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb.coverage.counts import Counts
from tb.coverage.definition import Definition, Item, Point
from tb.schema import nearest

Code = tuple[int, ...]
"""Number of a sample's bin in each point of its kind; -1 for none."""

_NONE = -1


class CoverageError(Exception):
    """A coverpoint gave something that is no bin of it: the definition and the function do not fit."""


class Sorter:
    """Samples of one kind: their points, and the items that count them.

    Args:
        definition: all covergroups.
        kind: kind of samples.

    Attributes:
        points: points of the kind that some item counts, in the order of codes.
    """

    def __init__(self, definition: Definition, kind: str) -> None:
        items = [item for item in definition.items.values() if item.sample == kind]
        names = {point.name: point for item in items for point in item.points}
        self.points: tuple[Point, ...] = tuple(names.values())
        place = {name: position for position, name in enumerate(names)}
        self._items: list[tuple[Item, NDArray[np.intp], NDArray[np.int64]]] = []
        for item in items:
            columns = np.array([place[point.name] for point in item.points], dtype=np.intp)
            strides = np.append(np.cumprod(item.shape[:0:-1])[::-1], 1).astype(np.int64)
            self._items.append((item, columns, strides))
        self._functions = [
            (point.function, {name: number for number, name in enumerate(point.bins)}, point)
            for point in self.points
            if point.function is not None
        ]
        self._numbers = [{name: number for number, name in enumerate(point.bins)} for point in self.points]

    def code(self, sample: Any) -> Code:
        """The bins of a sample.

        Raises:
            CoverageError: A function gave no bin of its point.
        """
        result = []
        for function, numbers, point in self._functions:
            name = function(sample)
            if name is None:
                result.append(_NONE)
            else:
                number = numbers.get(name)
                if number is None:
                    raise CoverageError(
                        f"coverpoint {point.name} gave {name!r}; {nearest(str(name), point.bins)}"
                        f"its bins are {', '.join(point.bins)}"
                    )
                result.append(number)
        return tuple(result)

    def named(self, *names: str) -> Code:
        """The code of bins given by name, in the order of the points.

        Raises:
            CoverageError: One is no bin of its point.
        """
        try:
            return tuple(numbers[name] for numbers, name in zip(self._numbers, names, strict=True))
        except KeyError as error:
            raise CoverageError(
                f"{error.args[0]!r} is no bin of {[each.name for each in self.points]}"
            ) from None

    def sort(self, codes: Iterable[Code] | Counter[Code], counts: Counts) -> None:
        """Counts samples.

        Args:
            codes: those of the samples; a counter for samples that occur often.
            counts: takes the hits.
        """
        weighted = codes if isinstance(codes, Counter) else Counter(codes)
        if not weighted or not self.points:
            return
        matrix = np.array(list(weighted), dtype=np.int64)
        weights = np.fromiter(weighted.values(), dtype=np.int64, count=len(weighted))
        for item, columns, strides in self._items:
            chosen = matrix[:, columns]
            valid = chosen.min(axis=1) >= 0
            places = chosen @ strides
            # Counts stay far below 2**53, up to which the floats of `bincount` are exact.
            hits = np.bincount(places[valid], weights=weights[valid], minlength=item.size)
            if hits.any():
                counts.add_hits(item, hits.astype(np.int64))

    def reached(self, code: Code) -> list[tuple[Item, int]]:
        """The bins that one sample hits."""
        found: list[tuple[Item, int]] = []
        for item, columns, strides in self._items:
            chosen = [code[column] for column in columns]
            if min(chosen) >= 0:
                found.append((item, int(np.dot(chosen, strides))))
        return found
