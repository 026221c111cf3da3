# SPDX-License-Identifier: Apache-2.0
"""Statuses of jobs, tests and simulations."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Outcome of a job, a segment or a test; members stand from the gravest to the best.

    A crash outranks a mismatch because what was checked before it is incomplete evidence; a mismatch outranks
    the timeout it often causes.
    """

    BUILD_FAILED = "build_failed"
    CRASH = "crash"
    MISMATCH = "mismatch"
    PROTOCOL = "protocol"
    TIMEOUT = "timeout"
    NOT_RUN = "not_run"
    PASSED = "passed"
