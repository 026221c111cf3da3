# SPDX-License-Identifier: Apache-2.0
"""Runs that were never made: their accounts and results, written as real ones are."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from regressions.account import Account, Origin, SegmentEntry
from tb.exchange.results import (
    CoverageHits,
    Failure,
    Finding,
    JobResult,
    Line,
    SimulationEnd,
    TestBegin,
    TestEnd,
    encode,
)
from tb.exchange.status import Status
from tests.job_results import job_result


@dataclass
class MadeSegment:
    """A segment and its results, on device `redmule` unless another is named."""

    test: str
    jobs: Sequence[JobResult] = ()
    bins: Mapping[str, Sequence[int]] = field(default_factory=dict)  # bins that it hit, by item
    findings: Sequence[Finding] = ()  # of scenario 0
    status: Status = Status.PASSED
    detail: str = ""
    seconds: float = 1.0
    begin: int = 0
    end: int = 10
    device: str = "redmule"
    seed: int = 1
    definition: str = "d"  # digest of the covergroups
    kind: str = "fast"

    def lines(self) -> list[Line]:
        """Lines of its results."""
        covered = {item: (array("Q", bins), array("Q", [1] * len(bins))) for item, bins in self.bins.items()}
        failed = [Failure(self.test, 0, self.status, self.detail, tuple(self.findings), "failures/x.json")]
        end = TestEnd(
            test=self.test,
            jobs=len(self.jobs),
            status=self.status,
            cycles=100,
            seconds=self.seconds,
            processor={"simulator": self.seconds},
        )
        return [
            TestBegin(self.test, self.seed, self.begin, self.end),
            *self.jobs,
            *(failed if self.findings else []),
            CoverageHits(self.definition, covered, {}),
            end,
        ]


def jobs(test: str, count: int = 3, **changes: object) -> list[JobResult]:
    """Jobs of a test that passed, but for some changes."""
    return [job_result(test=test, scenario=n, **changes) for n in range(count)]


def made(
    folder: Path, *segments: MadeSegment, name: str = "20260102-030405-smoke-1", git: str = "abc"
) -> Path:
    """Write a run with a simulation for each device; return its folder."""
    run = folder / name
    entries: list[SegmentEntry] = []
    for number, device in enumerate(dict.fromkeys(each.device for each in segments)):
        place = f"sims/{number:04}"
        (run / place).mkdir(parents=True)
        mine = [each for each in segments if each.device == device]
        lines = [line for each in mine for line in each.lines()] + [SimulationEnd(100, 1.0)]
        (run / place / "results.jsonl").write_bytes(b"".join(map(encode, lines)))
        entries += [
            SegmentEntry(
                *(each.test, each.seed, each.begin, each.end, each.kind, len(each.jobs)),
                *(f"tb/duts/{device}.toml", each.status, each.detail, place),
            )
            for each in mine
        ]
    devices = {each.device: {} for each in segments}
    origin = Origin(
        **{"run_id": name, "tier": "smoke", "seed": 1, "git": git, "tools": {}, "dut": "redmule"},
        parameters={},
        devices=devices,
        complete=True,
    )
    account = Account(interrupted=False, info=origin, cycles=100, seconds=1.0, rejected={}, segments=entries)
    (run / "results.json").write_bytes(msgspec.json.encode(account))
    return run


def results_of(run: Path) -> Path:
    """Results of the first simulation of a run."""
    return run / "sims" / "0000" / "results.jsonl"
