# SPDX-License-Identifier: Apache-2.0
"""Sorts samples into bins: point functions one by one, crosses for many samples at once."""

import inspect
from collections import Counter
from collections.abc import Iterable
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from tb.coverage.counts import Counts
from tb.coverage.coverpoint import Coverpoint
from tb.coverage.definition import Definition, Item
from tb.schema import alternatives
from tb.user_code import UserCodeError, told

Code = tuple[int, ...]
"""Number of a sample's bin in each point of its kind; -1 for none."""

_NONE = -1
_FAR = -(1 << 40)


class CoverageError(UserCodeError):
    """A coverpoint raised, or gave something that is no bin of it: definition and function do not fit."""


class Sorter:
    """Samples of one kind: their points, and the items that count them.

    Attributes:
        points: points of the kind that some item counts, in the order of codes.
    """

    def __init__(self, definition: Definition, kind: str) -> None:
        items = [item for item in definition.items.values() if item.sample == kind]
        names = {point.name: point for item in items for point in item.points}
        self.points: tuple[Coverpoint, ...] = tuple(names.values())
        place = {name: position for position, name in enumerate(names)}
        self._items: list[tuple[Item, tuple[tuple[int, int], ...]]] = []
        for item in items:
            columns = [place[point.name] for point in item.points]
            strides = [prod(item.shape[position + 1 :]) for position in range(len(columns))]
            self._items.append((item, tuple(zip(columns, strides, strict=True))))
        self._functions = [
            (point.function, {name: number for number, name in enumerate(point.bins)}, point)
            for point in self.points
            if point.function is not None
        ]
        self._numbers = [{name: number for number, name in enumerate(point.bins)} for point in self.points]

    def code(self, sample: Any) -> Code:
        """The bins of a sample.

        Raises:
            CoverageError: A function raised, or gave no bin of its point.
        """
        result = []
        for function, numbers, point in self._functions:
            try:
                name = function(sample)
            except (Exception, SystemExit) as error:
                file = Path(inspect.getfile(function))
                raise CoverageError(f"coverpoint {point.name}: {told(error, file)}") from error
            if name is None:
                result.append(_NONE)
            else:
                number = numbers.get(name)
                if number is None:
                    raise CoverageError(
                        f"coverpoint {point.name} gave {name!r}, none of its bins; "
                        f"{alternatives(str(name), point.bins)}"
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
        """Counts samples by their codes; a counter is for samples that occur often."""
        weighted = codes if isinstance(codes, Counter) else Counter(codes)
        if not weighted or not self.points:
            return
        columns = np.array(list(weighted), dtype=np.int64).T.copy()
        # No sum of others makes up for a place that is missing.
        missing = columns < 0
        columns[missing] = _FAR
        partly = [bool(each.any()) for each in missing]
        weights = None
        if len(weighted) < weighted.total():
            weights = np.fromiter(weighted.values(), dtype=np.int64, count=len(weighted))
        for item, terms in self._items:
            (first, stride), *others = terms
            places = columns[first] * stride
            for column, stride in others:
                places += columns[column] * stride
            own = weights
            if any(partly[column] for column, _ in terms):
                valid = places >= 0
                places, own = places[valid], None if own is None else own[valid]
            # Counts stay far below 2**53, up to which the floats of weighted counts are exact.
            counts.add_hits(item, np.bincount(places, own, item.size))

    def reached(self, code: Code) -> list[tuple[Item, int]]:
        """The bins that one sample hits."""
        found: list[tuple[Item, int]] = []
        for item, terms in self._items:
            if all(code[column] >= 0 for column, _ in terms):
                found.append((item, sum(code[column] * stride for column, stride in terms)))
        return found
