# SPDX-License-Identifier: Apache-2.0
"""Functional coverage as the report shows it: covergroups, their open bins, and the testpoints they serve."""

from collections.abc import Iterable
from dataclasses import dataclass

from regressions.coverage.measure import Coverage, ItemRow
from regressions.testplan import Testpoint

MAX_OPEN = 200


@dataclass(frozen=True, slots=True)
class GroupView(ItemRow):
    """A covergroup, all its items together; of its open bins the first ones."""

    rows: tuple[ItemRow, ...]  # its points and crosses, the least covered first
    testpoints: tuple[str, ...]  # testpoints that it serves


@dataclass(frozen=True, slots=True)
class ExclusionView:
    """An exclusion: its text, its reason, and the number of bins that it takes out."""

    when: str
    reason: str
    bins: int


def groups(coverage: Coverage, plan: Iterable[Testpoint]) -> list[GroupView]:
    """All covergroups, in the order of their definition."""
    docs = {group.name: group.doc for group in coverage.definition.groups}
    found: dict[str, list[ItemRow]] = {}
    for row in coverage.rows:
        if row.defined:
            found.setdefault(row.group, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row.percent)
    points = list(plan)
    return [
        GroupView(
            name=name,
            doc=docs.get(name, "internal events that devices tell of themselves"),
            defined=sum(row.defined for row in rows),
            excluded=sum(row.excluded for row in rows),
            hit=sum(row.hit for row in rows),
            open=tuple(each for row in rows for each in row.open)[:MAX_OPEN],
            rows=tuple(rows),
            testpoints=tuple(point.id for point in points if any(point.wants(row.name) for row in rows)),
        )
        for name, rows in found.items()
    ]


def share(coverage: Coverage | None, testpoint: Testpoint) -> tuple[int, int] | None:
    """Bins of a testpoint that were hit, and that can be; None without any."""
    rows = [row for row in coverage.rows if testpoint.wants(row.name)] if coverage else []
    wanted = sum(row.defined - row.excluded for row in rows)
    return (sum(row.hit for row in rows), wanted) if wanted else None


def bin_groups(coverage: Coverage | None, testpoint: Testpoint) -> list[str]:
    """Covergroups with bins of a testpoint."""
    rows = coverage.rows if coverage else []
    return list(dict.fromkeys(row.group for row in rows if row.defined and testpoint.wants(row.name)))


def exclusions(coverage: Coverage) -> list[ExclusionView]:
    """All exclusions, with the bins that each takes out."""
    found: list[ExclusionView] = []
    for exclusion in coverage.definition.exclusions:
        masks = ((item, exclusion.mask(item)) for item in coverage.definition.items.values())
        bins = sum(int((mask & coverage.masks[item.name]).sum()) for item, mask in masks if mask is not None)
        when = ", ".join(f"{point} {' or '.join(names)}" for point, names in exclusion.when.items())
        found.append(ExclusionView(when.replace("*", "any"), exclusion.reason, bins))
    return found
