# SPDX-License-Identifier: Apache-2.0
"""Known issues and known differences of a device: which jobs they concern and which checkers find them."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from math import ceil, log, log1p
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct, structs

from tb.exchange.attributes import Occasion
from tb.exchange.checks import CHECKS
from tb.exchange.condition import Condition, parse_condition
from tb.exchange.results import Finding
from tb.schema import SchemaError, Where, alternatives, unknown

_RULE = re.compile(r"(log )?rule \d+")
_STATUSES = ("mismatch", "protocol", "timeout", "crash")

CHANCE = 1e-3
"""Chance at which an item that still shows may be called stale."""

if TYPE_CHECKING:
    WhenField = Condition | None
    ExpectField = tuple[str, ...]
else:
    WhenField = str | None
    ExpectField = str | Annotated[tuple[str, ...], Meta(min_length=1)]


class KnownItem(Struct, frozen=True, forbid_unknown_fields=True):
    """Something the device is known to do otherwise.

    Attributes:
        id: short stable name, unique in the file
        reason: why, and where it is tracked
        expect: checkers that find it, by name, one or a list: `memory`, `bound`, `rule 12`, ...
        when: condition on the jobs that it concerns (see below); without it every job
        spreads: it also explains findings at the jobs behind such a job in its scenario, which may read a
            wrong result, or wait behind a hang
        rate: least share of the scenarios with such a job in which it shows; below 1 for one that needs luck
    """

    id: str
    reason: str
    expect: ExpectField
    when: WhenField = None
    spreads: bool = False
    rate: Annotated[float, Meta(gt=0, le=1)] = 0.5

    def __post_init__(self) -> None:
        if isinstance(self.expect, str):
            structs.force_setattr(self, "expect", (self.expect,))
        for name in self.expect:
            if name not in CHECKS and not _RULE.fullmatch(name):
                raise _no_checker(name)
        if isinstance(self.when, str):
            structs.force_setattr(self, "when", parse_condition(self.when, Where("when")))

    @property
    def fair(self) -> int:
        """Number of scenarios that have to pass without it before it is stale, by its rate."""
        return 1 if self.rate == 1 else ceil(log(CHANCE) / log1p(-self.rate))

    def concerns(self, job: Occasion) -> bool:
        """Return whether the item concerns a job where it stands."""
        return self.when is None or self.when.holds(job)


def _no_checker(name: str) -> SchemaError:
    checkers = ("rule N", "log rule N", *CHECKS)
    if name in _STATUSES:
        said = f"'{name}' is a status; name the checkers that find it. {alternatives('', checkers)}"
        return Where("expect").error(said)
    return unknown("checker", name, checkers, Where("expect"))


@dataclass(frozen=True, slots=True)
class Excused:
    """A scenario's findings, parted by what is known of the device."""

    findings: list[Finding]  # those that nothing explains
    # The others, each with the id of the item that explains it.
    explained: Mapping[Finding, str] = field(default_factory=dict)
    concerned: tuple[str, ...] = ()  # ids of the items that concern a job of the scenario
    # Ids of those that explain none, but concern a job that ended with nothing wrong.
    silent: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """Ids of the items that explain a finding."""
        return tuple(dict.fromkeys(self.explained.values()))

    @property
    def jobs(self) -> dict[int, str]:
        """The item that explains the findings of a job, by its position."""
        return {finding.job: each for finding, each in self.explained.items() if finding.job is not None}


def excuse(
    items: Sequence[KnownItem], jobs: Iterable[Occasion], findings: list[Finding], ended: Set[int]
) -> Excused:
    """Take out the findings that known issues and differences explain.

    Args:
        items: Known issues and differences of the device.
        jobs: Jobs of the scenario; none for accesses outside of scenarios.
        findings: Everything that is wrong. One that names a job is explained by an item that concerns that
            job, or spreads from one ahead of it, one that names none by an item that concerns any, if the
            item expects its checker.
        ended: Positions of the jobs that ran to their ends.
    """
    if not items:
        return Excused(findings)
    occasions = list(jobs)
    concerned = {item: {job.position for job in occasions if item.concerns(job)} for item in items}
    rest: list[Finding] = []
    explained: dict[Finding, str] = {}
    for finding in findings:
        for item, positions in concerned.items():
            anywhere = finding.job is None and (positions or item.when is None)
            behind = item.spreads and positions and finding.job is not None and finding.job > min(positions)
            if finding.checker in item.expect and (anywhere or behind or finding.job in positions):
                explained[finding] = item.id
                break
        else:
            rest.append(finding)
    shown, sound = set(explained.values()), ended - {finding.job for finding in findings}
    silent = tuple(
        item.id for item, positions in concerned.items() if positions & sound and item.id not in shown
    )
    concerns = tuple(item.id for item, positions in concerned.items() if positions)
    return Excused(rest, explained, concerns, silent)
