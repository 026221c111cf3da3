# SPDX-License-Identifier: Apache-2.0
"""Runs whose results are read: those that are named, or all; none twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from regressions.errors import UserError
from regressions.paths import BuildTree, relative
from regressions.run_parts import LINKS
from regressions.rundir import RESULTS


@dataclass(frozen=True, slots=True)
class RunChoice:
    """The runs that are read."""

    folders: dict[str, Path]  # by name; the first of a name has it as it is
    notes: tuple[str, ...] = ()  # lines for people on what is left out


def choose(named: Sequence[Path], tree: BuildTree) -> RunChoice:
    """Choose runs: folders of runs, or folders that hold some; without any named, all of the tree.

    A run that was merged from others takes their place, so that nothing counts twice.

    Raises:
        UserError: There are none.
    """
    found: dict[Path, Path] = {}
    for folder in named or [tree.runs]:
        inside = [folder] if (folder / RESULTS).exists() else _runs_in(folder)
        if named and not inside:
            raise UserError(
                f"RUNS: {relative(folder)} is no run and holds none: a run writes {RESULTS} when it ends"
            )
        for run in inside:
            found.setdefault(run.resolve(), run)
    if not found:
        raise UserError(
            f"no run has ended in {relative(tree.runs)}: make one, such as by make regressions TIER=smoke, "
            "or name folders of runs by RUNS="
        )
    kept, notes = _once(found)
    return RunChoice(_named(kept), tuple(notes))


def _runs_in(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob(f"*/{RESULTS}"))


def _once(found: dict[Path, Path]) -> tuple[list[Path], list[str]]:
    """Runs whose simulations no other run holds too, and lines on the others."""
    origins = {place: _origins(place) for place in found}
    kept: list[Path] = []
    taken: set[Path] = set()
    notes: list[str] = []
    for place in sorted(found, key=lambda place: -len(origins[place])):
        if origins[place] <= taken:
            notes.append(f"{relative(found[place])} is part of a merged run, which is read instead")
            continue
        if origins[place] & taken:
            notes.append(f"{relative(found[place])} shares parts with another merged run: these count twice")
        taken |= origins[place]
        kept.append(place)
    return [found[place] for place in found if place in kept], notes


def _origins(run: Path) -> set[Path]:
    """Folders of the runs whose simulations a run has: its own, or those that it was merged from."""
    links = [link.resolve() for link in sorted((run / LINKS).glob("*"))]
    return set().union(*(_origins(link) for link in links if link != run)) if links else {run}


def _named(runs: Iterable[Path]) -> dict[str, Path]:
    """Runs by name; two that began in one second on two machines are told apart by a number."""
    names: dict[str, Path] = {}
    for run in runs:
        first = run.resolve().name
        further = (f"{first}~{number}" for number in range(2, len(names) + 3))
        names[next(name for name in (first, *further) if name not in names)] = run
    return names
