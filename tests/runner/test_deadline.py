# SPDX-License-Identifier: Apache-2.0
"""The time that a simulation had: other work of the machine takes none of it."""

import os
from collections.abc import Sequence

import pytest

from regressions.deadline import Effort, processor_seconds


def effort(seconds: Sequence[float], processor: Sequence[float | None]) -> float:
    """Returns what is counted of a process that was looked at some times."""
    wall, used = iter(seconds), iter(processor)
    watched = Effort(lambda: next(used), lambda: next(wall))
    return [watched.seconds() for _ in seconds[1:]][-1]


@pytest.mark.parametrize(
    ("processor", "counted"),
    [
        ([0.0, 1.0, 2.0, 3.0], 3.0),  # alone
        ([0.0, 1.7, 3.4, 5.1], 3.0),  # with several threads
        ([0.0, 0.1, 0.2, 0.3], 0.3),  # beside nine others
        ([0.0, 0.0, 0.0, 0.0], 3.0),  # it waits for what does not come
        ([0.0, 0.0, 0.0, 0.5], 2.5),
        ([None] * 4, 3.0),  # a system that does not tell
        ([0.0, 1.0, None, None], 3.0),  # it has ended
    ],
)
def test_time_that_others_had_is_left_out(processor: Sequence[float | None], counted: float) -> None:
    assert effort([10.0, 11.0, 12.0, 13.0], processor) == pytest.approx(counted)


def test_processor_time_is_read() -> None:
    before = processor_seconds(os.getpid())
    if before is None:
        pytest.skip("the system does not tell")
    used = os.times()
    assert before == pytest.approx(used.user + used.system, abs=0.1)
    assert processor_seconds(1 << 30) is None
