# SPDX-License-Identifier: Apache-2.0
"""Colours of the page are told apart by those, too, who see no red or no green."""

import re
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from regressions.pictures import COLOURS
from regressions.report import html
from regressions.report.causes import KNOWN
from regressions.report.overview import COLOURS as PARTS

CSS = (Path(html.__file__).parent / "page.css").read_text()

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
LEAST = 11.0  # five times what is just noticed


def seen(colour: str, blindness: str) -> np.ndarray:
    """A colour in CIELAB, as it is seen."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    x, y, z = np.clip(_XYZ @ np.clip(BLINDNESS[blindness] @ linear, 0, 1) / (0.9505, 1, 1.089), 1e-9, None)
    f = [v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, blindness: str) -> float:
    return float(np.linalg.norm(seen(one, blindness) - seen(other, blindness)))


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("bar", [[colour for colour, _ in KNOWN.values()], PARTS], ids=["causes", "times"])
def test_neighbours_in_a_bar_are_told_apart(bar: list[str], blindness: str) -> None:
    # A part of a bar may be missing, so that those beside it touch.
    pairs = [*pairwise(bar), *zip(bar, bar[2:], strict=False)]
    assert {pair: distance(*pair, blindness) for pair in pairs if distance(*pair, blindness) < LEAST} == {}


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_lines_of_a_plot_are_told_apart(blindness: str) -> None:
    pairs = [pair for pair in combinations(COLOURS, 2) if distance(*pair, blindness) < LEAST]
    assert pairs == []


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("theme", [0, 1], ids=["day", "night"])
def test_good_bad_and_open_are_told_apart(theme: int, blindness: str) -> None:
    colours = [re.findall(rf"--{name}: (#\w+)", CSS)[theme] for name in ("good", "bad", "warn")]
    assert [pair for pair in combinations(colours, 2) if distance(*pair, blindness) < 2 * LEAST] == []
