# SPDX-License-Identifier: Apache-2.0
"""``cobertura.xml``: lines and branches for continuous-integration servers."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from itertools import groupby

from regressions.code_coverage.measure import CodeCoverage, Share, SourceCoverage
from regressions.simulators.points import Kind


def render(coverage: CodeCoverage, paths: Mapping[str, str], root: str, timestamp: int) -> bytes:
    """Render the file after the DTD coverage-04, without excluded points.

    Args:
        coverage: Measured coverage.
        paths: Path of each source, relative to `root`.
        root: Where those paths start.
        timestamp: Of the run, in seconds since 1970.
    """
    lines, branches = coverage.share(Kind.LINE), coverage.share(Kind.BRANCH)
    top = ET.Element(
        "coverage",
        {
            **_rates(lines, branches),
            "lines-covered": str(lines.hit),
            "lines-valid": str(lines.counted),
            "branches-covered": str(branches.hit),
            "branches-valid": str(branches.counted),
            "complexity": "0",
            "version": "1",
            "timestamp": str(timestamp),
        },
    )
    ET.SubElement(ET.SubElement(top, "sources"), "source").text = root
    packages = ET.SubElement(top, "packages")
    package = ET.SubElement(
        packages, "package", {"name": coverage.device, **_rates(lines, branches), "complexity": "0"}
    )
    classes = ET.SubElement(package, "classes")
    for source in coverage.sources:
        _class(classes, source, paths[source.name])
    ET.indent(top)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(top, encoding="unicode")}\n'.encode()


def _rates(lines: Share, branches: Share) -> dict[str, str]:
    return {
        "line-rate": f"{1.0 if lines.percent is None else lines.percent / 100:.4f}",
        "branch-rate": f"{1.0 if branches.percent is None else branches.percent / 100:.4f}",
    }


def _class(classes: ET.Element, source: SourceCoverage, path: str) -> None:
    rates = _rates(source.share(Kind.LINE), source.share(Kind.BRANCH))
    name = path.rpartition("/")[2].partition(".")[0]
    element = ET.SubElement(classes, "class", {"name": name, "filename": path, **rates, "complexity": "0"})
    ET.SubElement(element, "methods")
    lines = ET.SubElement(element, "lines")
    at = {
        number: [count for _, count in points]
        for number, points in groupby(source.of(Kind.BRANCH).items(), lambda item: item[0].line)
    }
    counts = {number: line.count for number, line in source.lines.items() if not line.excluded}
    # A branch may stand on a line without a statement of its own.
    for number in sorted(counts.keys() | at.keys()):
        _line(lines, number, counts.get(number, max(at.get(number, [0]))), at.get(number, []))


def _line(lines: ET.Element, number: int, hits: int, branches: Sequence[int]) -> None:
    fields = {"number": str(number), "hits": str(hits), "branch": str(bool(branches)).lower()}
    if branches:
        taken = sum(count > 0 for count in branches)
        fields["condition-coverage"] = f"{100 * taken // len(branches)}% ({taken}/{len(branches)})"
    ET.SubElement(lines, "line", fields)
