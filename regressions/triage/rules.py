# SPDX-License-Identifier: Apache-2.0
"""Buckets that a known issue of the descriptor explains, if its rule took their checker or spread to them."""

from collections.abc import Sequence

from regressions.triage.kinship import chance
from regressions.triage.table import JobTable
from tb.exchange.known import KnownItem

# Chance at which a rule may be named though its jobs and those of the bucket meet by nothing else. More than
# that of buckets among each other: a rule is known to be true.
_CHANCE = 0.05


def rule_advice(bucket: str, table: JobTable, items: Sequence[KnownItem]) -> str:
    """Return words on the known issue whose jobs a bucket shows at, and what its rule lacks; empty if none.

    Args:
        bucket: The bucket.
        table: Jobs of the run, with all attributes.
        items: Known issues and differences of the device.
    """
    checker = bucket.split(": ")[1]
    own, possible = table.showing(bucket), table.scenarios(bucket)
    for item in items:
        if item.when is None or not own:
            continue
        meeting = table.meeting(item.when.text)
        if not own <= meeting or chance(len(own), len(own), len(meeting & possible), len(possible)) > _CHANCE:
            continue
        at, behind, others = table.standing(bucket, item.when.text)
        lacks = [] if checker in item.expect else [f"add '{checker}' to its `expect`"]
        if behind and not item.spreads:
            lacks.append("`spreads = true` takes in the jobs behind")
        if lacks and not others:
            where = " or ".join(word for word, count in (("at", at), ("behind", behind)) if count)
            return f"all of it is {where} jobs of known issue '{item.id}': {', and '.join(lacks)}"
    return ""
