# SPDX-License-Identifier: Apache-2.0
"""Summary of a run: the object behind ``summary.json`` and all reports."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from msgspec import to_builtins

from regressions.code_coverage.measure import CodeCoverage
from regressions.coverage.measure import Coverage
from regressions.failures import FailureRow, ShrunkFailure
from regressions.grading import Grade
from regressions.known_issues import KnownRow
from regressions.packed_results import ChosenJobs
from regressions.run import Run
from regressions.simulators.points import Kind
from regressions.testplan import TestpointRow, load_testplan, rows, verdicts
from regressions.triage.common import NAMELESS, Common
from regressions.workloads.ran import WorkloadRun
from tb.checkers import Checker, load_checkers, tally
from tb.exchange.applicable import NotApplicable, in_words, less_checked
from tb.exchange.results import JobResult
from tb.exchange.status import Status

MAX_MEASURED = 20_000
_CODE = (Kind.LINE, Kind.BRANCH, Kind.TOGGLE)
_TEST_KEYS = (
    *("name", "seed", "status", "jobs_planned", "jobs", "rerun", "detail"),
    *("register_reads", "checks", "compared_bytes"),
)


@dataclass(slots=True)
class TestRow:
    """One test of the run on one device, all of its segments together."""

    __test__ = False  # not a pytest class

    device: str
    name: str
    seed: int
    status: Status
    jobs_planned: int
    jobs: int
    rerun: str
    detail: str
    cycles: int
    seconds: float
    testpoints: tuple[str, ...] = ()
    register_reads: int = 0
    checks: int = 0
    compared_bytes: int = 0

    @property
    def checked(self) -> str:
        """Words on what was checked: its jobs, or what else there was in a test without any."""
        return _checked((self.jobs, self.jobs_planned), self.register_reads, self.compared_bytes, self.checks)


@dataclass(slots=True)
class Summary:
    """Summary of a run."""

    run: Run
    tests: list[TestRow] = field(default_factory=list)
    failures: list[FailureRow] = field(default_factory=list)
    shrunk: list[ShrunkFailure] = field(default_factory=list)  # the first failure of each kind, shrunk
    # Jobs of the segments of each device, in the order of these.
    by_device: dict[str, list[Sequence[JobResult]]] = field(default_factory=dict)
    rejected: dict[str, dict[str, int]] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    cycles: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    stopped: bool = False  # interrupted for its failures (STOP=)
    coverage: Coverage | None = None  # functional coverage of the devices alone
    # That of the run's other devices, by the name of their kind.
    of_kinds: dict[str, Coverage] = field(default_factory=dict)
    code: CodeCoverage | None = None  # code coverage of the main device; None if the run measured none
    known: list[KnownRow] = field(default_factory=list)  # known issues and differences of the devices
    # What failures have in common, by device and bucket.
    commons: dict[tuple[str, str], Common] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)  # complaints besides failed tests, which fail the run too
    # Tests and scenarios that have no meaning on a device.
    not_applicable: list[NotApplicable] = field(default_factory=list)
    grades: list[Grade] = field(default_factory=list)  # grades of the tests
    notes: list[str] = field(default_factory=list)  # remarks that somebody should look at; they fail nothing
    # Processor time of the whole run in seconds, by purpose (`regressions.processor`).
    own_checkers: list[Checker] = field(default_factory=list)  # checkers that a user brought
    processor: Counter[str] = field(default_factory=Counter)
    workloads: list[WorkloadRun] = field(default_factory=list)  # workloads with jobs that passed
    builds: dict[str, float] = field(default_factory=dict)  # wall time of the builds that it made, by name

    @property
    def checkers(self) -> dict[str, Checker]:
        """All checkers by name, those that a user brought among them."""
        return load_checkers() | {each.name: each for each in self.own_checkers}

    def common(self, device: str, bucket: str) -> Common:
        """Return what the failures of a bucket of a device have in common."""
        return self.commons.get((device, bucket), NAMELESS)

    @property
    def checked(self) -> str:
        """Words on what was checked: the jobs, or what else there was in a run without any."""
        tests, totals = self.tests, self.totals
        return _checked(
            (totals["jobs"], totals["jobs_planned"]),
            sum(test.register_reads for test in tests),
            sum(test.compared_bytes for test in tests),
            sum(test.checks for test in tests),
        )

    @property
    def testplan(self) -> list[TestpointRow]:
        """The tests of the run mapped onto the testplan."""
        ran = [(test.name, test.testpoints, test.status) for test in self.tests]
        left_out = [(part.test, part.testpoints) for part in self.not_applicable if part.whole]
        return rows(load_testplan(), ran, left_out)

    @property
    def left_out(self) -> list[str]:
        """A line for each reason why a part of the plan has no meaning on a device."""
        return in_words(self.not_applicable, self.totals["tests"] + self.totals["not_applicable"])

    @property
    def less_checked(self) -> list[str]:
        """A line for each device: testpoints that lose many of their tests by that."""
        return less_checked(self.not_applicable, [(test.device, test.testpoints) for test in self.tests])

    @property
    def passed(self) -> bool:
        """Everything planned ran and passed, and nothing else is wrong."""
        return not (self.interrupted or self.totals["failed"] or self.faults) and bool(self.tests)

    def to_json(self) -> dict[str, Any]:
        """The content of ``summary.json``, schema 1."""
        run = self.run
        return {
            "schema": 1,
            "tier": run.label,
            "portion": run.portion.words,
            "seed": run.seed,
            "git": run.git,
            "tools": run.tools,
            "dut": run.main.name,
            "parameters": dict(run.main.parameters),
            "totals": self.totals,
            "tests": [
                {key: getattr(test, key) for key in _TEST_KEYS} | {"dut": test.device} for test in self.tests
            ],
            "utilization": [
                {
                    "op": job.op,
                    "format": job.format,
                    "M": job.m,
                    "N": job.n,
                    "K": job.k,
                    "stall": job.stall,
                    "cycles": job.cycles,
                    "bound": job.bound,
                    "utilization": job.utilization,
                    "dut": device,
                    "causes": job.slots or None,
                }
                for device in self.by_device
                for job in _sample(self.measured(device), len(self.by_device))
            ],
            "testplan": verdicts(self.testplan),
            "coverage": self.percentages,
            "checkers": tally(self.checkers),
            "throughput": self.throughput,
            "known": [
                {"id": row.item.id, "dut": row.device.name, "reason": row.item.reason}
                | {"concerned": row.concerned, "shown": row.shown, "silent": row.silent}
                for row in self.known
            ],
            "not_applicable": [to_builtins(part) for part in self.not_applicable],
            "shrunk": [to_builtins(each) for each in self.shrunk],
            "workloads": [each.to_json() for each in self.workloads],
        }

    @property
    def throughput(self) -> dict[str, float]:
        """Cycles, jobs and the time that they took."""
        rate = 1 / self.seconds if self.seconds else 0.0
        return {
            "cycles": self.cycles,
            "seconds": round(self.seconds, 3),
            "cycles_per_second": round(self.cycles * rate, 1),
            "jobs_per_minute": round(60 * self.totals.get("jobs", 0) * rate, 1),
        }

    @property
    def percentages(self) -> dict[str, Any]:
        """Functional and code coverage in percent; null for code coverage that was not measured.

        A run without an accelerator that stands alone has no functional bins, and has covered none.
        """
        bins = self.coverage.bins if self.coverage else {"defined": 0, "excluded": 0, "hit": 0}
        shares = {kind: self.code.share(kind).percent if self.code else None for kind in _CODE}
        return {
            "functional": self.coverage.percent if self.coverage and bins["defined"] else 0.0,
            **{kind.value: None if share is None else round(share, 3) for kind, share in shares.items()},
            "bins": bins,
            **{name: {"functional": its.percent, "bins": its.bins} for name, its in self.of_kinds.items()},
        }

    def measured(self, device: str) -> ChosenJobs:
        """Jobs of a device whose cycles count: those that passed."""
        return ChosenJobs(
            self.by_device.get(device, []),
            lambda job: job.status is Status.PASSED and job.cycles is not None,
        )


def _checked(jobs: tuple[int, int], reads: int, compared_bytes: int, checks: int) -> str:
    """The first of some counts that is not zero, in words."""
    checked, planned = jobs
    others = {"register reads": reads, "bytes of memory": compared_bytes, "checks": checks}
    counts = [f"{count:,} {what}" for what, count in others.items() if count] if not planned else []
    return counts[0] if counts else f"{checked} of {planned} jobs"


def _sample(jobs: Collection[JobResult], devices: int) -> Iterator[JobResult]:
    """All jobs, or evenly spread ones where a long run has more than a reader of the summary can use."""
    return islice(jobs, 0, None, max(1, -(-len(jobs) * devices // MAX_MEASURED)))
