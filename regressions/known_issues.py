# SPDX-License-Identifier: Apache-2.0
"""Known issues of devices that no longer show."""

from collections import Counter
from collections.abc import Iterable, Sequence

from regressions.judge import SegmentResult
from regressions.paths import relative
from tb.exchange.device import Descriptor


def stale(results: Iterable[SegmentResult], devices: Sequence[Descriptor]) -> list[str]:
    """Known issues and differences that showed in no job, although jobs that they concern ran and passed.

    Args:
        results: Results of the segments that ran.
        devices: The devices of the run.

    Returns:
        A line for each: what is stale, how that is known, and what to do.
    """
    shown: Counter[tuple[str, str]] = Counter()
    silent: Counter[tuple[str, str]] = Counter()
    for result in results:
        if result.end is not None:
            device = result.segment.device
            shown.update({(device, issue): count for issue, count in result.end.known.items()})
            silent.update({(device, issue): count for issue, count in result.end.silent.items()})
    return [
        f"stale: known issue '{issue.id}' of {device.name} ({issue.reason}) did not show in any of "
        f"{silent[device.name, issue.id]} scenarios with jobs that it concerns: if it is mended, remove it "
        f"from {relative(device.path)}, or let it match fewer jobs"
        for device in devices
        for issue in (*device.known_issues, *device.known_differences)
        if silent[device.name, issue.id] and not shown[device.name, issue.id]
    ]
