# SPDX-License-Identifier: Apache-2.0
"""Buckets: which failures are alike."""

import re

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
