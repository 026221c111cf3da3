# SPDX-License-Identifier: Apache-2.0
"""Plots as inline SVG whose lines and text take the page's colour, so that they suit a dark page too."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#123456"
"""Stands for the page's text colour."""
_DPI = 200
"""Resolution of a plot's pixels, at its size of 6.4 inches."""
_RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "redmule",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One plot and what it shows."""

    title: str
    svg: str


def svg_plot(draw: Callable[[Axes], None], label: str, height: float = 3.6) -> str:
    """One plot.

    Args:
        draw: Draws into the axes.
        label: Description of the plot for those who cannot see it.
        height: In inches, at a width of 6.4; the page scales both.
    """
    with mpl.rc_context(_RC):
        figure = Figure(figsize=(6.4, height), layout="constrained")
        figure.patch.set_alpha(0.0)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0.0)
        axes.grid(color=INK, alpha=0.15, linewidth=0.5)
        draw(axes)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", dpi=_DPI, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue().replace(INK, "currentColor")
    return text[text.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
