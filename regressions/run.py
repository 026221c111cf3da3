# SPDX-License-Identifier: Apache-2.0
"""A run: an order that is being carried out, with the facts known when it started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from regressions.order import Order
from regressions.portion import WHOLE, RunPortion
from regressions.rundir import create_run
from tb.kinds import kind

if TYPE_CHECKING:
    from regressions.services import Services
    from tb.exchange.applicable import NotApplicable
    from tb.exchange.device import Descriptor
    from tb.scoreboard.own import OwnChecker

EXIT_PASSED, EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED = 0, 1, 2, 130


def own_checkers(files: Sequence[Path]) -> list[OwnChecker]:
    """A user's checkers; raises SchemaError if something is wrong with a file of them."""
    if not files:
        return []
    from tb.scoreboard.own import load_own

    return load_own(files)


@dataclass(frozen=True, slots=True)
class Run:
    """An order that is being carried out."""

    order: Order  # all that was asked for
    label: str  # name of its report: a tier, or ``run``, ``rerun``, ``coverage``
    seed: int  # seed of all random streams
    devices: tuple[Descriptor, ...]  # the devices, the main one first
    folder: Path  # where its outputs are
    git: str  # commit, with ``-dirty`` if files were changed; empty outside of a repository
    tools: dict[str, str]  # versions
    # True if it is all that the label stands for, or a shard of it; no choice of tests, no soak.
    complete: bool = False
    goals: bool = False  # True if the main device's goals of code coverage must be reached
    left_out: tuple[NotApplicable, ...] = ()  # tests that were asked for and have no meaning on a device
    portion: RunPortion = WHOLE  # what it is of all that the label stands for

    @classmethod
    def begin(
        cls,
        order: Order,
        label: str,
        seed: int,
        devices: Sequence[Descriptor],
        services: Services,
        *,
        complete: bool = False,
        goals: bool = False,
        left_out: Sequence[NotApplicable] = (),
        portion: RunPortion = WHOLE,
    ) -> Run:
        """Make the folder of a run, and note commit and tools.

        Raises:
            SchemaError: There is something wrong with the covergroups or checkers.
            UserError: The run that goes on ran another commit.
            OSError: The folder cannot be made.
        """
        from regressions.provenance import git_revision, tool_versions
        from regressions.resuming import check_commit, keep

        for each in {device.kind for device in devices} if order.covergroups else ():
            kind(each).definition(order.covergroups)  # what is wrong with them is said now
        own_checkers(order.checkers)
        git, tools = git_revision(), tool_versions(services.simulator("verilator").version())
        if order.resume is None:
            folder = create_run(order.tree.runs, label, seed)
            keep(folder, order, seed, git)
        else:
            folder = order.resume.resolve()
            check_commit(folder, git)
        facts = (tuple(devices), folder, git, tools, complete, goals, tuple(left_out))
        return cls(order, label, seed, *facts, portion)

    @property
    def main(self) -> Descriptor:
        """The device whose figures the reports show."""
        return self.devices[0]

    @property
    def title(self) -> str:
        """The label and, of a portion of what it stands for, which."""
        shard = self.order.shard.text
        return ", ".join(filter(None, (self.label, self.portion.words, shard and f"part {shard}")))

    @property
    def undivided(self) -> bool:
        """True if it is all that its label stands for, so that it must cover what is kept for that."""
        return self.complete and self.order.shard.undivided

    @property
    def known_issues(self) -> list[str]:
        """Known issues of the devices, as their descriptors list them."""
        return [f"{issue.id}: {issue.reason}" for device in self.devices for issue in device.known_issues]

    def rerun_options(self, name: str) -> str:
        """The options that repeat something on a device, as they follow in a command line after a blank."""
        device = next(device for device in self.devices if device.name == name)
        options = self.order.rerun_options(device)
        return f" {options}" if options else ""
