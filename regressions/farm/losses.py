# SPDX-License-Identifier: Apache-2.0
"""Error of a farm's engine."""


class WorkerLost(Exception):
    """A worker did not come to the end of a task; the text says how."""
