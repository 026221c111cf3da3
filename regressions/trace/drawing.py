# SPDX-License-Identifier: Apache-2.0
"""Places lanes on a picture: paths of a still one, and data from which the page's script draws any part."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from regressions.pictures import Axis
from regressions.trace.lanes import Label, Lane, Part
from regressions.trace.losses import MEANINGS

WIDTH = 1200
LEFT = 110  # of the plot; names of lanes are beside it
RIGHT = WIDTH - 16
TOP = 22
GAP = 5  # between lanes
HEADING = 20  # of a group
_BIN = 2  # pixels that are painted as one where there are more cycles than pixels
_LETTER = 6.6  # pixels

PAINTS: Mapping[str, str] = {
    "X": "#1f83c4",
    "W": "#e69f00",
    "Y": "#56b4e9",
    "Z": "#cc79a7",
    "other": "#8c8c8c",
    "stall": "#b2182b",
    "tile0": "#2f7ed8",
    "tile1": "#e8a33d",
    "tile2": "#35a38a",
    "tile3": "#a884c9",
    "padding": "#c9c9c9",
    "CONTROL": "#a0785a",
    "FILL": "#e3d44a",
    "WORKING": "#2a9d6f",
    "PAD_M": "#9d9d9d",
    "PAD_N": "#b9b9b9",
    "PAD_K": "#d0d0d0",
    "WAIT_X": "#1f83c4",
    "WAIT_W": "#e69f00",
    "WAIT_Y": "#56b4e9",
    "Z_BLOCK": "#cc79a7",
    "DRAIN": "#8c6bb1",
}
"""Colour of each paint. A cause has that of the operand that it is about."""
_WORDS = {
    "X": "X",
    "W": "W",
    "Y": "Y",
    "Z": "Z",
    "other": "several operands or none",
    "stall": "no grant",
    "padding": "padding",
    **{f"tile{number}": f"tiles {number}, {number + 4}, ..." for number in range(4)},
    **MEANINGS,
}
_HEADINGS = {
    "port": "port: requests, as logged",
    "buffers": "buffers, as the device tells (banks taken, tiles in the ring)",
    "waits": "waits, as the device tells",
    "array": "array, derived by the schedule model",
}


@dataclass(frozen=True, slots=True)
class PlacedLane:
    """A lane at its place."""

    lane: Lane
    top: int
    heading: str  # of its group, where it is the first of it

    @property
    def bottom(self) -> int:
        """Lower end."""
        return self.top + self.lane.height


@dataclass(frozen=True, slots=True)
class Picture:
    """Lanes of a job over its cycles."""

    lanes: Sequence[PlacedLane]
    cycles: int
    bottom: int

    @classmethod
    def of(cls, lanes: Sequence[Lane], cycles: int) -> "Picture":
        """Place lanes below each other."""
        placed, top, group = [], TOP, ""
        for lane in lanes:
            heading = _HEADINGS[lane.group] if lane.group != group else ""
            group, top = lane.group, top + (HEADING if heading else 0)
            placed.append(PlacedLane(lane, top, heading))
            top += lane.height + GAP
        return cls(placed, cycles, top)

    @property
    def scale(self) -> float:
        """Pixels of a cycle."""
        return (RIGHT - LEFT) / max(self.cycles, 1)

    def across(self, cycle: float) -> float:
        """Place of the beginning of a cycle, 0 for the first."""
        return round(LEFT + cycle * self.scale, 2)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Some round cycles, by place and name."""
        axis = Axis("cycle", 0, max(self.cycles, 1))
        return [(self.across(cycle), name) for cycle, name in axis.ticks if cycle == int(cycle)]

    def paths(self, placed: PlacedLane) -> Iterator[tuple[str, str]]:
        """Yield colour and path of each paint of a lane."""
        paths: dict[str, list[str]] = defaultdict(list)
        for left, width, look in self._columns(placed.lane):
            low = float(placed.bottom)
            for paint, share in look:
                high = low - share * placed.lane.height
                if high < low:
                    paths[paint].append(f"M{left:g} {high:.4g}h{width:g}V{low:.4g}h-{width:g}z")
                low = high
        for paint, parts in paths.items():
            yield PAINTS[paint], "".join(parts)

    def _columns(self, lane: Lane) -> Iterator[tuple[float, float, Sequence[Part]]]:
        """Left end, width and look of each run, or of each bin where there are more cycles than pixels."""
        at = 0
        if self.scale >= 1:
            for cycles, look in lane.runs:
                yield self.across(at), round(cycles * self.scale, 2), lane.looks[look]
                at += cycles
            return
        bins = (RIGHT - LEFT) // _BIN
        shares: list[dict[str, float]] = [defaultdict(float) for _ in range(bins)]
        wide = self.cycles / bins
        for cycles, look in lane.runs:
            end = at + cycles
            parts = lane.looks[look]
            place = int(at / wide) if parts else bins
            while place < bins and place * wide < end:
                overlap = min(end, (place + 1) * wide) - max(at, place * wide)
                for paint, share in parts:
                    shares[place][paint] += overlap / wide * share
                place += 1
            at = end
        for place, content in enumerate(shares):
            yield (
                LEFT + place * _BIN,
                _BIN,
                sorted(content.items(), key=lambda part: list(PAINTS).index(part[0])),
            )

    def words(self, placed: PlacedLane) -> Iterator[tuple[float, float, str]]:
        """Yield place, height and text of labels that have room."""
        for label in placed.lane.labels:
            text = fitting(label, self.scale)
            if text:
                middle = self.across(label.first + label.cycles / 2)
                yield middle, placed.top + placed.lane.height / 2 + 4, text

    @property
    def legend(self) -> list[tuple[str, str, str]]:
        """Colour, name and meaning of the paints in use."""
        used = {
            paint: None
            for placed in self.lanes
            for look in {look for _, look in placed.lane.runs}
            for paint, share in placed.lane.looks[look]
            if share
        }
        return [(colour, paint, _WORDS[paint]) for paint, colour in PAINTS.items() if paint in used]

    @property
    def data(self) -> dict[str, object]:
        """Everything that the script needs to draw any part."""
        return {
            "cycles": self.cycles,
            "lanes": [
                {
                    "name": placed.lane.name,
                    "top": placed.top,
                    "height": placed.lane.height,
                    "looks": [
                        [[paint, round(share, 4)] for paint, share in look] for look in placed.lane.looks
                    ],
                    "runs": [number for run in placed.lane.runs for number in run],
                    "labels": [[label.first, label.cycles, label.text] for label in placed.lane.labels],
                }
                for placed in self.lanes
            ],
        }


def fitting(label: Label, scale: float) -> str:
    """The text of a label, its beginning where only that has room, or nothing."""
    room = label.cycles * scale / _LETTER - 1
    if len(label.text) <= room:
        return label.text
    short = label.text.partition(":")[0]
    return short if len(short) <= room else ""
