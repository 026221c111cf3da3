# SPDX-License-Identifier: Apache-2.0
"""Errors of a farm's engine."""

from regressions.errors import UserError


class WorkerLost(Exception):
    """A worker did not come to the end of a task; the text says how."""


class EngineGone(UserError):
    """There is no scheduler any more; what ended before is kept."""
