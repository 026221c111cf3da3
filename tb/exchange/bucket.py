# SPDX-License-Identifier: Apache-2.0
"""Buckets: findings that are alike, by status, checker and shape."""

import re
from collections.abc import Sequence

from tb.exchange.results import HANG, Finding
from tb.exchange.status import Status

_ASIDE = re.compile(r"\s*\([^()]*\)")
_HEX = re.compile(r"0[xX][0-9a-fA-F]+")
_NUMBER = re.compile(r"(?<![A-Za-z0-9])-?\d+(\.\d+)?(e[+-]?\d+)?")


def bucket(status: Status, detail: str) -> str:
    """Key of like failures: the status and the beginning of the detail, without its numbers.

    What follows a semicolon or stands in parentheses belongs to the single case.
    """
    line = detail.strip().splitlines()[0] if detail.strip() else ""
    first = _ASIDE.sub("", line).partition(";")[0]
    return f"{status}: {_NUMBER.sub('#', _HEX.sub('#', first))}"[:160]


def foremost(findings: Sequence[Finding]) -> Finding:
    """The finding that tells a failing scenario best: a job that does not end, or else the first gravest.

    What a device breaks before it stops is a trace of that, or shows in scenarios that end, too.
    """
    hang = next((finding for finding in findings if finding.checker == HANG), None)
    return hang or min(findings, key=lambda finding: finding.status.gravity)


def bucket_of(finding: Finding) -> str:
    """Key of like findings: their status, checker and shape."""
    return bucket(finding.status, f"{finding.checker}: {finding.detail}")
