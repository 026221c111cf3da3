# SPDX-License-Identifier: Apache-2.0
"""Runs that are merged: read, and compared with each other."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from regressions import account
from regressions.account import Account
from regressions.errors import UserError
from regressions.paths import relative
from regressions.rundir import RESULTS
from regressions.shards import parse_shard

LINKS = "runs"
"""Folder of links to the merged runs, so that logs and records are where the report says."""

Parts = Sequence[tuple[Path, Account]]
"""Folders of the runs that are merged, with their accounts."""


def read_parts(folders: Iterable[Path]) -> Parts:
    """Reads runs.

    Raises:
        UserError: There is none.
        SchemaError: One is damaged.
    """
    parts: list[tuple[Path, Account]] = []
    for folder in folders:
        if not (folder / RESULTS).exists():
            raise UserError(
                f"RUNS: {relative(folder)} is no run: it has no {RESULTS} (a run writes it when it ends)"
            )
        parts.append((folder, account.read(folder)))
    return parts


def agree(parts: Parts) -> None:
    """Checks that all runs are of one revision, tier and devices.

    Raises:
        UserError: They are not.
    """
    (first, part), *others = parts
    origin = part.info
    for folder, info in ((folder, part.info) for folder, part in others):
        for what in ("git", "tier", "dut", "devices"):
            one, other = getattr(origin, what), getattr(info, what)
            if one != other:
                raise UserError(
                    f"RUNS: {relative(first)} and {relative(folder)} are no parts of one run: "
                    f"{what} is {one!r} and {other!r}; merge runs of one commit, tier and device"
                )
        if origin.shard and info.shard and info.seed != origin.seed:
            raise UserError(
                f"RUNS: {relative(folder)} has seed {info.seed}, {relative(first)} "
                f"{origin.seed}: parts of one run have one seed"
            )


def missing(parts: Parts) -> list[str]:
    """Complaints that keep the runs from being a whole one: parts that are not there, or were interrupted.

    Raises:
        UserError: They are parts of different divisions.
    """
    shards = [parse_shard(part.info.shard) for _, part in parts if part.info.shard]
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
    stopped = [folder for folder, part in parts if part.interrupted]
    return absent + [f"{relative(folder)} was interrupted: run it again" for folder in stopped]
