# SPDX-License-Identifier: Apache-2.0
"""Plain tables on the console: what does not fit goes column by column, the least important first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

_GAP = 2  # blanks between two columns
_LEAST = 20  # width of a wrapped column at least


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    heading: str
    right: bool = False  # aligned to the right
    wrapped: bool = False  # a text that may have several lines
    # Where the terminal is too narrow, columns of the highest number go first; 0 for those that always stay.
    drop: int = 0


def print_table(console: Console, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; where columns are left out for the width of a terminal, a line below names them.

    Elsewhere, as in a file or pipe, all are printed.
    """
    cells = [tuple(row) for row in rows]
    least = [_least(column, [row[place] for row in cells]) for place, column in enumerate(columns)]
    shown = _fitting(columns, least, console.width) if console.is_terminal else range(len(columns))
    needed = _needed(shown, least)
    # Without a width of its own, the table would cut cells to the console's.
    table = Table(
        box=None, pad_edge=False, header_style="bold", width=needed if needed > console.width else None
    )
    for place in shown:
        column = columns[place]
        table.add_column(
            column.heading, no_wrap=not column.wrapped, justify="right" if column.right else "left"
        )
    for row in cells:
        table.add_row(*(Text(row[place]) for place in shown))
    console.print(table, soft_wrap=False, crop=False)
    if left_out := [column.heading for place, column in enumerate(columns) if place not in shown]:
        said = f"not shown in {console.width} columns: {', '.join(left_out)}"
        console.print(said, style="dim", soft_wrap=True)


def _least(column: Column, cells: Iterable[str]) -> int:
    """The width that a column needs at least."""
    heading, widest = len(column.heading), max(map(len, cells), default=0)
    return max(heading, min(widest, _LEAST) if column.wrapped else widest)


def _needed(shown: Sequence[int], least: Sequence[int]) -> int:
    """The width that some columns need at least, with what is between them."""
    return sum(least[place] for place in shown) + _GAP * (len(shown) - 1)


def _fitting(columns: Sequence[Column], least: Sequence[int], width: int) -> Sequence[int]:
    """The places of the columns that fit into a width, and of those that stay whatever the width."""
    shown = list(range(len(columns)))
    for drop in sorted({column.drop for column in columns if column.drop}, reverse=True):
        if _needed(shown, least) > width:
            shown = [place for place in shown if columns[place].drop != drop]
    return shown
