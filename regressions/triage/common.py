# SPDX-License-Identifier: Apache-2.0
"""Result of the triage of a bucket: what its failures have in common."""

from collections.abc import Collection
from dataclasses import dataclass

from regressions.triage.subgroup import Subgroup


@dataclass(frozen=True, slots=True)
class Common:
    """Common ground of the failures of a bucket."""

    condition: Subgroup | str  # that of its jobs, or why there is none
    kin: str = ""  # another bucket that is likely of the same bug, in words; empty if none is
    rule: str = ""  # what the rule of a known issue lacks to take it in, in words; empty if there is none

    @property
    def lines(self) -> list[str]:
        """Lines for people."""
        return [str(self.condition), *filter(None, [self.kin, self.rule])]


NAMELESS = Common("no condition: it names no job")
"""That of failures without a scenario, such as a register that reads back something else."""


def bugs(commons: Collection[Common]) -> str:
    """Return words on the number of bugs behind the buckets of a device; empty for less than two buckets.

    Those of known issues count for none.
    """
    if len(commons) < 2:
        return ""
    own = sum(not (each.kin or each.rule) for each in commons)
    likely = f"{own} bug{'s' * (own > 1)}" if own else "of known issues alone"
    return f"{len(commons)} buckets, likely {likely}"
