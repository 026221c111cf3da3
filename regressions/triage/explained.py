# SPDX-License-Identifier: Apache-2.0
"""Buckets that are the defects of others in disguise: each scenario has a job that meets one's condition."""

from collections.abc import Collection, Hashable, Mapping

from regressions.triage.kinship import CHANCE, MOST, chance

_DEFECTS = 3  # that may share a bucket


def explained(
    own: Collection[Hashable], meeting: Mapping[str, Collection[Hashable]], possible: Collection[Hashable]
) -> str:
    """Return words on the buckets whose conditions explain the scenarios of another one; empty if none do.

    Args:
        own: Scenarios in which that other one shows.
        meeting: Scenarios that have a job that meets its condition, by bucket that may explain it.
        possible: Scenarios in which it could have shown.
    """
    rest, met = set(own), set[Hashable]()
    counts: dict[str, int] = {}
    while rest and len(counts) < _DEFECTS:
        hits = {bucket: len(rest.intersection(those)) for bucket, those in meeting.items()}
        best = max(hits, key=lambda bucket: hits[bucket], default="")
        if not best or not hits[best]:
            break
        counts[best] = hits[best]
        rest.difference_update(meeting[best])
        met.update(meeting[best])
    covered, everywhere = len(own) - len(rest), set(own).union(possible)
    if covered < MOST * len(own):
        return ""
    by_chance = chance(covered, len(own), len(met & everywhere), len(everywhere))
    if by_chance * len(meeting) ** len(counts) >= CHANCE:
        return ""
    (first, count), *more = counts.items()
    text = f"likely one bug with '{first}': {count} of its {len(own)} scenarios meet that one's condition"
    return text + "".join(f", and with '{bucket}': {hit} meet that one's" for bucket, hit in more)
