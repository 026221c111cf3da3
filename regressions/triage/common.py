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

    @property
    def lines(self) -> list[str]:
        """Lines for people."""
        return [str(self.condition), *filter(None, [self.kin])]


NAMELESS = Common("no condition: it names no job")
"""That of failures without a scenario, such as a register that reads back something else."""


def bugs(commons: Collection[Common]) -> str:
    """Return words on the number of bugs behind the buckets of a device; empty for less than two buckets."""
    own = sum(not each.kin for each in commons)
    return f"{len(commons)} buckets, likely {own} bug{'s' * (own != 1)}" if len(commons) > 1 else ""
