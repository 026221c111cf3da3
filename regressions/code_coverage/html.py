# SPDX-License-Identifier: Apache-2.0
"""Pages of code coverage: a table of the sources, and each source with the missed points beside its lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from regressions.code_coverage import names
from regressions.code_coverage.measure import CodeCoverage, SourceCoverage, percent
from regressions.pages import templates
from regressions.simulators.points import Kind, Point

KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A line of an annotated source."""

    number: int  # from 1
    text: str  # as it stands in the source
    state: str  # hit, missed, part (something beside the statement was missed), excluded, or empty
    count: int | None  # number of executions; None for a line without statements
    notes: tuple[str, ...]  # points missed there, or the reason why they do not count


def render(coverage: CodeCoverage, title: str) -> Mapping[str, str]:
    """All pages by file name; `index.html` leads to the others."""
    environment = templates(Path(__file__).parent, percent=percent)
    common = {"coverage": coverage, "title": title, "kinds": KINDS}
    unique = {test: len(points) for test, points in coverage.data.unique().items()}
    index = environment.get_template("index.html.j2").render(unique=unique, **common)
    pages = {"index.html": index}
    for source in coverage.sources:
        template = environment.get_template("source.html.j2")
        pages[f"{source.name}.html"] = template.render(source=source, rows=rows(source), **common)
    return pages


def rows(source: SourceCoverage) -> list[SourceRow]:
    """The lines of a source, annotated."""
    points: dict[int, list[Point]] = {}
    for point in sorted(source.points):
        points.setdefault(point.line, []).append(point)
    return [_row(source, number, text, points.get(number, [])) for number, text in enumerate(source.text, 1)]


def _row(source: SourceCoverage, number: int, text: str, points: list[Point]) -> SourceRow:
    line = source.lines.get(number)
    missed = [point for point in points if not source.points[point] and point not in source.reasons]
    reasons = dict.fromkeys(source.reasons[point] for point in points if point in source.reasons)
    notes = [f"{point.kind}: {point.name}" for point in missed if point.kind is not Kind.TOGGLE]
    bits = names.toggles(point for point in missed if point.kind is Kind.TOGGLE)
    notes += [f"toggle: {', '.join(bits)}"] if bits else []
    notes += [f"excluded: {reason}" for reason in reasons]
    if line is not None and not line.count:
        state = "excluded" if line.excluded else "missed"
    elif missed:
        state = "part"
    elif reasons:
        state = "excluded"
    else:
        state = "hit" if line is not None or points else ""
    return SourceRow(number, text, state, None if line is None else line.count, tuple(notes))
