# SPDX-License-Identifier: Apache-2.0
"""Coverpoints: functions that give a sample one of their bins, with the names of the bins beside them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from models.formats import Format
from models.ops import Op

Function = Callable[[Any], str | None]

OPERATIONS = tuple(op.name for op in Op)
FORMATS = tuple(fmt.name for fmt in Format)
SIZES = ("0", "1", "below", "edge-1", "edge", "edge+1", "above", "tiles-1", "tiles", "tiles+1")
"""Bins of a dimension against the edge of a tile, `size_bin`."""

MIXED = "mixed"
"""Bin of operands of different formats."""

NEEDS = (
    "operation",
    "format",
    "operand_format",
    "m_size",
    "n_size",
    "k_size",
    "core",
    "register",
    "bytes",
    "lock",
    "queue",
    "ids",
    "meeting",
    "own_y",
    "fault_tolerant",
    "schedule",
)


@dataclass(frozen=True, slots=True)
class Coverpoint:
    """Gives each sample one of its bins, or none where it does not apply.

    Raises:
        ValueError: A bin is there twice, there is none, or `needs` is no ability.
    """

    name: str  # unique; in the names of items
    sample: str
    doc: str
    bins: tuple[str, ...]
    # Ability of a device that decides which bins it can reach; empty where every device reaches all.
    needs: str = ""
    # Gives the name of a sample's bin, or None; None for kinds whose samples are made as bins.
    function: Function | None = None

    def __post_init__(self) -> None:
        twice = next((each for each in self.bins if self.bins.count(each) > 1), None)
        if twice is not None:
            raise ValueError(f"coverpoint {self.name}: bin '{twice}' is there twice; remove one")
        if not self.bins:
            raise ValueError(f"coverpoint {self.name} has no bins; name some")
        if self.needs not in (*NEEDS, ""):
            raise ValueError(f"coverpoint {self.name} needs '{self.needs}'; use one of {', '.join(NEEDS)}")

    def __call__(self, sample: Any) -> str | None:
        """The name of a sample's bin; None for none."""
        assert self.function is not None, f"samples of {self.name} are made as bins"
        return self.function(sample)


def coverpoint(sample: str, bins: Iterable[str], needs: str = "") -> Callable[[Function], Coverpoint]:
    """Makes a function the coverpoint of its name; the first line of its docstring tells the meaning.

    Args:
        sample: kind of samples that it is given.
        bins: all names that it gives.
        needs: ability of a device that decides which of them it can reach, one of `NEEDS`.
    """

    def make(function: Function) -> Coverpoint:
        doc = (function.__doc__ or "").partition("\n")[0].rstrip(".")
        return Coverpoint(function.__name__, sample, doc, tuple(bins), needs, function)

    return make


def coverpoints(module: ModuleType) -> Iterator[Coverpoint]:
    """The coverpoints of a module: its decorated functions, and those in its tuples."""
    for value in vars(module).values():
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Coverpoint):
                yield each


def size_bin(size: int, edge: int) -> str:
    """Bin of a dimension.

    Of the multiples of the edge, those above the first and their neighbours have bins of their own; `above`
    is anything else beyond the edge.
    """
    if size < 2:
        return str(size)
    if size <= edge + 1:
        distance = size - edge
        return "below" if distance < -1 else ("edge-1", "edge", "edge+1")[distance + 1]
    left = (size + 1) % edge
    return ("tiles-1", "tiles", "tiles+1")[left] if left < 3 else "above"
