# SPDX-License-Identifier: Apache-2.0
"""Tiers: how much a regression simulates."""

import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path

from regressions.errors import unknown
from regressions.paths import relative
from tb.schema import Field, Where, check, read_toml

TIERS_FILE = Path(__file__).with_name("tiers.toml")


@dataclass(frozen=True, slots=True)
class DeviceBudget:
    """A device's share of a tier.

    Attributes:
        share: The device's budget, in budgets of the tier.
        builds: Build kinds and their shares of the segments; None for those of the tier.
        tests: Patterns of test names, separated by commas; empty for all tests of the tier.
    """

    share: float
    builds: dict[str, int] | None = None
    tests: str = ""


@dataclass(frozen=True, slots=True)
class Tier:
    """A regression's size.

    Attributes:
        name: Its name, the one of its report.
        cycles: Budget of simulated cycles, shared among the weighted tests.
        segment: Cycles a test may take between two resets of the device.
        seed: Default seed; None draws one for each run.
        builds: Build kinds and their shares of the segments.
        description: One line for people.
        devices: The devices it runs on unless one is asked for, the first being the run's main one.
        mutants: True if the whole tier ends with the deliberate defects of all kinds of devices.
        coverage: True if the jobs that close the code coverage of the main device run too.
        opinions_share: One job in this many gets second opinions on all outputs; 0 for none.
    """

    name: str
    cycles: int
    segment: int
    seed: int | None
    builds: dict[str, int] = field(default_factory=lambda: {"fast": 1})
    description: str = ""
    devices: dict[str, DeviceBudget] = field(default_factory=dict)
    mutants: bool = False
    coverage: bool = False
    opinions_share: int = 0

    def on(self, budget: DeviceBudget) -> "Tier":
        """The tier as one device runs it: its share of the cycles, its build kinds."""
        cycles = max(1, round(self.cycles * budget.share))
        return replace(self, cycles=cycles, builds=budget.builds or self.builds)

    def choose_seed(self) -> int:
        """The tier's default seed, or a fresh one where it has none."""
        return secrets.randbelow(2**31) if self.seed is None else self.seed


def _seed(value: object, where: Where) -> int | None:
    if value == "random":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise where.error(f'must be a number of at least 0, or "random", not {value!r}')
    return value


_BUILDS = Field("a share of the segments", int, lo=1)
_BUDGET = {
    "share": Field("budget of the device, in budgets of the tier", float, required=True, lo=0.0),
    "builds": Field("shares of the build kinds, where not the tier's", dict, items=_BUILDS),
    "tests": Field("patterns of test names, separated by commas", str, default=""),
}
_FIELDS = {
    "description": Field("one line for people", str, default=""),
    "cycles": Field("budget of simulated cycles", int, required=True, lo=1),
    "segment": Field("cycles a test may take between two resets of the device", int, required=True, lo=1),
    "seed": Field('default seed, a number or "random"', object, default="random", parse=_seed),
    "builds": Field(
        "shares of the build kinds",
        dict,
        default={"fast": 1},
        items=_BUILDS,
    ),
    "mutants": Field("whether the defects of all kinds of devices follow", bool, default=False),
    "coverage": Field("whether the main device's code coverage is closed", bool, default=False),
    "opinions_share": Field("one job in this many gets second opinions on all outputs", int, default=0, lo=0),
    "devices": Field(
        "what runs on which device",
        dict,
        required=True,
        lo=1,
        items=Field(
            "a device's budget", dict, fields=_BUDGET, parse=lambda values, _: DeviceBudget(**values)
        ),
    ),
}


def load_tiers(path: Path = TIERS_FILE) -> dict[str, Tier]:
    """Reads all tiers.

    Raises:
        SchemaError: The file is malformed.
    """
    where = Where(relative(path))
    return {
        name: Tier(name=name, **check(fields, _FIELDS, where.key(name)))
        for name, fields in read_toml(path).items()
    }


def get_tier(name: str, path: Path = TIERS_FILE) -> Tier:
    """The tier of a name.

    Raises:
        UserError: There is none; names the nearest.
    """
    tiers = load_tiers(path)
    if name not in tiers:
        raise unknown("tier", name, tiers, "TIER")
    return tiers[name]
