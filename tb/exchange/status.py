# SPDX-License-Identifier: Apache-2.0
"""Statuses of jobs, tests and simulations, and their order."""

from collections.abc import Iterable
from enum import StrEnum


class Status(StrEnum):
    """Outcome of a job, a segment or a test; members stand from the gravest to the best.

    A crash outranks a mismatch because what was checked before it is incomplete evidence; a mismatch outranks
    the timeout it often causes. An error is what the test's own code raised; what the device did says more.
    """

    BUILD_FAILED = "build_failed"
    CRASH = "crash"
    MISMATCH = "mismatch"
    PROTOCOL = "protocol"
    TIMEOUT = "timeout"
    ERROR = "error"
    NOT_RUN = "not_run"
    PASSED = "passed"

    @property
    def gravity(self) -> int:
        """Rank of the status, 0 for the gravest."""
        return _RANKS[self]


_RANKS = {status: rank for rank, status in enumerate(Status)}


def gravest(statuses: Iterable[Status]) -> Status:
    """Returns the gravest of some statuses; `NOT_RUN` of none: what did not happen has not passed."""
    return min(statuses, key=_RANKS.__getitem__, default=Status.NOT_RUN)
