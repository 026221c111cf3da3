# SPDX-License-Identifier: Apache-2.0
"""Planning of an order: its build kind, and the planner of each device."""

from collections.abc import Sequence

from msgspec.structs import replace

from regressions import testlist
from regressions.errors import unknown
from regressions.order import Order
from regressions.planner import Planner
from regressions.services import Services
from regressions.tiers import Tier
from tb.exchange.applicable import NotApplicable
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment


def build_kind(order: Order, services: Services) -> str:
    """The build kind asked for, or an empty text.

    Raises:
        UserError: There is no such kind.
    """
    kind = order.kind or ("waves" if order.waves else "")
    kinds = services.simulator("verilator").kinds
    if kind and kind not in kinds:
        raise unknown("build kind", kind, kinds, "KIND")
    return kind


def with_kind(segments: Sequence[Segment], kind: str) -> list[Segment]:
    """The segments on another build kind, where one is asked for."""
    return [replace(segment, kind=kind) for segment in segments] if kind else list(segments)


def applicable(
    tests: Sequence[TestEntry], services: Services, device: Descriptor
) -> tuple[list[TestEntry], list[NotApplicable]]:
    """The tests that have a meaning on a device; tests and values of knobs that have none, with reasons."""
    reasons = {entry.name: services.not_applicable(entry, device) for entry in tests}
    left = [
        NotApplicable(device.name, entry.name, reasons[entry.name], testpoints=entry.testpoints)
        for entry in tests
        if reasons[entry.name]
    ]
    suited = [entry for entry in tests if not reasons[entry.name]]
    left += [
        NotApplicable(device.name, entry.name, reason, knob=knob)
        for entry in suited
        for knob, reason in services.narrowed(entry, device)
    ]
    return suited, left


def planner_of(
    order: Order, tier: Tier, tests: Sequence[TestEntry], services: Services, device: Descriptor, seed: int
) -> Planner:
    """The planner of some tests on a device, each with its share among all tests of the tier."""
    suited = [entry for entry in order.entries.values() if testlist.suits(entry, device)]
    counted = [entry for entry in suited if tier.name in entry.tiers or entry in tests]
    total = sum(entry.weight or 0.0 for entry in counted)
    return Planner(tier, seed, tests, total, lambda entry, s: services.sizes(entry, s, device), device.name)
