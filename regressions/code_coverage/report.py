# SPDX-License-Identifier: Apache-2.0
"""From the simulations of a run to its code coverage, and the files that show it."""

from collections.abc import Iterable
from pathlib import Path

from regressions.code_coverage import cobertura, html, lcov
from regressions.code_coverage.data import Data
from regressions.code_coverage.measure import CodeCoverage, measure
from regressions.judge import SegmentResult
from regressions.paths import ROOT, relative
from regressions.planner import COVERAGE
from regressions.simulators.base import Simulator
from regressions.simulators.counted_sources import counted
from tb.exchange.device import Descriptor

FOLDER, POINTS = "code_coverage", "points.json"


def collect(
    run: Path, results: Iterable[SegmentResult], simulator: Simulator, device: Descriptor
) -> CodeCoverage | None:
    """Code coverage of a device in a run; None if no simulation of its coverage build left data.

    Raises:
        BuildError: Data is damaged.
        SchemaError: The device's exclusions are malformed.
    """
    tests: dict[str, dict[str, None]] = {}
    for result in results:
        if result.segment.kind == COVERAGE and result.segment.device == device.name and result.folder:
            tests.setdefault(result.folder, {})[result.segment.entry.name] = None
    data = Data(device.name)
    for folder, names in sorted(tests.items()):
        if (hits := simulator.code_coverage(run / folder)) is not None:
            data.add(", ".join(names), hits)
    return measure(data, device) if data.tests else None


def write(folder: Path, coverage: CodeCoverage, device: Descriptor, title: str, timestamp: int) -> None:
    """Writes `points.json`, the pages, `coverage.info` and `cobertura.xml`, stamped in seconds since 1970.

    Raises:
        OSError: A file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = {source.name: relative(source) for source in counted(device)}
    coverage.data.write(folder / POINTS)
    for name, page in html.render(coverage, title).items():
        (folder / name).write_text(page)
    (folder / "coverage.info").write_text(lcov.render(coverage, paths))
    (folder / "cobertura.xml").write_text(cobertura.render(coverage, paths, str(ROOT), timestamp))


def points_of(folders: Iterable[Path]) -> list[Path]:
    """The `points.json` below run folders."""
    return [path for folder in folders for path in sorted(folder.glob(f"{FOLDER}/*/{POINTS}"))]
