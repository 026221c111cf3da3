# SPDX-License-Identifier: Apache-2.0
"""Tests of the drawing of plots."""

import re
import xml.etree.ElementTree as ET

import pytest

from regressions.pictures import MARKS, Axis, Plot, Series, lines_of

NUMBERS = Axis.linear("<n>", [0, 95])


@pytest.mark.parametrize(
    ("axis", "texts"),
    [
        (NUMBERS, ["0", "20", "40", "60", "80"]),
        (Axis("n", 1.0, 2.2), ["1", "1.2", "1.4", "1.6", "1.8", "2", "2.2"]),
        (Axis.linear("n", [0]), ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (Axis.powers("n", [1, 2**24], 2), ["2⁰", "2³", "2⁶", "2⁹", "2¹²", "2¹⁵", "2¹⁸", "2²¹", "2²⁴"]),
        (Axis.powers("n", [0.2, 30], 10), ["10⁻¹", "10⁰", "10¹", "10²"]),
        (Axis.powers("n", [8, 8], 2), ["2³", "2⁴"]),
        (Axis("", 2, 0, names=("a", "b")), ["a", "b"]),
    ],
)
def test_ticks_are_few_and_round(axis: Axis, texts: list[str]) -> None:
    assert [text for _, text in axis.ticks] == texts
    assert all(-1e-9 <= axis.share(value) <= 1 + 1e-9 for value, _ in axis.ticks)


def test_values_have_their_places() -> None:
    plot = Plot("", Axis.powers("", [1, 256], 2), Axis("", 0, 100), [])
    assert [plot.across(value) for value in (1, 16, 256)] == [
        plot.left,
        (plot.left + plot.right) / 2,
        plot.right,
    ]
    assert [plot.down(value) for value in (0, 50, 100)] == [
        plot.bottom,
        (plot.bottom + plot.top) / 2,
        plot.top,
    ]


def test_lines_and_marks_are_named_and_text_is_escaped() -> None:
    marked = [Series(f"{mark}s", "red", [[(1, 2)], [(3, 4)]], mark=mark) for mark in MARKS]
    plot = Plot(
        "A & B", NUMBERS, NUMBERS, [*lines_of({"x": [(0, 1), (2, 3)], "y": [(0, 5)]}, {"y"}), *marked]
    )
    svg, legend = ET.fromstring(f"<div>{plot.svg}</div>")
    assert svg.attrib["aria-label"] == "A & B"
    names = ["x", "y", *(f"{mark}s" for mark in MARKS)]
    assert [title.text for title in svg.iter("title")] == names
    assert [part.text for part in legend.iter("b")] == ["━", "┅", *(sign for _, sign in MARKS.values())]
    assert "".join(legend.itertext()).split()[1::2] == names
    assert [text.text for text in svg.iter("text")].count("<n>") == 2
    assert re.findall(r'stroke-dasharray="5 3"', plot.svg) == ['stroke-dasharray="5 3"']
    assert len(re.findall("M", plot.path(marked[0], "dot"))) == 2
