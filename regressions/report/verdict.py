# SPDX-License-Identifier: Apache-2.0
"""Verdict in words, and like failures in groups."""

from collections.abc import Iterable

from regressions.failures import FailureRow
from regressions.progress import duration
from regressions.summary import Summary


def verdict(summary: Summary) -> str:
    """One line: whether the run passed, and how much it checked."""
    totals = summary.totals
    word = "INTERRUPTED" if summary.interrupted else "PASSED" if summary.passed else "FAILED"
    jobs = f"{totals['jobs']} of {totals['jobs_planned']} jobs"
    thousands = summary.cycles / summary.seconds / 1000 if summary.seconds else 0
    tests = f"{totals['passed']} of {totals['tests']} tests passed"
    devices = ", ".join(device.name for device in summary.run.devices)
    return (
        f"{word} {summary.run.label}: {tests}, {jobs} checked "
        f"on {devices}, seed {summary.run.seed}, {duration(summary.seconds)}, "
        f"{thousands:.0f} thousand cycles/s"
    )


def grouped(failures: Iterable[FailureRow]) -> dict[str, list[FailureRow]]:
    """Failures by bucket, the largest bucket of the gravest status first."""
    buckets: dict[str, list[FailureRow]] = {}
    for row in failures:
        buckets.setdefault(row.bucket, []).append(row)
    return buckets
