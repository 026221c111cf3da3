# SPDX-License-Identifier: Apache-2.0
"""Timelines of the failures of a run, from the logs that its simulations kept."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from regressions.judge import SegmentResult
from regressions.paths import quoted
from regressions.trace import write
from tb.exchange.bucket import bucket, bucket_of
from tb.exchange.device import Descriptor
from tb.exchange.logs import place, read_logs
from tb.exchange.results import Failure
from tb.schema import SchemaError

MOST = 20
"""Timelines of a run; each kind of failure has one before another has two."""


def draw_failures(
    results: Iterable[SegmentResult], devices: Sequence[Descriptor], folder: Path
) -> dict[tuple[str, str, int | None], str]:
    """Draw the first failure of each kind whose logs were kept.

    Args:
        results: Outcomes of a run.
        devices: Its devices.
        folder: Its folder; pages are beside the logs.

    Returns:
        Path of the page from there, by the folder of the simulation, the test and the scenario.
    """
    own = {device.name: device for device in devices}
    drawn: dict[tuple[str, str, int | None], str] = {}
    known: set[str] = set()
    # In the order of the plan: which simulation ends first is chance.
    for result in sorted(results, key=lambda each: each.folder):
        device = own.get(result.segment.device)
        if device is None or not result.folder:
            continue
        for failure in result.failures:
            kinds = {bucket_of(each) for each in failure.findings} or {bucket(failure.status, failure.detail)}
            logs = place(folder / result.folder, failure.test, failure.scenario)
            if len(drawn) == MOST or kinds <= known or not logs.exists():
                continue
            if _draw(logs, device, failure, folder / result.folder / failure.record):
                known |= kinds
                place_of = logs.with_suffix(".html").relative_to(folder)
                drawn[result.folder, failure.test, failure.scenario] = str(place_of)
    return drawn


def _draw(logs: Path, device: Descriptor, failure: Failure, record: Path) -> bool:
    """Draw a failure; false where its logs are damaged."""
    what = f"{failure.test}, scenario {failure.scenario}, on {device.name}"
    about = "; ".join(each.line for each in failure.findings) or failure.detail
    job = next((each.job for each in failure.findings if each.job is not None), 0)
    try:
        write(
            read_logs(logs),
            device,
            logs.with_suffix(".html"),
            what,
            f"{about}. make trace R={quoted(record)}",
            job,
        )
    except (SchemaError, OSError):
        return False
    return True
