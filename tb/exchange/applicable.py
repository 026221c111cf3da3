# SPDX-License-Identifier: Apache-2.0
"""Parts of a plan that a device cannot do by its descriptor: they are counted and shown with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry


class CannotRun(Exception):
    """A job of a directed test that the device cannot run, whose result the test needs."""


class Applicable:
    """Base of all that a test entry can name: says on which devices it has no meaning."""

    @classmethod
    def not_applicable(cls, entry: TestEntry, device: Descriptor) -> str:
        """Return why the test has no meaning on a device, in words that end a sentence; empty if it has."""
        del entry, device
        return ""


class NotApplicable(Struct, frozen=True):
    """A test, some of its scenarios, or values of its knobs, that have no meaning on a device.

    Attributes:
        device: Name of the device.
        test: Name of the test.
        reason: Why, in words: `redmule has no lock`.
        scenarios: Scenarios that were drawn and not run.
        drawn: Scenarios of the test that were drawn in all.
        testpoints: Testpoints that the test serves.
        knob: Knob some of whose values are not drawn.
    """

    device: str
    test: str
    reason: str
    scenarios: int = 0
    drawn: int = 0
    testpoints: tuple[str, ...] = ()
    knob: str = ""

    @property
    def whole(self) -> bool:
        """True if nothing of the test runs."""
        return not self.scenarios and not self.knob


def in_words(parts: Iterable[NotApplicable], tests: int) -> list[str]:
    """Return a line for each reason: how much of a plan it leaves out.

    Args:
        parts: Parts that have no meaning.
        tests: Tests of the plan, these included.
    """
    lines: dict[tuple[str, bool, str], list[NotApplicable]] = {}
    for part in parts:
        lines.setdefault((part.reason, part.whole, part.knob), []).append(part)
    found = []
    for (reason, whole, knob), group in lines.items():
        names = ", ".join(dict.fromkeys(part.test for part in group))
        if knob:
            found.append(f"not applicable: values of knob {knob} of {names}: {reason}")
        elif not whole:
            count, of = (sum(getattr(part, name) for part in group) for name in ("scenarios", "drawn"))
            found.append(f"not applicable: {count} of {of} drawn scenarios of {names}: {reason}")
        else:
            found.append(f"not applicable: {len(group)} of {tests} tests: {names}: {reason}")
    return found


def less_checked(parts: Iterable[NotApplicable], ran: Iterable[tuple[str, Iterable[str]]]) -> list[str]:
    """Return a line for each device: testpoints at most half of whose tests ran, since others do not apply.

    Args:
        parts: Parts that have no meaning.
        ran: Device and testpoints of each test that ran.
    """
    without = Counter((part.device, point) for part in parts if part.whole for point in part.testpoints)
    done = Counter((device, point) for device, points in ran for point in points)
    lines: dict[str, list[str]] = {}
    for (device, point), lost in without.items():
        count = done[device, point]
        if count <= lost:
            lines.setdefault(device, []).append(f"{point} ({count} of {count + lost} tests)")
    return [f"less is checked on {device}: {', '.join(points)}" for device, points in lines.items()]
