# SPDX-License-Identifier: Apache-2.0
"""Buckets whose scenarios all have a job that meets the condition of another bucket."""

import pytest

from regressions.triage.explained import explained

POSSIBLE = range(200)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (
            range(9),
            range(100, 120),
            "likely one bug with 'a': 9 of its 9 scenarios meet that one's condition",
        ),
        (
            range(8),
            range(100, 120),
            "likely one bug with 'a': 8 of its 9 scenarios meet that one's condition",
        ),
        (
            range(5),
            range(5, 12),
            "likely one bug with 'a': 5 of its 9 scenarios meet that one's condition, "
            "and with 'b': 4 meet that one's",
        ),
        (range(5), range(100, 120), ""),  # four of nine are left
        (range(190), range(100, 120), ""),  # nearly all scenarios have such a job
    ],
)
def test_each_scenario_has_a_job_that_meets_a_condition(first: range, second: range, words: str) -> None:
    assert explained(range(9), {"a": first, "b": second}, POSSIBLE) == words


def test_without_other_conditions_nothing_is_explained() -> None:
    assert explained(range(9), {}, POSSIBLE) == ""
