# SPDX-License-Identifier: Apache-2.0
"""``coverage.info``: lines and branches for lcov, genhtml and editors."""

from collections.abc import Mapping

from regressions.code_coverage.cobertura import counted_lines
from regressions.code_coverage.measure import CodeCoverage, SourceCoverage
from regressions.simulators.points import Kind


def render(coverage: CodeCoverage, paths: Mapping[str, str]) -> str:
    """Render the tracefile, without excluded points."""
    return "".join(_record(source, paths[source.name], coverage.device) for source in coverage.sources)


def _record(source: SourceCoverage, path: str, device: str) -> str:
    # lcov 2 refuses branches on a line that has no count of its own.
    lines = {number: hits for number, hits, _, _ in counted_lines(source)}
    branches = source.of(Kind.BRANCH)
    text = [f"TN:{device}", f"SF:{path}"]
    for place, (point, count) in enumerate(branches.items()):
        # A branch of a line that was never reached has no count but a dash.
        taken = str(count) if lines[point.line] else "-"
        text.append(f"BRDA:{point.line},{point.column},{place},{taken}")
    text += [f"BRF:{len(branches)}", f"BRH:{sum(count > 0 for count in branches.values())}"]
    text += [f"DA:{number},{count}" for number, count in lines.items()]
    text += [f"LF:{len(lines)}", f"LH:{sum(count > 0 for count in lines.values())}", "end_of_record"]
    return "\n".join(text) + "\n"
