# SPDX-License-Identifier: Apache-2.0
"""An order: all that a command line asked for, in one object that is handed down whole.

Each field of `Order` declares an option. The parser is made of these declarations (`regressions.cli`), and
whoever acts on an option reads it from the order: a new option is a line here and the line that uses it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from regressions import testlist
from regressions.errors import UserError
from regressions.option import (
    MANY,
    Option,
    parse_duration,
    parse_paths,
    parse_processes,
    parse_seed,
    parse_stop,
)
from regressions.paths import BuildTree, relative
from regressions.shards import UNDIVIDED, Shard, parse_shard
from regressions.testlist import LISTS
from regressions.tiers import DeviceBudget, Tier, get_tier, load_tiers

if TYPE_CHECKING:
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry

DEFAULT_DUT = "redmule"


def _pr() -> Tier:
    return get_tier("pr")


def _processors() -> int:
    return len(os.sched_getaffinity(0))


def _tree(text: str) -> BuildTree:
    return BuildTree(Path(text))


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that a command line asked for; the text of each option explains it."""

    tier: Annotated[Tier, Option("--tier", "budget of the run (default pr)", get_tier)] = field(
        default_factory=_pr
    )
    seed: Annotated[
        int | None, Option("--seed", "seed of all random streams (default: the tier's)", parse_seed)
    ] = None
    processes: Annotated[
        int, Option("--jobs", "simulations at a time (default: processors)", parse_processes)
    ] = field(default_factory=_processors)
    dut: Annotated[str, Option("--dut", "name or path of a device descriptor")] = ""
    tests: Annotated[str, Option("--tests", "patterns of test names, separated by commas")] = ""
    soak_seconds: Annotated[
        float | None, Option("--time", "soak: run for 90s, 30m or 8h", parse_duration)
    ] = None
    stop: Annotated[int | None, Option("--stop", "end after so many failures", parse_stop)] = None
    test: Annotated[
        str, Option("--test", "name, name:scenario or name:begin:end; patterns, several with commas")
    ] = ""
    kind: Annotated[str, Option("--kind", "build kind")] = ""
    waves: Annotated[bool, Option.switch("--waves", "write waves.vcd")] = False
    scaling: Annotated[bool, Option.switch("--scaling", "make bench: sizes up to 512 and arrays, slow")] = (
        False
    )
    record: Annotated[Path | None, Option("--record", "failure record", Path)] = None
    finding: Annotated[str, Option("--finding", "finding of the record, by the beginning of its line")] = ""
    lists: Annotated[tuple[Path, ...], Option.repeated("--lists", "further test lists")] = ()
    covergroups: Annotated[tuple[Path, ...], Option.repeated("--covergroups", "further covergroups")] = ()
    shard: Annotated[Shard, Option("--shard", "part of a run, such as 1/3", parse_shard)] = UNDIVIDED
    keep: Annotated[bool, Option.switch("--keep", "keep the coverage as the baseline")] = False
    graded: Annotated[bool, Option.switch("--graded", "mutants: run all tests with each")] = False
    data: Annotated[Path | None, Option("--data", "mutants: file with other defects", Path)] = None
    job_list: Annotated[Path | None, Option("--joblist", "mutants: file with other jobs", Path)] = None
    runs: Annotated[tuple[Path, ...], Option("--runs", "run folders", parse_paths, MANY)] = ()
    top: Annotated[str, Option("--top", "new-dut: name of the top module")] = ""
    files: Annotated[
        tuple[Path, ...], Option("--files", "new-dut: lists (.f) and sources", parse_paths, MANY)
    ] = ()
    out: Annotated[Path | None, Option("--out", "new-dut: folder that receives the files", Path)] = None
    tree: Annotated[BuildTree, Option("--build", "folder of all outputs", _tree)] = field(
        default_factory=BuildTree
    )

    @classmethod
    @cache
    def options(cls) -> dict[str, Option]:
        """The declarations of all options, by field."""
        hints = get_type_hints(cls, include_extras=True)
        return {name: hint.__metadata__[0] for name, hint in hints.items()}

    @classmethod
    def of(cls, typed: Mapping[str, Any]) -> Order:
        """The order that was typed: texts, or lists of them, by field, without options that were not given.

        Raises:
            UserError: An option cannot be read.
        """
        options = cls.options().items()
        return cls(**{name: option.parse(typed[name]) for name, option in options if name in typed})

    @property
    def device(self) -> str:
        """Name or path of the device asked for, or of the default one."""
        return self.dut or DEFAULT_DUT

    @property
    def budgets(self) -> dict[str, DeviceBudget]:
        """Devices and their budgets: the tier's, or all of it for the device asked for."""
        return {self.dut: DeviceBudget(share=1.0)} if self.dut else self.tier.devices

    @property
    def entries(self) -> dict[str, TestEntry]:
        """All tests of all lists."""
        return testlist.load((LISTS, *self.lists), load_tiers())

    @property
    def chosen_seed(self) -> int:
        """The given seed, or the tier's."""
        return self.tier.choose_seed() if self.seed is None else self.seed

    @property
    def selective(self) -> bool:
        """Only a part of the tier is asked for: a choice of tests, or one build kind."""
        return bool(self.tests or self.kind or self.waves)

    @property
    def record_path(self) -> Path:
        """The failure record; raises UserError where none is named."""
        if self.record is None:
            raise UserError(
                "R: name a failure record, such as R=build/runs/<run>/sims/0000/failures/<test>-<n>.json"
            )
        return self.record.resolve()

    @property
    def campaign_options(self) -> str:
        """Make variables of a campaign, besides DUT, that repeat the run of a defect."""
        paths = (("DATA", self.data), ("JOBLIST", self.job_list))
        parts = [f"{variable}={relative(path)}" for variable, path in paths if path is not None]
        return " ".join([*parts, f"KIND={self.kind}"] if self.kind else parts)

    def rerun_options(self, device: Descriptor) -> str:
        """Make variables besides TEST and SEED that repeat a run on a device."""
        place = relative(device.path)
        dut = device.path.stem if place == f"tb/duts/{device.path.name}" else place
        parts = [f"DUT={dut}"] if dut != DEFAULT_DUT else []
        for variable, paths in (("LISTS", self.lists), ("COVERGROUPS", self.covergroups)):
            parts += [f"{variable}={' '.join(relative(path) for path in paths)!r}"] if paths else []
        return " ".join(parts)
