# SPDX-License-Identifier: Apache-2.0
"""Lists of jobs: parts of tests, as ``name:begin:end``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from regressions.paths import relative
from regressions.planner import Simulation
from regressions.selection import find_entry, make_segment
from regressions.services import Services
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.schema import Field, Where, check, read_toml

_FIELDS = {
    "schema": Field("version of this schema: 1", int, required=True, lo=1, hi=1),
    "seed": Field("seed of all random streams", int, required=True, lo=0),
    "jobs": Field(
        "parts of tests in the order in which they run",
        list,
        required=True,
        lo=1,
        items=Field("name:begin:end", str),
    ),
}
_PART = re.compile(r"([\w-]+):(\d+):(\d+)")


@dataclass(frozen=True, slots=True)
class Listed:
    """Numbers ``begin .. end-1`` under a name, such as scenarios of a test."""

    name: str
    begin: int
    end: int


def read(path: Path, seed: int | None = None) -> tuple[int, list[Listed]]:
    """Reads a list.

    Args:
        path: The list.
        seed: Takes the place of the list's seed.

    Returns:
        The seed of all random streams, and the parts in the order in which they run.

    Raises:
        SchemaError: The list is malformed.
    """
    where = Where(relative(path))
    table = check(read_toml(path), _FIELDS, where)
    parts = []
    for index, text in enumerate(table["jobs"]):
        match = _PART.fullmatch(text)
        if match is None or int(match[2]) >= int(match[3]):
            raise where.key("jobs").item(index).error(f"'{text}' is no part; write name:begin:end")
        parts.append(Listed(match[1], int(match[2]), int(match[3])))
    return table["seed"] if seed is None else seed, parts


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
        UserError: A test does not exist.
    """
    number, parts = read(path, seed)
    segments = []
    for part in parts:
        entry = find_entry(dict(entries), part.name)
        source = services.source(entry, number, device)
        segments.append(make_segment(entry, number, part.begin, part.end, source, kind, device.name))
    return Simulation(0, tuple(segments))
