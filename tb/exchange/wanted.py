# SPDX-License-Identifier: Apache-2.0
"""The finding that a failure record is about, as other runs have to show it."""

from collections.abc import Iterable
from dataclasses import dataclass

from tb.exchange.bucket import bucket_of
from tb.exchange.job import Job
from tb.exchange.record import Record
from tb.exchange.results import HANG, Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status


@dataclass(frozen=True, slots=True)
class Wanted:
    """Finding that a run has to show to be the failure of a record; others may come and go with it.

    A hang has to be one of a job with or without elements of Z as well: a device may not end empty jobs for a
    reason of its own, and every hang would shrink to that one.
    """

    status: Status
    checker: str
    bucket: str = ""  # empty for a record of earlier versions, which has no findings
    without: tuple[bool, ...] | None = None  # of a hang: M and K of its job are 0

    @classmethod
    def of(cls, record: Record) -> "Wanted":
        """The finding that a record is about."""
        if not record.findings:
            return cls(record.status, record.finding.checker)
        about = record.finding
        return cls(about.status, about.checker, bucket_of(about), _without(about, record.failing))

    def shown_by(self, findings: Iterable[Finding], scenario: Scenario) -> Finding | None:
        """Return the finding of a scenario that is the one; None if there is none."""
        return next((each for each in findings if self._is(each, scenario)), None)

    def _is(self, finding: Finding, scenario: Scenario) -> bool:
        if not self.bucket:
            return (self.status, self.checker) == (finding.status, finding.checker)
        return self.bucket == bucket_of(finding) and self.without == _without(finding, scenario)


def _without(finding: Finding, scenario: Scenario) -> tuple[bool, ...] | None:
    """For M and K of the job that hangs: true for 0; None for other findings."""
    job = hanging(finding, scenario)
    return None if job is None else (job.m == 0, job.k == 0)


def hanging(finding: Finding, scenario: Scenario) -> Job | None:
    """Return the job that hangs by a finding of a scenario; None for other findings.

    Jobs that a program of a cluster makes of a larger one have no place in the scenario.
    """
    if finding.checker != HANG or finding.job is None or finding.job >= len(scenario.jobs):
        return None
    return scenario.jobs[finding.job]
