# SPDX-License-Identifier: Apache-2.0
"""Result of the triage of a bucket: what its failures have in common."""

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
