# SPDX-License-Identifier: Apache-2.0
"""Runs that were not started, whose pages show all that a page can."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

from msgspec.structs import replace

from models.ops import Op
from regressions.code_coverage.measure import measure
from regressions.code_coverage.report import write as write_code
from regressions.executor import Execution
from regressions.grading import Contribution, Grade
from regressions.history import Entry, note
from regressions.judge import SegmentResult
from regressions.processor import OTHERS
from regressions.report import write_reports
from regressions.report.trend import entry_of
from regressions.summarize import summarize
from regressions.summary import Summary
from regressions.triage.common import Common
from regressions.triage.subgroup import Subgroup
from regressions.workloads.kept_learning import keep_learning
from tb.descriptor import load
from tb.exchange.applicable import NotApplicable
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.results import Failure, Finding, JobResult, TestEnd
from tb.exchange.status import Status
from tests.cluster.test_report_section import FIGURES
from tests.cluster.test_report_section import ROWS as PROGRAMS
from tests.code_coverage.design import data
from tests.code_coverage.design import device as covered_unit
from tests.coverage.test_report import covered
from tests.job_results import job_result
from tests.report.workload_runs import LEARNT, SEQUENCES, workload_result
from tests.runner.runs import started
from tests.runner.test_speed_section import ROWS, SCALING

HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "a/../b?c=d#e%20&amp;",
    "</style></table></main>",
    "\u202ename\u0007 \ud7ff",
    "half a character \udc80, and \U0001f9ea",
    "W" * 300,
)
"""Names that break pages which trust them."""

_STALLS = ("none", "random", "burst", "blackout", "on_x", "on_y")
_SIZES = (1, 3, 7, 12, 16, 31, 64, 96)


def _jobs(test: str, status: Status = Status.PASSED) -> list[JobResult]:
    """Jobs of all operations, stalls and many sizes, those of the headline among them."""
    cases = list(product(_SIZES, _SIZES, (4, 16, 96)))
    jobs = [
        job_result(
            **{"test": test, "scenario": n, "op": list(Op)[n % 8].name, "m": m, "n": inner, "k": k},
            **{"stall": _STALLS[n % len(_STALLS)], "cycles": m * inner * k // 24 + 90, "status": status},
            **{
                "bound": m * inner * k // 20 + 120,
                "utilization": m * inner * k / (48 * (m * inner * k // 24 + 90)),
            },
            causes={"WORKING": m * inner * k, "PAD_K": 7 * m, "FILL": 90, "WAIT_X": inner, "DRAIN": 40 + k},
        )
        for n, (m, inner, k) in enumerate(cases)
    ]
    return [*jobs, job_result(test=test, m=96, n=96, k=96, cycles=18493, bound=18510, utilization=0.99672)]


def _result(
    test: str,
    device: Descriptor,
    findings: Sequence[Finding] = (),
    jobs: Sequence[JobResult] = (),
    **entry: object,
) -> SegmentResult:
    """A segment with a failed scenario for each finding."""
    status = findings[0].status if findings else Status.PASSED
    failures = [
        Failure(test, n, each.status, each.line, (each,), f"failures/{n}.json")
        for n, each in enumerate(findings)
    ]
    names = {"testpoints": ("operations", "lock"), "weight": 1.0} | entry
    segment = Segment(
        TestEntry(test, "gemm_op", **names), 1, 0, max(len(jobs), 1), len(jobs), 100, device=device.name
    )  # type: ignore[arg-type]
    end = TestEnd(test=test, status=status, cycles=250_000, seconds=3.5)
    detail = findings[0].line if findings else ""
    return SegmentResult(segment, status, detail, "sims/0000", list(jobs), failures, end=end)


def _summary(folder: Path, results: Sequence[SegmentResult], devices: Sequence[Descriptor]) -> Summary:
    """A run with coverage, processor times, builds, things that are not applicable, and a history."""
    run = started(devices=devices, folder=folder / "run", tree=folder, complete=True)
    summary = summarize(run, Execution(list(results), cycles=24_977_910, seconds=85.6))
    summary.coverage = covered(0.5)
    summary.processor = Counter({"simulator": 58.3, "checks": 15.3, "drawing": 9.7, OTHERS: 80.6})  # type: ignore[dict-item]
    summary.builds = {f"{device.name} (fast)": 61.2 for device in devices}
    summary.rejected = {"gemm_ops": {"Z is not square": 1234}}
    summary.not_applicable = [NotApplicable("redmule", "reg_lock", "redmule has no lock")]
    summary.notes = ["serial: 5 buckets, likely 3 bugs"]
    return summary


def passing(folder: Path) -> Summary:
    """Everything passed, on three devices, workloads too; code coverage was measured, tests were graded."""
    devices = [load(name) for name in ("redmule", "redmule_8x8x1", "serial")]
    tests = ("gemm_ops", "edges_sizes", "laws")
    results = [_result(test, each, (), _jobs(test)) for each in devices for test in tests]
    results += [
        workload_result(name, each, probe=each.name != "serial") for name in SEQUENCES for each in devices
    ]
    summary = _summary(folder, results, devices)
    (folder / "unit").mkdir(parents=True)
    unit = covered_unit(folder / "unit")
    summary.code = measure(data(), unit)
    write_code(folder / "run" / "code_coverage" / unit.name, summary.code, unit, "run 1", 7)
    parts = [(Contribution(900 * n, n), Contribution(70, 7 * n), Contribution(n, 0)) for n in range(3)]
    summary.grades = [Grade(test, *each) for test, each in zip(tests, parts, strict=True)]
    return summary


def failing(folder: Path) -> Summary:
    """Some kinds of failures, on two devices."""
    devices = [load(name) for name in ("redmule", "serial")]
    wrong = [Finding(Status.MISMATCH, "memory", f"Z[{n}, 0] is 0x{n:x}, not 0x7e00", 0) for n in range(30)]
    late = [Finding(Status.TIMEOUT, "bound", f"{n} cycles, at most {n - 5}", 0) for n in range(90, 95)]
    bus = [Finding(Status.PROTOCOL, "rule 5", "the request left before its grant, " * 4)]
    bad = _jobs("gemm_ops", Status.MISMATCH)
    results = [_result("gemm_ops", each, wrong, bad) for each in devices]
    results += [
        _result("gemm_ops_queued", devices[0], [*late, *bus], _jobs("gemm_ops_queued", Status.TIMEOUT))
    ]
    results += [_result(f"reg_{name}", devices[1], (), _jobs("reg")) for name in ("lock", "bash", "ids")]
    summary = _summary(folder, results, devices)
    key = summary.failures[0].bucket
    summary.commons["redmule", key] = Common(Subgroup("k % 16 == 1 and n > 8", (125, 125), (0, 5163)))
    summary.faults = ["functional coverage of redmule fell from 74.1 % to 52.3 %"]
    return summary


def huge(folder: Path) -> Summary:
    """Ten thousand failures of three thousand kinds, three hundred tests on ten devices."""
    names = ("redmule", "serial", "redmule_4x4x1", "redmule_4x5x2", "redmule_4x8x3", "redmule_8x8x1")
    devices = [
        load(name) for name in (*names, "redmule_8x12x3", "redmule_8x12x3_dw512", "cluster_2", "cluster_8")
    ]
    results = []
    for n in range(30):
        for device in devices:
            letters = ("".join(chr(97 + (n * 7 + i * j) % 26) for j in range(1, 9)) for i in range(34))
            wrong = [
                Finding(Status.MISMATCH, "memory", f"{kind} is wrong: {'it is so ' * 9}", 0)
                for kind in letters
            ]
            results.append(_result(f"test_number_{n}", device, wrong, _jobs("t")[: 40 if n else None]))
    return _summary(folder, results, devices)


def hostile(folder: Path) -> Summary:
    """Names and texts that break pages which trust them."""
    devices = [replace(load("redmule"), name="a.-_b"), replace(load("serial"), name=HOSTILE[-1])]
    results = [
        _result(f"t{n}", device, [Finding(Status.MISMATCH, name, f"{name} {name}", 0)], _jobs(name)[:40])
        for device in devices
        for n, name in enumerate((*HOSTILE, "w" * 50))
    ]
    summary = _summary(folder, results, devices)
    summary.rejected = {HOSTILE[0]: {HOSTILE[1]: 3}}
    summary.notes, summary.faults = list(HOSTILE), list(HOSTILE)
    return summary


def clusters(folder: Path) -> Summary:
    """Programs on two clusters, beside the array."""
    devices = [load(name) for name in ("redmule", "cluster_2", "cluster_8")]
    results = [_result("gemm_ops", devices[0], (), _jobs("gemm_ops"))]
    programs = ("cluster_hello", "cluster_gemm", "cluster_traffic", "cluster_software")
    results += [_result(name, each, (), _jobs(name)[:9]) for name in programs for each in devices[1:]]
    return _summary(folder, results, devices)


SAMPLES: dict[str, Callable[[Path], Summary]] = {
    each.__name__: each for each in (passing, failing, huge, hostile, clusters)
}
"""Makes a run in a folder, by name."""


def write(folder: Path, name: str) -> Path:
    """Write the page of a sample, with what it leads to and an earlier history; return its path."""
    summary = SAMPLES[name](folder)
    reports = summary.run.order.tree.reports
    reports.mkdir(parents=True, exist_ok=True)
    figures = {"git": "abc", "accelerator": ROWS, "scaling": SCALING}
    figures |= {"cluster": PROGRAMS, "cluster_figures": FIGURES}
    (reports / "bench.json").write_text(json.dumps(figures))
    keep_learning(summary.run.order.tree.learning, LEARNT, "abc")
    for day in range(1, 9):
        texts = {
            "run": f"202601{day:02d}-091500-smoke-1",
            "label": "smoke",
            "whole": True,
            "git": f"{day:040x}",
        }
        counts = {
            "tests": 73,
            "tests_passed": 65 + day,
            "jobs": 46119,
            "cycles": 24_977_910,
            "seconds": 80.0 + day,
        }
        kinds = {f"redmule: {row.bucket}": 3 for row in summary.failures[:2]} if day > 5 else {}
        shares = {"redmule": 0.99 + day / 1000, "serial": 0.49}
        note(
            summary.run.order.tree.history,
            Entry(**texts, **counts, passed=not kinds, coverage=70.0, utilization=shares, failing=kinds),  # type: ignore[arg-type]
        )
    note(summary.run.order.tree.history, entry_of(summary))
    for row in summary.failures:
        for path in (summary.run.folder / row.record, summary.run.folder / row.folder / "sim.log"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    summary.run.folder.mkdir(exist_ok=True)
    page = summary.run.folder / "report.html"
    write_reports(summary)
    return page
