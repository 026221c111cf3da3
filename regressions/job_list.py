# SPDX-License-Identifier: Apache-2.0
"""Lists of jobs: parts of tests, as ``name:begin:end``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from regressions.paths import relative
from regressions.planner import Simulation
from regressions.selection import find_entry, make_segment, parse_selectors
from regressions.services import Services
from regressions.testlist import TestEntry
from tb.descriptor import Descriptor
from tb.schema import Field, Where, check, read_toml

_FIELDS = {
    "schema": Field("version of this schema: 1", int, required=True, lo=1, hi=1),
    "seed": Field("seed of all random streams", int, required=True, lo=0),
    "jobs": Field(
        "parts of tests in the order in which they run",
        list,
        required=True,
        lo=1,
        items=Field("name:begin:end of a test", str),
    ),
}


def load(
    path: Path,
    entries: Mapping[str, TestEntry],
    services: Services,
    device: Descriptor,
    kind: str,
    seed: int | None = None,
) -> Simulation:
    """The simulation that a job list describes.

    Args:
        path: The list.
        entries: All tests by name.
        services: Opens the scenarios of a test.
        device: The device.
        kind: Build kind to run on.
        seed: Takes the place of the list's seed.

    Raises:
        SchemaError: The list is malformed.
        UserError: A test does not exist, or a part of one is not given as name:begin:end.
    """
    where = Where(relative(path))
    table = check(read_toml(path), _FIELDS, where)
    segments = []
    for index, text in enumerate(table["jobs"]):
        for selector in parse_selectors(text):
            if selector.begin is None or selector.end is None:
                raise where.key("jobs").item(index).error(f"'{text}' has no end; write name:begin:end")
            entry = find_entry(dict(entries), selector.name)
            number = table["seed"] if seed is None else seed
            source = services.source(entry, number, device)
            segments.append(
                make_segment(entry, number, selector.begin, selector.end, source, kind, device.name)
            )
    return Simulation(0, tuple(segments))
