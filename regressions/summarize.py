# SPDX-License-Identifier: Apache-2.0
"""Makes the summary of a run from the results of its segments."""

from collections import Counter
from collections.abc import Iterable, Sequence

from regressions.executor import Execution
from regressions.failures import failure_rows, rerun_line
from regressions.judge import SegmentResult, stopped_by
from regressions.run import Run, own_checkers
from regressions.summary import Summary, TestRow
from regressions.workloads.ran import workload_runs
from tb.exchange.applicable import NotApplicable
from tb.exchange.results import JobResult
from tb.exchange.status import Status, gravest
from tb.kinds import ACCELERATOR


def summarize(run: Run, execution: Execution) -> Summary:
    """Puts the segments' results together."""
    summary = Summary(run, cycles=execution.cycles, seconds=execution.seconds, rejected=execution.rejected)
    summary.builds = execution.builds
    summary.interrupted, summary.stopped = execution.interrupted, execution.stopped
    if execution.stopped:
        summary.faults.append(f"stopped after {run.order.stop} failures (STOP=): the rest did not run")
    by_test: dict[tuple[str, str, int], list[SegmentResult]] = {}
    for result in sorted(execution.results, key=lambda result: result.segment.begin):
        segment = result.segment
        by_test.setdefault((segment.device, segment.entry.name, segment.seed), []).append(result)
    order = {device.name: place for place, device in enumerate(run.devices)}
    for device, name, seed in sorted(by_test, key=lambda key: (order.get(key[0], 0), *key[1:])):
        results = by_test[device, name, seed]
        if (nothing := _stopped(results)) is None:
            summary.tests.append(_test_row(device, name, results, run))
        else:
            summary.not_applicable.append(nothing)
        jobs = summary.by_device.setdefault(device, [])
        for result in results:
            jobs.append(result.jobs)
            summary.failures += failure_rows(result, run)
    summary.not_applicable[:0] = [*run.left_out, *_left_out(execution.results)]
    fired = {name for result in execution.results if result.end for name in result.end.proven}
    summary.own_checkers = [each.listed(fired) for each in own_checkers(run.order.checkers)]
    if summary.own_checkers and (others := [each.name for each in run.devices if each.kind != ACCELERATOR]):
        summary.notes.append(f"CHECKERS judge devices alone, not the programs of {', '.join(others)}")
    summary.failures.sort(key=lambda row: row.status.gravity)
    if held := sum(map(_held, execution.results)):
        summary.notes.append(f"{held} jobs not run behind a known hang, and not counted as planned")
    summary.totals = _totals(summary, execution.results)
    summary.workloads = workload_runs(execution.results, run.devices)
    return summary


def _stopped(results: Sequence[SegmentResult]) -> NotApplicable | None:
    """A test none of whose segments could compare anything, for known hangs; None for any other."""
    segment = results[0].segment
    issues = [
        stopped_by(each.segment, each.end) if each.end and each.status is Status.PASSED else []
        for each in results
    ]
    if not all(issues):
        return None
    names = " and ".join(f"'{name}'" for name in sorted({name for each in issues for name in each}))
    reason = f"{segment.device}: known issue {names} stops every job before there is anything to compare"
    return NotApplicable(segment.device, segment.entry.name, reason, testpoints=segment.entry.testpoints)


def _left_out(results: Sequence[SegmentResult]) -> list[NotApplicable]:
    """Scenarios that were drawn and not run, by device, test and reason.

    A stream draws another scenario in the place of each, beside those of its segment. A directed test has
    them among its own: a run of it may have any number, of which those that ran have jobs.
    """
    directed = {_test(each) for each in results if each.end and each.end.without}
    counts: Counter[tuple[str, str, str]] = Counter()
    drawn: Counter[tuple[str, str]] = Counter()
    for result in results:
        test, segment = _test(result), result.segment
        left_out = result.end.left_out if result.end else {}
        counts.update({(*test, reason): count for reason, count in left_out.items()})
        ran = len({job.scenario for job in result.jobs}) if test in directed else segment.end - segment.begin
        drawn[test] += ran + sum(left_out.values())
    return [NotApplicable(*key, count, drawn[key[:2]]) for key, count in counts.items()]


def _test(result: SegmentResult) -> tuple[str, str]:
    """The device and the name of a segment's test."""
    return result.segment.device, result.segment.entry.name


def _test_row(device: str, name: str, results: Sequence[SegmentResult], run: Run) -> TestRow:
    status = gravest(result.status for result in results)
    faults = [result for result in results if result.status is status and status is not Status.PASSED]
    segments = [result.segment for result in results]
    first = faults[0] if faults else None
    if first is None:
        selector = f"{name}:{min(s.begin for s in segments)}:{max(s.end for s in segments)}"
    else:
        selector = first.segment.selector
    others = f" (and {len(faults) - 1} more segments)" if len(faults) > 1 else ""
    planned = sum(segment.jobs for segment in segments) - sum(map(_not_run, results))
    jobs = sum(_checked(result.jobs) for result in results)
    ends = [result.end for result in results if result.end]
    return TestRow(
        device=device,
        name=name,
        seed=segments[0].seed,
        status=status,
        # A directed test plans the least; what it finds in the device may ask for more.
        jobs_planned=max(planned, jobs),
        jobs=jobs,
        rerun=rerun_line(run, selector, segments[0], first.segment.kind if first else "fast"),
        detail=first.detail + others if first else "",
        cycles=sum(result.cycles for result in results),
        seconds=sum(result.seconds for result in results),
        testpoints=segments[0].entry.testpoints,
        register_reads=sum(end.register_reads for end in ends),
        checks=sum(end.checks for end in ends),
        compared_bytes=sum(end.compared_bytes for end in ends),
    )


def _held(result: SegmentResult) -> int:
    return result.end.held if result.end else 0


def _not_run(result: SegmentResult) -> int:
    return result.end.held + result.end.without if result.end else 0


def _checked(jobs: Iterable[JobResult]) -> int:
    return sum(job.status is not Status.NOT_RUN for job in jobs)


def _totals(summary: Summary, results: Sequence[SegmentResult]) -> dict[str, int]:
    wrong = [result for result in results if result.status is not Status.PASSED]

    def count(status: Status) -> int:
        """Failed jobs, or failed scenarios and segments where no single job is to blame."""
        total = 0
        for result in wrong:
            scenarios = {job.scenario for job in result.jobs if job.status is status}
            jobs = sum(job.status is status for job in result.jobs)
            blamed = {failure.scenario for failure in result.failures if failure.status is status}
            found = jobs + len(blamed - scenarios)
            total += found if found else int(result.status is status)
        return total

    passed = sum(test.status is Status.PASSED for test in summary.tests)
    return {
        "tests": len(summary.tests),
        "passed": passed,
        "failed": len(summary.tests) - passed,
        "jobs_planned": sum(test.jobs_planned for test in summary.tests),
        "jobs": sum(test.jobs for test in summary.tests),
        "mismatches": count(Status.MISMATCH),
        "protocol_violations": count(Status.PROTOCOL),
        "timeouts": count(Status.TIMEOUT),
        "not_applicable": sum(part.whole for part in summary.not_applicable),
    }
