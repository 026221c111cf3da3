# SPDX-License-Identifier: Apache-2.0
"""Tiers: how much a regression simulates."""

import secrets
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from regressions.errors import unknown
from regressions.paths import relative
from tb.exchange.reading import convert
from tb.schema import Where, read_toml

TIERS_FILE = Path(__file__).with_name("tiers.toml")


_Builds = dict[str, Annotated[int, Meta(ge=1)]]


class DeviceBudget(Struct, frozen=True, forbid_unknown_fields=True):
    """A device's share of a tier."""

    share: Annotated[float, Meta(ge=0)]  # the device's budget, in budgets of the tier
    builds: _Builds | None = None  # build kinds and their shares of the segments; None for those of the tier
    tests: str = ""  # patterns of test names, separated by commas; empty for all tests of the tier


class Tier(Struct, frozen=True, forbid_unknown_fields=True):
    """A regression's size."""

    name: str  # its name, the one of its report
    cycles: Annotated[int, Meta(ge=1)]  # budget of simulated cycles, shared among the weighted tests
    segment: Annotated[int, Meta(ge=1)]  # cycles a test may take between two resets of the device
    # Default seed; ``random`` draws one for each run.
    seed: Annotated[int, Meta(ge=0)] | Literal["random"] = "random"
    # Build kinds and their shares of the segments.
    builds: _Builds = field(default_factory=lambda: {"fast": 1})
    description: str = ""  # one line for people
    # The devices it runs on unless one is asked for, the first being the run's main one.
    devices: dict[str, DeviceBudget] = field(default_factory=dict)
    mutants: bool = False  # True if the whole tier ends with the deliberate defects of all kinds of devices
    coverage: bool = False  # True if the jobs that close the code coverage of the main device run too
    # One job in this many gets second opinions on all outputs; 0 for none.
    opinions_share: Annotated[int, Meta(ge=0)] = 0

    def on(self, budget: DeviceBudget) -> "Tier":
        """The tier as one device runs it: its share of the cycles, its build kinds."""
        cycles = max(1, round(self.cycles * budget.share))
        return replace(self, cycles=cycles, builds=budget.builds or self.builds)

    def choose_seed(self) -> int:
        """The tier's default seed, or a fresh one where it has none."""
        return secrets.randbelow(2**31) if self.seed == "random" else self.seed


def load_tiers(path: Path = TIERS_FILE) -> dict[str, Tier]:
    """Reads all tiers.

    Raises:
        SchemaError: The file is malformed.
    """
    where = Where(relative(path))
    tables = read_toml(path)
    return {name: convert({"name": name, **tables[name]}, Tier, where.key(name)) for name in tables}


def get_tier(name: str, path: Path = TIERS_FILE) -> Tier:
    """The tier of a name.

    Raises:
        UserError: There is none; names the nearest.
    """
    tiers = load_tiers(path)
    if name not in tiers:
        raise unknown("tier", name, tiers, "TIER")
    return tiers[name]
