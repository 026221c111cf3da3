# SPDX-License-Identifier: Apache-2.0
"""Results of jobs for tests of their readers."""

from typing import Any

from tb.exchange.results import Causes, JobResult
from tb.exchange.status import Status

_FIELDS: dict[str, Any] = {
    **{"test": "t", "scenario": 0, "job": 0, "op": "GEMM", "format": "FP16", "m": 3, "n": 4, "k": 5},
    **{"stall": "none", "cycles": 80, "bound": 100, "utilization": 0.4, "status": Status.PASSED},
}


def job_result(*, causes: dict[str, int] | None = None, **changes: Any) -> JobResult:
    """Returns a job that passed, but for some changes."""
    return JobResult(**(_FIELDS | changes), causes=Causes(causes) if causes else None)
