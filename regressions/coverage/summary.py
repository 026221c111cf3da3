# SPDX-License-Identifier: Apache-2.0
"""Coverage as ``summary.json`` has it."""

from collections.abc import Mapping
from typing import Any

from regressions.code_coverage.measure import CodeCoverage
from regressions.coverage.measure import Coverage
from regressions.simulators.points import Kind


def coverage_json(
    functional: Coverage | None, code: CodeCoverage | None, of_kinds: Mapping[str, Coverage]
) -> dict[str, Any]:
    """Functional and code coverage in percent; null for code coverage that was not measured.

    A run without an accelerator that stands alone has no functional bins, and has covered none.
    """
    return {
        "functional": functional.percent if functional and functional.bins["defined"] else 0.0,
        **{kind.value: _share(code, kind) for kind in (Kind.LINE, Kind.BRANCH, Kind.TOGGLE)},
        "bins": functional.bins if functional else {"defined": 0, "excluded": 0, "hit": 0},
        **{name: {"functional": its.percent, "bins": its.bins} for name, its in of_kinds.items()},
    }


def _share(code: CodeCoverage | None, kind: Kind) -> float | None:
    share = None if code is None else code.share(kind).percent
    return None if share is None else round(share, 3)
