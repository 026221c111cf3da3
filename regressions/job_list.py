# SPDX-License-Identifier: Apache-2.0
"""Lists of jobs: parts of tests, as ``name:begin:end``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from regressions.paths import relative
from regressions.planner import Simulation
from regressions.selection import find_entry, make_segment
from regressions.services import Services
from tb.exchange.applicable import NotApplicable
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.reading import convert
from tb.schema import Where, read_toml

_PART = re.compile(r"([\w-]+):(\d+):(\d+)")


class _Content(Struct, forbid_unknown_fields=True):
    schema: Literal[1]
    seed: Annotated[int, Meta(ge=0)]
    jobs: Annotated[list[str], Meta(min_length=1)]


@dataclass(frozen=True, slots=True)
class Listed:
    """Numbers ``begin .. end-1`` under a name, such as scenarios of a test."""

    name: str
    begin: int
    end: int


def read(path: Path, seed: int | None = None) -> tuple[int, list[Listed]]:
    """Reads a list: the seed of all random streams (`seed` instead of the list's), and the parts in order.

    Raises:
        SchemaError: The list is malformed.
    """
    where = Where(relative(path))
    content = convert(read_toml(path), _Content, where)
    return content.seed if seed is None else seed, parse(content.jobs, where.key("jobs"))


def parse(texts: Sequence[str], where: Where) -> list[Listed]:
    """Parts of tests as they are written in data, at a place there.

    Raises:
        SchemaError: One is malformed.
    """
    parts = []
    for index, text in enumerate(texts):
        match = _PART.fullmatch(text)
        if match is None or int(match[2]) >= int(match[3]):
            raise where.item(index).error(f"'{text}' is no part; write name:begin:end")
        parts.append(Listed(match[1], int(match[2]), int(match[3])))
    return parts


def load(
    path: Path,
    entries: Mapping[str, TestEntry],
    services: Services,
    device: Descriptor,
    kind: str,
    seed: int | None = None,
) -> Simulation:
    """The simulation that a job list describes, on a device and build kind.

    `seed` takes the place of the list's.

    Raises:
        SchemaError: The list is malformed.
        UserError: A test does not exist.
    """
    number, parts = read(path, seed)
    return Simulation(0, find_segments(parts, entries, services, device, kind, number))


def find_segments(
    parts: Sequence[Listed],
    entries: Mapping[str, TestEntry],
    services: Services,
    device: Descriptor,
    kind: str,
    seed: int,
) -> tuple[Segment, ...]:
    """The parts of tests on a device and build kind.

    Raises:
        UserError: A test does not exist.
    """
    return tuple(
        make_segment(services, find_entry(entries, part.name), seed, part.begin, part.end, kind, device)
        for part in parts
    )


def without_meaning(
    segments: Sequence[Segment], services: Services, device: Descriptor
) -> tuple[tuple[Segment, ...], list[NotApplicable]]:
    """Splits segments into those that a device can run and, by test, those that have no meaning on it."""
    left_out = {
        segment.entry.name: NotApplicable(device.name, segment.entry.name, reason)
        for segment in segments
        if (reason := services.not_applicable(segment.entry, device))
    }
    kept = tuple(segment for segment in segments if segment.entry.name not in left_out)
    return kept, list(left_out.values())
