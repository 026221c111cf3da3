# SPDX-License-Identifier: Apache-2.0
"""Runs that are merged: read, and compared with each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from regressions import account
from regressions.account import Account
from regressions.errors import UserError
from regressions.paths import relative
from regressions.rundir import RESULTS
from regressions.shards import parse_shard


@dataclass(frozen=True, slots=True)
class RunPart:
    """A run that is merged.

    Attributes:
        folder: Where it is.
        account: Its own account.
    """

    folder: Path
    account: Account


def read_part(folder: Path) -> RunPart:
    """Reads a run.

    Raises:
        UserError: There is none.
        SchemaError: It is damaged.
    """
    if not (folder / RESULTS).exists():
        raise UserError(
            f"RUNS: {relative(folder)} is no run: it has no {RESULTS} (a run writes it when it ends)"
        )
    return RunPart(folder, account.read(folder))


def agree(parts: Sequence[RunPart]) -> None:
    """Checks that all runs are of one revision, tier and devices.

    Raises:
        UserError: They are not.
    """
    first, origin = parts[0], parts[0].account.info
    for part in parts[1:]:
        for what in ("git", "tier", "dut", "devices"):
            one, other = getattr(origin, what), getattr(part.account.info, what)
            if one != other:
                raise UserError(
                    f"RUNS: {relative(first.folder)} and {relative(part.folder)} are no parts of one run: "
                    f"{what} is {one!r} and {other!r}; merge runs of one commit, tier and device"
                )
        if origin.shard and part.account.info.shard and part.account.info.seed != origin.seed:
            raise UserError(
                f"RUNS: {relative(part.folder)} has seed {part.account.info.seed}, {relative(first.folder)} "
                f"{origin.seed}: parts of one run have one seed"
            )


def missing(parts: Sequence[RunPart]) -> list[str]:
    """Complaints that keep the runs from being a whole one: parts that are not there, or were interrupted.

    Raises:
        UserError: They are parts of different divisions.
    """
    shards = [parse_shard(part.account.info.shard) for part in parts if part.account.info.shard]
    counts = {shard.count for shard in shards}
    if len(counts) > 1:
        raise UserError(f"RUNS: parts of {' and of '.join(map(str, sorted(counts)))} cannot be put together")
    present = {shard.number for shard in shards}
    absent = [
        f"part {number}/{count} is missing: run it with SHARD={number}/{count}, or name its folder in RUNS="
        for count in counts
        for number in range(1, count + 1)
        if number not in present
    ]
    stopped = [part.folder for part in parts if part.account.interrupted]
    return absent + [f"{relative(folder)} was interrupted: run it again" for folder in stopped]
