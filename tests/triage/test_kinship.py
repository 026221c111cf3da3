# SPDX-License-Identifier: Apache-2.0
"""Buckets that are likely of one bug: by condition, and by the scenarios in which they show."""

import pytest

from regressions.triage.kinship import kinship


def words(
    scenarios: dict[str, set[int]], conditions: dict[str, str] | None = None, total: int = 300
) -> dict[str, str]:
    return kinship(scenarios, conditions or {}, total)


def test_one_condition_is_one_bug() -> None:
    """The scenarios may differ: a hang hides what else its job would show."""
    scenarios = {"hang": set(range(40)), "wrong": set(range(40, 60)), "slow": set(range(60, 90))}
    told = words(scenarios, {"hang": "n == 5", "wrong": "n == 5", "slow": "m == 2"})
    assert told == {"wrong": "likely one bug with 'hang': the same condition"}


@pytest.mark.parametrize(
    ("whole", "part", "total", "kin"),
    [
        (60, 14, 300, True),
        (60, 2, 300, False),  # four of a hundred pairs of scenarios lie there by chance
        (2, 1, 300, True),
        (290, 14, 300, False),  # nearly all scenarios show the larger one
        (14, 14, 300, True),
        (40, 14, 60, True),
    ],
)
def test_a_bucket_that_shows_only_where_another_does_is_its_kin(
    whole: int, part: int, total: int, kin: bool
) -> None:
    told = words({"a": set(range(whole)), "b": set(range(part))}, total=total)
    shown = f"likely one bug with 'a', which shows in {part} of its {part} scenarios"
    assert told == ({"b": shown} if kin else {})


@pytest.mark.parametrize(("others", "kin"), [(3, True), (4, False)])
def test_a_few_scenarios_of_its_own_are_allowed(others: int, kin: bool) -> None:
    told = words({"a": set(range(60)), "b": {*range(13), *range(200, 200 + others)}})
    count = f"13 of its {13 + others} scenarios"
    assert told == ({"b": f"likely one bug with 'a', which shows in {count}"} if kin else {})


def test_the_smallest_one_around_it_is_named_and_the_largest_names_none() -> None:
    told = words({"a": set(range(60)), "b": set(range(20)), "c": set(range(9))})
    assert {bucket: text.split("'")[1] for bucket, text in told.items()} == {"b": "a", "c": "b"}


def test_many_buckets_ask_for_more() -> None:
    """With many larger ones around, one of them holds a few scenarios by chance."""
    others = {f"other {number}": set(range(1000 * number, 1000 * number + 70)) for number in range(1, 40)}
    two = {"a": set(range(30)), "b": {1, 2}}
    assert "b" in words(two, total=400)
    assert "b" not in words(two | others, total=400)
