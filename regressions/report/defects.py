# SPDX-License-Identifier: Apache-2.0
"""Deliberate defects in reports: the testpoints that each breaks, and the checkers that found it last."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regressions.kinds import with_defects
from regressions.testplan import Testpoint

if TYPE_CHECKING:
    from regressions.mutants.defects import Defect


@dataclass(frozen=True, slots=True)
class DefectView:
    """A defect."""

    defect: Defect  # its data
    testpoints: tuple[str, ...]  # requirements that it breaks
    found: tuple[str, ...]  # checkers that found it in the last campaign; empty if none did, or none has run
    fate: str  # its fate there: `killed`, `survived`, `invalid`; empty if none has run


@dataclass(frozen=True, slots=True)
class ModuleView:
    """All defects of a module."""

    name: str
    defects: tuple[DefectView, ...]

    @property
    def killed(self) -> int:
        """Number of those that the last campaign found."""
        return sum(each.fate == "killed" for each in self.defects)

    @property
    def explained(self) -> int:
        """Number of those that may survive, with a reason."""
        return sum(bool(each.defect.reason) for each in self.defects)


def modules(plan: Iterable[Testpoint], reports: Path | None) -> list[ModuleView]:
    """All modules with defects, in the order of the data; the last campaigns are in `reports`."""
    defects = [each for target in with_defects() for each in _defects(target)]
    names = {name for defect, module in defects for name in (defect.id, module)}
    breaking = {point.id: point.breaks(names) for point in plan}
    last = _last(reports)
    found: dict[str, list[DefectView]] = {}
    for defect, module in defects:
        broken = tuple(point for point, hit in breaking.items() if defect.id in hit or module in hit)
        outcome = last.get(defect.id, {})
        view = DefectView(defect, broken, tuple(outcome.get("checkers", ())), outcome.get("fate", ""))
        found.setdefault(module, []).append(view)
    return [ModuleView(name, tuple(views)) for name, views in found.items()]


@cache
def _defects(device: str) -> list[tuple[Defect, str]]:
    """A device's defects, with their modules."""
    # Imported here: campaigns run tests, which end in reports.
    from regressions.mutants.defects import load

    return [(each, each.module) for each in load(device)]


def broken_by(views: Iterable[ModuleView], point: str) -> list[tuple[str, int]]:
    """Modules with defects that break a testpoint, and how many of each."""
    counts = [(view.name, sum(point in each.testpoints for each in view.defects)) for view in views]
    return [(name, count) for name, count in counts if count]


def module_anchor(name: str) -> str:
    """Anchor of a module's defects on the page."""
    return f"defects-{re.sub(r'[^a-z0-9_]', '-', name)}"


def _last(reports: Path | None) -> dict[str, Mapping[str, Any]]:
    """Outcomes of the last campaigns by defect; those that cannot be read count as not run."""
    outcomes: dict[str, Mapping[str, Any]] = {}
    for name in (kind.label for kind in with_defects().values()) if reports else ():
        assert reports is not None
        try:
            content = json.loads((reports / name / "mutants.json").read_text())
            outcomes |= {each["id"]: each for each in content["defects"]}
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return outcomes
