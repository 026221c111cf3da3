# SPDX-License-Identifier: Apache-2.0
"""The first screen of the page: what is not tested, and where the time went."""

from dataclasses import dataclass
from itertools import cycle

from regressions.display import duration
from regressions.processor import OTHERS
from regressions.simulators.points import Kind
from regressions.summary import Summary
from regressions.testplan import TestpointVerdict
from tb.checkers import tally

_NAMES = {OTHERS: "compilers and others"}
COLOURS = ("#2459a8", "#dd6b20", "#8cc4f2", "#d9a91f", "#1f8a8a", "#b58be0", "#8c3a07", "#8d949c", "#8f6a00")
"""Of parts of a bar, one after the other."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A number on the first screen."""

    number: str
    text: str  # number of what
    link: str  # place on the page that says more
    open: bool  # something is missing


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a time."""

    name: str
    text: str  # its length
    percent: float  # of the whole
    colour: str


def tiles(summary: Summary) -> list[Tile]:
    """Numbers of what the run did not test."""
    plan = summary.testplan
    untested = sum(row.verdict is TestpointVerdict.UNTESTED for row in plan)
    found = [Tile(str(untested), f"of {len(plan)} testpoints without a test", "testplan", bool(untested))]
    measured = [("", summary.coverage), *((f"-{name}", its) for name, its in summary.of_kinds.items())]
    for suffix, its in measured:
        if its and (wanted := its.bins["defined"] - its.bins["excluded"]):
            holes = wanted - its.bins["hit"]
            of = f" of {suffix[1:]}s" if suffix else ""
            text = f"of {_thousands(wanted)} bins{of} not hit ({its.percent:.1f} % are)"
            found.append(Tile(_thousands(holes), text, f"coverage{suffix}", bool(holes)))
    if (code := summary.code) is not None:
        shares = [(kind, code.share(kind)) for kind in (Kind.LINE, Kind.BRANCH, Kind.TOGGLE)]
        holes = sum(share.counted - share.hit for _, share in shares)
        found.append(
            Tile(_thousands(holes), "lines, branches and toggles of the device not hit", "code", bool(holes))
        )
    else:
        found.append(Tile("no", "code coverage in this run", "setup", True))
    proofs = tally(summary.checkers)
    found.append(
        Tile(
            str(proofs["total"] - proofs["proven"]),
            f"of {proofs['total']} checkers without a proof that they fire",
            "checkers",
            proofs["proven"] < proofs["total"],
        )
    )
    if summary.not_applicable:
        found.append(
            Tile(str(len(summary.not_applicable)), "of the plan not applicable", "not-applicable", False)
        )
    return found


def processor_time(summary: Summary) -> list[Part]:
    """Processor time by purpose, the most first."""
    whole = sum(summary.processor.values())
    return [
        Part(_NAMES.get(name, name), duration(seconds), 100 * seconds / whole, colour)
        for colour, (name, seconds) in zip(cycle(COLOURS), summary.processor.most_common(), strict=False)
        if seconds >= whole / 1000 > 0
    ]


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
