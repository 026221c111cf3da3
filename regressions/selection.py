# SPDX-License-Identifier: Apache-2.0
"""Parts of tests as ``make run TEST=`` names them: ``name``, ``name:scenario`` or ``name:begin:end``.

A name may be a pattern, such as ``reg_*``.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regressions.errors import UserError, unknown
from tb.exchange.plan import Segment

if TYPE_CHECKING:
    from regressions.services import Services
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry


MOST = 1_000_000
"""Scenarios that one selector may name: planning draws all of them."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Scenarios ``begin .. end-1`` of the tests of a name or pattern; whole tests where both are None."""

    name: str
    begin: int | None = None
    end: int | None = None


def parse_selectors(text: str) -> list[Selector]:
    """Reads a comma-separated list of selectors.

    Raises:
        UserError: There is none, or one is malformed.
    """
    if not text:
        raise UserError(
            "TEST: name a test, such as TEST=gemm_ops or TEST=gemm_ops:0:40; 'make list' shows all"
        )
    selectors: list[Selector] = []
    for part in (part.strip() for part in text.split(",")):
        name, *numbers = part.split(":")
        if not name or len(numbers) > 2 or not all(number.isdecimal() for number in numbers):
            raise UserError(f"TEST: cannot read '{part}'; write name, name:scenario or name:begin:end")
        if not numbers:
            selectors.append(Selector(name))
            continue
        begin = int(numbers[0])
        end = int(numbers[1]) if len(numbers) == 2 else begin + 1
        if end <= begin:
            raise UserError(f"TEST: '{part}' selects nothing; the end is the first scenario not to run")
        if end - begin > MOST:
            raise UserError(f"TEST: '{part}' asks for {end - begin} scenarios; at most {MOST} at a time")
        selectors.append(Selector(name, begin, end))
    return selectors


def find_entry(entries: Mapping[str, TestEntry], name: str) -> TestEntry:
    """The test of a name.

    Raises:
        UserError: There is none; names the nearest.
    """
    if name not in entries:
        raise unknown("test", name, entries, "TEST", "'make list' lists them")
    return entries[name]


def find_entries(entries: Mapping[str, TestEntry], pattern: str) -> list[TestEntry]:
    """The tests of a name or pattern, in the order of the lists.

    Raises:
        UserError: There is none; names the nearest.
    """
    names = fnmatch.filter(entries, pattern)
    return [entries[name] for name in names] or [find_entry(entries, pattern)]


def make_segment(
    services: Services, entry: TestEntry, seed: int, begin: int, end: int, kind: str, device: Descriptor
) -> Segment:
    """A segment of chosen scenarios."""
    sizes = services.sizes(entry, seed, device)
    jobs, cycles = map(sum, zip(*map(sizes, range(begin, end)), strict=True))
    return Segment(entry, seed, begin, end, jobs, cycles, kind, device.name)
