# SPDX-License-Identifier: Apache-2.0
"""Verdict in words, and like failures in groups."""

from dataclasses import dataclass

from regressions.display import duration
from regressions.failures import FailureRow, ShrunkFailure
from regressions.summary import Summary

SHORT_SECONDS = 10.0
"""Length of a run up to which the start of simulations decides its cycles per second."""


def verdict(summary: Summary) -> str:
    """One line: whether the run passed, and how much it checked."""
    totals = summary.totals
    word = verdict_word(summary).upper()
    tests = f"{totals['passed']} of {totals['tests']} tests passed"
    if totals["not_applicable"]:
        tests += f" ({totals['not_applicable']} not applicable)"
    devices = ", ".join(device.name for device in summary.run.devices)
    return (
        f"{word} {summary.run.title}: {tests}, {summary.checked} checked "
        f"on {devices}, seed {summary.run.seed}, {duration(summary.seconds)}, {_cycles(summary)}"
    )


def _cycles(summary: Summary) -> str:
    """The rate of a run in words; of a short one, most of which is its start, the cycles."""
    thousands = summary.cycles / 1000 / max(summary.seconds, 1e-9)
    if summary.seconds < SHORT_SECONDS or thousands < 1:
        return f"{summary.cycles:,} cycles"
    return f"{thousands:.0f} thousand cycles/s"


def verdict_word(summary: Summary) -> str:
    """The verdict in a word; a run that was stopped for its failures is no whole one."""
    if summary.interrupted:
        return "stopped" if summary.stopped else "interrupted"
    return "passed" if summary.passed else "failed"


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Like failures."""

    key: str  # their bucket
    rows: tuple[FailureRow, ...]  # the failures
    common: tuple[str, ...]  # lines that say of each device what these have in common
    shrunk: tuple[ShrunkFailure, ...] = ()  # the first of each device, as small as it goes


def grouped(summary: Summary) -> list[FailureGroup]:
    """Failures by bucket, that of the gravest status first."""
    buckets: dict[str, list[FailureRow]] = {}
    for row in summary.failures:
        buckets.setdefault(row.bucket, []).append(row)
    return [
        FailureGroup(
            key,
            tuple(rows),
            tuple(
                f"{device}: {line}"
                for device in dict.fromkeys(row.device for row in rows)
                for line in summary.common(device, key).lines
            ),
            tuple(each for each in summary.shrunk if each.bucket == key),
        )
        for key, rows in buckets.items()
    ]
