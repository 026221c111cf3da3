# SPDX-License-Identifier: Apache-2.0
"""Buckets that are likely of one bug: they have one condition, or one shows wherever the other does."""

from collections.abc import Collection, Hashable, Mapping
from math import exp, lgamma

CHANCE = 0.01
"""Chance at which a bucket of a run may be called kin though nothing but chance has them meet."""

MOST = 0.8
"""Share of a bucket's scenarios that its kin has to explain."""


def kinship(
    scenarios: Mapping[str, Collection[Hashable]], conditions: Mapping[str, str], total: int
) -> dict[str, str]:
    """Return words on the bucket that another one is likely of the same bug as, by that other one.

    Each bucket names a larger one, so that the largest of a bug names none.

    Args:
        scenarios: Scenarios in which each bucket shows.
        conditions: Conditions of the buckets that have one.
        total: Number of scenarios that ran.
    """
    order = sorted(scenarios, key=lambda bucket: (-len(scenarios[bucket]), bucket))
    found: dict[str, str] = {}
    for place, bucket in enumerate(order):
        own, text = set(scenarios[bucket]), conditions.get(bucket)
        same = next((each for each in order[:place] if text is not None and conditions.get(each) == text), "")
        meets = {each: own.intersection(scenarios[each]) for each in order[:place]}
        chances = {
            each: chance(len(both), len(own), len(scenarios[each]), total)
            for each, both in meets.items()
            if len(both) >= MOST * len(own)
        }
        nearest = min(chances, key=lambda each: chances[each], default="")
        if same:
            found[bucket] = f"likely one bug with '{same}': the same condition"
        elif nearest and chances[nearest] * place < CHANCE:
            count = f"{len(meets[nearest])} of its {len(own)} scenarios"
            found[bucket] = f"likely one bug with '{nearest}', which shows in {count}"
    return found


def chance(both: int, part: int, whole: int, total: int) -> float:
    """Return the probability that so many scenarios of a part, or more, lie in some of a total by chance."""
    ways = (
        exp(_ways(whole, each) + _ways(total - whole, part - each) - _ways(total, part))
        for each in range(max(both, part + whole - total), min(part, whole) + 1)
    )
    return sum(ways)


def _ways(of: int, choose: int) -> float:
    """Logarithm of the number of ways to choose."""
    return lgamma(of + 1) - lgamma(choose + 1) - lgamma(of - choose + 1)
