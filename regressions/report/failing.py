# SPDX-License-Identifier: Apache-2.0
"""Failures as the page shows them: by what failed, some of each kind in full, the others by their numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regressions.failures import FailureRow
from regressions.report.anchors import slug, unique
from regressions.report.trend import Trend
from regressions.report.verdict import FailureGroup

SHOWN_KINDS, SHOWN_ROWS, MOST_ROWS, MOST_TEXT = 100, 20, 300, 1000
"""Kinds in full, failures in full of each and of all, and characters of a text: the page stays small."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A failure in full."""

    anchor: str
    row: FailureRow


@dataclass(frozen=True, slots=True)
class FailureKind:
    """Like failures."""

    anchor: str
    group: FailureGroup
    shown: tuple[Shown, ...]
    others: tuple[str, ...]  # the failures that are not shown, a line for each test and device
    history: tuple[str, ...]  # since when, for each device
    is_new: bool  # the last run had no such failure on any device

    @property
    def devices(self) -> list[str]:
        """Devices that fail in this way."""
        return list(dict.fromkeys(row.device for row in self.group.rows))

    @property
    def tests(self) -> list[str]:
        """Tests that fail in this way."""
        return list(dict.fromkeys(row.test for row in self.group.rows))


@dataclass(frozen=True, slots=True)
class Failures:
    """All failures of a run."""

    kinds: tuple[FailureKind, ...]  # those in full, the most frequent first
    further: tuple[tuple[int, str], ...]  # number and bucket of the other ones that are named
    unnamed: int  # number of kinds beyond
    total: int  # number of failures
    by_test: dict[tuple[str, str], str]  # the first failure of each device and test


def failures(groups: Sequence[FailureGroup], trend: Trend) -> Failures:
    """Choose what the page shows of the failures of a run."""
    ranked = sorted(groups, key=lambda group: -len(group.rows))
    full, rest = ranked[:SHOWN_KINDS], ranked[SHOWN_KINDS:]
    each = max(1, min(SHOWN_ROWS, MOST_ROWS // max(len(full), 1)))
    chosen = [_chosen(group.rows, each) for group in full]
    rows = [row for some, _ in chosen for row in some]
    anchors = iter(unique(slug("failure", row.device, row.test, _number(row)) for row in rows))
    kinds = []
    by_test: dict[tuple[str, str], str] = {}
    for place, (group, (some, others)) in enumerate(zip(full, chosen, strict=True), 1):
        shown = tuple(Shown(next(anchors), row) for row in some)
        for one in shown:
            by_test.setdefault((one.row.device, one.row.test), one.anchor)
        devices = dict.fromkeys(row.device for row in group.rows)
        said = [(device, trend.since(device, group.key)) for device in devices]
        is_new = all(trend.is_new(device, group.key) for device in devices)
        history = tuple(f"{device}: {words}" if len(said) > 1 else words for device, words in said if words)
        kinds.append(FailureKind(f"failures-{place}", group, shown, tuple(_others(others)), history, is_new))
        for row in group.rows:
            by_test.setdefault((row.device, row.test), f"failures-{place}")
    named = tuple((len(group.rows), short(group.key, 160)) for group in rest[:MOST_ROWS])
    total = sum(len(group.rows) for group in groups)
    return Failures(tuple(kinds), named, len(rest) - len(named), total, by_test)


def _chosen(rows: Sequence[FailureRow], most: int) -> tuple[list[FailureRow], list[FailureRow]]:
    """Rows to show, the first of each test on each device among them, and the other ones."""
    first = {(row.device, row.test): place for place, row in reversed(list(enumerate(rows)))}
    ranked = sorted(range(len(rows)), key=lambda place: first[rows[place].device, rows[place].test] != place)
    shown = set(ranked[:most])
    return [rows[place] for place in sorted(shown)], [row for i, row in enumerate(rows) if i not in shown]


def short(text: str, most: int = MOST_TEXT) -> str:
    """Cut a text that is longer than a reader needs."""
    return text if len(text) <= most else f"{text[:most]} ..."


def _number(row: FailureRow) -> str:
    return row.where.removeprefix("scenarios ") if row.scenario is None else str(row.scenario)


def _others(rows: Iterable[FailureRow]) -> Iterable[str]:
    """Scenarios of failures, a line for each test on each device."""
    places: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        places.setdefault((row.test, row.device), []).append(_number(row))
    for (test, device), numbers in list(places.items())[:SHOWN_ROWS]:
        yield short(f"{test} on {device}, scenarios {', '.join(numbers)}")
    if len(places) > SHOWN_ROWS:
        yield f"and in {len(places) - SHOWN_ROWS} more tests"
