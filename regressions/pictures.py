# SPDX-License-Identifier: Apache-2.0
"""Plots as inline SVG whose lines and text take the page's colour, so that they suit a dark page too."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import cycle
from pathlib import Path

from jinja2 import Template
from markupsafe import Markup

from regressions.pages import templates

INK = "currentColor"
"""The page's text colour."""

MARKS = {
    "dot": ("h0", "●"),
    "cross": ("m-3-3l6 6m0-6l-6 6", "×"),  # noqa: RUF001 - drawn like that
    "ring": ("m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0", "○"),
    "tick": ("m0-7v14", "|"),
    "diamond": ("m0-5l5 5-5 5-5-5z", "◇"),
}
"""Path of each mark, from the point that it marks, and its sign in a legend."""

COLOURS = ("#2f7ed8", "#e07b1a", "#2a9d6f", "#c77fb0", "#c0332e", "#6b7079", "#6a4c9c")
"""Of lines, one after the other."""

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Axis:
    """A direction of a plot."""

    label: str  # quantity and unit
    low: float  # value at the left or lower end
    high: float  # value at the other end
    base: int = 0  # of the powers that a logarithmic axis counts; 0 for a linear one
    names: Sequence[str] = ()  # names of the bars, each one unit wide, in place of numbers

    @classmethod
    def linear(cls, label: str, values: Iterable[float], low: float = 0.0) -> Axis:
        """An axis up to the largest value and a little more."""
        return cls(label, low, low + 1.05 * (max(values) - low) or 1.0)

    @classmethod
    def powers(cls, label: str, values: Sequence[float], base: int) -> Axis:
        """A logarithmic axis from the power below all values to that above."""
        low, high = math.floor(math.log(min(values), base)), math.ceil(math.log(max(values), base))
        return cls(label, base**low, base ** max(high, low + 1), base)

    def share(self, value: float) -> float:
        """Place of a value between the ends, from 0 to 1."""
        low, high, value = (
            math.log(each, self.base) if self.base else each for each in (self.low, self.high, value)
        )
        return (value - low) / (high - low)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Some round values with their texts."""
        if self.names:
            return [(place + 0.5, name) for place, name in enumerate(self.names)]
        if self.base:
            first, last = (round(math.log(end, self.base)) for end in (self.low, self.high))
            powers = range(first, last + 1, -(-(last - first) // 9))
            return [(self.base**n, f"{self.base}{str(n).translate(_RAISED)}") for n in powers]
        size = 10 ** math.floor(math.log10((self.high - self.low) / 4))
        step = max(size * factor for factor in (1, 2, 5) if 4 * size * factor <= self.high - self.low)
        numbers = range(math.ceil(self.low / step), math.floor(self.high / step) + 1)
        return [(number * step, f"{number * step:g}") for number in numbers]


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one kind."""

    label: str  # in the legend
    colour: str  # as SVG names it
    strokes: Sequence[Sequence[tuple[float, float]]]  # points of each unbroken line
    width: float = 0.0  # of the lines; 0 for points alone
    mark: str = ""  # at each point, one of `MARKS`; empty for none
    dashed: bool = False  # True for a broken line

    @property
    def sign(self) -> str:
        """Sign in the legend."""
        if self.mark and not self.width:
            return MARKS[self.mark][1]
        return "┅" if self.dashed else "━" if self.width < 10 else "■"


def lines_of(lines: Mapping[str, Sequence[tuple[float, float]]], dashed: Container[str] = ()) -> list[Series]:
    """Lines with a dot at each point, by their labels; the colours go round."""
    return [
        Series(label, colour, [points], 1.4, "dot", label in dashed)
        for colour, (label, points) in zip(cycle(COLOURS), lines.items(), strict=False)
    ]


@dataclass(frozen=True)
class Plot:
    """A plot; coordinates are units of the drawing, which the page scales."""

    title: str  # description, also for those who cannot see it
    x: Axis  # from left to right
    y: Axis  # from below
    series: Sequence[Series]  # in the order in which they are drawn
    legend: str = ""  # common property of the series
    bottom: int = 240  # place of the lower end
    left: int = 62  # place of the left end
    text: str = ""  # what it shows, in a sentence

    top, right = 10, 425  # as all plots have it

    def across(self, value: float) -> float:
        """Distance of a value of `x` from the left edge."""
        return round(self.left + (self.right - self.left) * self.x.share(value), 1)

    def down(self, value: float) -> float:
        """Distance of a value of `y` from the upper edge."""
        return round(self.bottom - (self.bottom - self.top) * self.y.share(value), 1)

    def path(self, series: Series, mark: str = "") -> str:
        """Lines of a series, or a mark at each of its points."""
        strokes = [[f"{self.across(x):g} {self.down(y):g}" for x, y in stroke] for stroke in series.strokes]
        if mark:
            return "".join(f"M{point}{MARKS[mark][0]}" for stroke in strokes for point in stroke)
        return "".join("M" + "L".join(stroke) for stroke in strokes)

    @cached_property
    def svg(self) -> Markup:
        """The drawing and its legend, for a page in HTML."""
        return Markup(_template("picture.svg.j2").render(plot=self))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a heat map."""

    text: str  # what stands in it
    share: float  # strength of its shade, from 0 to 1
    note: str = ""  # what it is, for those who point at it
    mark: str = ""  # sign beside the text


@dataclass(frozen=True)
class HeatMap:
    """Values over two quantities, each in classes; a class without a cell stays empty."""

    title: str  # description, also for those who cannot see it
    across: str  # the quantity from left to right
    down: str  # the quantity from above
    columns: Sequence[str]  # classes of `across`
    rows: Sequence[str]  # classes of `down`
    cells: Mapping[tuple[str, str], Cell]  # by column and row
    text: str = ""  # what it shows, in a sentence

    high = 22  # of a row

    @property
    def left(self) -> int:
        """Place of the left end, behind the names of rows."""
        return 30 + 8 * max(map(len, self.rows), default=0)

    @property
    def wide(self) -> int:
        """Width of a column."""
        return min(42, (425 - self.left) // max(len(self.columns), 1))

    @cached_property
    def svg(self) -> Markup:
        """The drawing, for a page in HTML."""
        return Markup(_template("heat.svg.j2").render(map=self))


def drawn(plots: Sequence[Plot]) -> list[Plot]:
    """Draws plots now, so that what cannot be drawn raises TypeError or ValueError here and not in a page."""
    return [plot for plot in plots if plot.svg]


@cache
def _template(name: str) -> Template:
    return templates(Path(__file__).parent).get_template(name)
