# SPDX-License-Identifier: Apache-2.0
"""Triage of the buckets of a run: conditions that failing jobs share and passing ones have not, and kin."""

from collections.abc import Sequence

from regressions.judge import SegmentResult
from regressions.triage.common import Common
from regressions.triage.explained import explained
from regressions.triage.kinship import kinship
from regressions.triage.rows import MEASURED, drawn, measured
from regressions.triage.rules import rule_advice
from regressions.triage.subgroup import MINIMUM, Subgroup, find
from regressions.triage.table import JobTable, Place
from tb.exchange.attributes import ATTRIBUTES
from tb.exchange.bucket import bucket_of
from tb.exchange.device import Descriptor

_NONE = "no condition of its own"


def commons(results: Sequence[SegmentResult], device: Descriptor) -> dict[str, Common]:
    """Return what the failures of each bucket of a device have in common.

    Args:
        results: Results of a run's segments.
        device: The device; segments of others are left out.
    """
    own = [result for result in results if result.segment.device == device.name]
    own.sort(key=lambda result: not result.failures)
    streams = list(drawn(own, device))
    # Without a pointer of its own, Y has the address of Z.
    names = [name for name in ATTRIBUTES if name != "y_addr" or device.registers.own_y]
    # What results have of a job is enough where too few can be drawn once more.
    tables = JobTable(streams, names), JobTable([*streams, *measured(own, device)], MEASURED)
    scenarios: dict[str, set[Place]] = {}
    for result in own:
        for failure in result.failures:
            place = result.segment.entry.name, result.segment.seed, failure.scenario
            for finding in failure.findings:
                scenarios.setdefault(bucket_of(finding), set()).add(place)
    told = {bucket: _told(bucket, tables, device) for bucket in scenarios}
    ran = {
        (result.segment.entry.name, result.segment.seed, job.scenario)
        for result in own
        for job in result.jobs
    }
    texts = {bucket: each.text for bucket, each in told.items() if isinstance(each, Subgroup)}
    kin = kinship(scenarios, texts, len(ran.union(*scenarios.values())))
    for bucket, condition in told.items():
        if bucket in kin or (isinstance(condition, Subgroup) and condition.exact):
            continue
        larger = {
            each: tables[0].meeting(text)
            for each, text in texts.items()
            if each not in kin and len(scenarios[each]) > len(scenarios[bucket])
        }
        words = explained(scenarios[bucket], larger, tables[0].scenarios(bucket))
        if words:
            told[bucket], kin[bucket] = _NONE, words
    rules = {bucket: rule_advice(bucket, tables[0], device.known) for bucket in told}
    return {
        bucket: Common(
            _NONE if rules[bucket] and _inexact(each) else each, kin.get(bucket, ""), rules[bucket]
        )
        for bucket, each in told.items()
    }


def _inexact(condition: Subgroup | str) -> bool:
    return isinstance(condition, Subgroup) and not condition.exact


def _told(bucket: str, tables: Sequence[JobTable], device: Descriptor) -> Subgroup | str:
    """The condition of a bucket, or why there is none."""
    for table in tables:
        failing, behind, named = table.failing(bucket)
        if failing.sum() >= MINIMUM:
            break
    passing = table.sound(bucket) & ~failing
    what = "jobs" if named else "scenarios"
    count, others = (int(each.sum()) if named else len(table.places(each)) for each in (failing, passing))
    if not count:
        return "no condition: " + (
            f"its {behind} jobs stand behind others that failed" if behind else "it names no job"
        )
    more = f" and {behind} behind others that failed" if behind else ""
    if min(count, others) < MINIMUM:
        return f"too few to tell ({count} failing {what}{more}, {others} others)"
    told = failing | passing
    columns = {name: each[told] for name, each in table.columns.items()}
    found = find(columns, failing[told], device.divisors)
    if found is None:
        return f"no condition: nothing tells its {count} failing {what} from {others} others"
    return found if named else table.by_scenario(found, failing, passing)
