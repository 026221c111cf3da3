# SPDX-License-Identifier: Apache-2.0
"""``cobertura.xml``: lines and branches for continuous-integration servers."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from regressions.code_coverage.measure import CodeCoverage, Share, SourceCoverage
from regressions.pages import templates
from regressions.simulators.points import Kind


def render(coverage: CodeCoverage, paths: Mapping[str, str], root: str, timestamp: int) -> str:
    """Render the file after the DTD coverage-04, without excluded points.

    Paths of sources are relative to `root`; the timestamp is the run's, in seconds since 1970.
    """
    template = templates(Path(__file__).parent, rate=_rate, lines=counted_lines).get_template(
        "cobertura.xml.j2"
    )
    return template.render(Kind=Kind, coverage=coverage, paths=paths, root=root, timestamp=timestamp) + "\n"


def _rate(share: Share) -> str:
    return f"{1.0 if share.percent is None else share.percent / 100:.4f}"


def counted_lines(source: SourceCoverage) -> Iterator[tuple[int, int, int, int]]:
    """Number and hits of each line, and how many branches on it were taken, of how many."""
    at = {
        number: [count for _, count in points]
        for number, points in groupby(source.of(Kind.BRANCH).items(), lambda item: item[0].line)
    }
    counts = {number: line.count for number, line in source.lines.items() if not line.excluded}
    # A branch may stand on a line without a statement of its own.
    for number in sorted(counts.keys() | at.keys()):
        branches = at.get(number, [])
        hits = counts.get(number, max(branches, default=0))
        yield number, hits, sum(count > 0 for count in branches), len(branches)
