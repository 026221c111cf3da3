# SPDX-License-Identifier: Apache-2.0
"""Which status wins when several apply, and which failures are alike."""

import re
from collections.abc import Iterable

from tb.status import Status

_ORDER = list(Status)
_ASIDE = re.compile(r"\s*\([^()]*\)")
_HEX = re.compile(r"0[xX][0-9a-fA-F]+")
_NUMBER = re.compile(r"(?<![A-Za-z0-9])-?\d+(\.\d+)?(e[+-]?\d+)?")


def gravity(status: Status) -> int:
    """Rank of a status, the gravest first."""
    return _ORDER.index(status)


def gravest(statuses: Iterable[Status]) -> Status:
    """The gravest of some statuses; ``not_run`` of none: what did not happen has not passed."""
    return min(statuses, key=gravity, default=Status.NOT_RUN)


def parse_status(text: object) -> Status:
    """A status read from a file; anything unknown counts as a crash of whoever wrote it."""
    try:
        return Status(str(text))
    except ValueError:
        return Status.CRASH


def bucket(status: Status, detail: str) -> str:
    """Key of like failures: the status and what the detail says first, without its numbers.

    What follows a semicolon or stands in parentheses belongs to the single case.
    """
    line = detail.strip().splitlines()[0] if detail.strip() else ""
    first = _ASIDE.sub("", line).partition(";")[0]
    return f"{status}: {_NUMBER.sub('#', _HEX.sub('#', first))}"[:160]
