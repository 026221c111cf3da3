# SPDX-License-Identifier: Apache-2.0
"""The jobs that close a device's code coverage: ``jobs.toml``."""

from collections.abc import Mapping
from pathlib import Path

from regressions import job_list
from regressions.planner import COVERAGE, Simulation
from regressions.services import Services
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment

JOBS = Path(__file__).with_name("jobs.toml")


def closing(
    entries: Mapping[str, TestEntry],
    services: Services,
    device: Descriptor,
    seed: int | None = None,
    path: Path = JOBS,
) -> list[Simulation]:
    """The jobs of the list, each test in a simulation of its own, the longest first.

    `seed` takes the place of the list's.

    Raises:
        SchemaError: The list is malformed.
        UserError: A test does not exist, or a part of one is not given as name:begin:end.
    """
    together = job_list.load(path, entries, services, device, COVERAGE, seed)
    tests: dict[str, list[Segment]] = {}
    for segment in together.segments:
        tests.setdefault(segment.entry.name, []).append(segment)
    longest = sorted(tests.values(), key=lambda segments: -sum(segment.cycles for segment in segments))
    return [Simulation(number, tuple(segments)) for number, segments in enumerate(longest)]
