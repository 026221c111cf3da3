# SPDX-License-Identifier: Apache-2.0
"""An order: all that a command line asked for, in one object that is handed down whole.

Each field of `Order` declares an option. The parser is made of these declarations (`regressions.cli`), and
whoever acts on an option reads it from the order: a new option is a line here, its text and its targets in
targets.toml, and the line that uses it.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from regressions import testlist
from regressions.errors import UserError
from regressions.farm.spec import Farm, parse_farm
from regressions.limits import processors
from regressions.option import Option, parse_duration, parse_processes, parse_seed, parse_stop
from regressions.paths import BuildTree, quoted, relative
from regressions.shards import UNDIVIDED, Shard, parse_shard
from regressions.testlist import LISTS
from regressions.tiers import DeviceBudget, Tier, get_tier, load_tiers

if TYPE_CHECKING:
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry

DEFAULT_DUT = "redmule"


def _pr() -> Tier:
    return get_tier("pr")


def _tree(text: str) -> BuildTree:
    return BuildTree(Path(text))


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that a command line asked for; targets.toml explains each option."""

    tier: Annotated[Tier, Option("TIER", get_tier)] = field(default_factory=_pr)
    seed: Annotated[int | None, Option("SEED", parse_seed)] = None
    processes: Annotated[int, Option("JOBS", parse_processes)] = field(default_factory=processors)
    dut: Annotated[str, Option("DUT")] = ""
    tests: Annotated[str, Option("TESTS")] = ""
    soak_seconds: Annotated[float | None, Option("TIME", parse_duration)] = None
    stop: Annotated[int | None, Option("STOP", parse_stop)] = None
    test: Annotated[str, Option("TEST")] = ""
    name: Annotated[str, Option("NAME")] = ""
    kind: Annotated[str, Option("KIND")] = ""
    waves: Annotated[bool, Option.switch("WAVES")] = False
    scaling: Annotated[bool, Option.switch("SCALING")] = False
    cells: Annotated[str, Option("CELLS")] = ""
    netlist: Annotated[bool, Option.switch("NETLIST")] = False
    record: Annotated[Path | None, Option("R", Path)] = None
    finding: Annotated[str, Option("FINDING")] = ""
    lists: Annotated[tuple[Path, ...], Option.paths("LISTS")] = ()
    covergroups: Annotated[tuple[Path, ...], Option.paths("COVERGROUPS")] = ()
    checkers: Annotated[tuple[Path, ...], Option.paths("CHECKERS")] = ()
    resume: Annotated[Path | None, Option("RESUME", Path)] = None
    farm: Annotated[Farm | None, Option("FARM", parse_farm)] = None
    shard: Annotated[Shard, Option("SHARD", parse_shard)] = UNDIVIDED
    defects: Annotated[bool, Option.switch("DEFECTS")] = False
    replay: Annotated[bool, Option.switch("REPLAY")] = False
    count: Annotated[bool, Option.switch("COUNT")] = False
    keep: Annotated[bool, Option.switch("KEEP")] = False
    graded: Annotated[bool, Option.switch("GRADE")] = False
    data: Annotated[Path | None, Option("DATA", Path)] = None
    job_list: Annotated[Path | None, Option("JOBLIST", Path)] = None
    runs: Annotated[tuple[Path, ...], Option.paths("RUNS")] = ()
    sql: Annotated[str, Option("SQL")] = ""
    top: Annotated[str, Option("TOP")] = ""
    files: Annotated[tuple[Path, ...], Option.paths("FILES")] = ()
    out: Annotated[Path | None, Option("OUT", Path)] = None
    arguments: Annotated[str, Option("ARGS")] = ""
    tree: Annotated[BuildTree, Option("BUILD", _tree)] = field(default_factory=BuildTree)
    # All of this as it was typed, by field, for a run that goes on later.
    typed: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    @cache
    def options(cls) -> dict[str, Option]:
        """The declarations of all options, by field."""
        hints = get_type_hints(cls, include_extras=True)
        return {name: hint.__metadata__[0] for name, hint in hints.items() if name != "typed"}

    @classmethod
    def of(cls, typed: Mapping[str, Any]) -> Order:
        """The order that was typed: texts, or lists of them, by field, without options that were not given.

        Raises:
            UserError: An option cannot be read.
        """
        options = cls.options().items()
        fields = {name: option.parse(typed[name]) for name, option in options if name in typed}
        return cls(**fields, typed={name: typed[name] for name in fields})

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
        return testlist.load((LISTS,), load_tiers(), self.lists)

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
        parts = [f"{variable}={quoted(path)}" for variable, path in paths if path is not None]
        return " ".join([*parts, f"KIND={self.kind}"] if self.kind else parts)

    def rerun_options(self, device: Descriptor) -> str:
        """Make variables besides TEST and SEED that repeat a run on a device."""
        place = relative(device.path)
        dut = device.path.stem if place == f"tb/duts/{device.path.name}" else place
        parts = [f"DUT={shlex.quote(dut)}"] if dut != DEFAULT_DUT else []
        for variable, paths in (
            ("LISTS", self.lists),
            ("COVERGROUPS", self.covergroups),
            ("CHECKERS", self.checkers),
        ):
            joined = shlex.join(relative(path) for path in paths)
            parts += [f"{variable}={shlex.quote(joined)}"] if paths else []
        return " ".join(parts)
