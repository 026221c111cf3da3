# SPDX-License-Identifier: Apache-2.0
"""Portions: what a run is of all that its label stands for, so that none takes the place of the whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from regressions.order import Order


class RunPortion(Struct, frozen=True):
    """A portion of what a label stands for; the default is all of it."""

    words: str = ""  # for people, behind the label
    suffix: str = ""  # of the name under which its report is published


WHOLE = RunPortion()


def of_order(order: Order, chosen: int = 0, all_tests: int = 0) -> RunPortion:
    """The portion that an order asks for, by its variables; numbers of tests are those of `TESTS`."""
    device = Path(order.dut).stem
    parts: dict[str, str] = {}
    if order.dut:
        parts[device] = f"device {device} alone"
    if order.tests:
        parts["selected"] = f"{chosen} of {all_tests} tests selected ({order.tests})"
    if order.kind:
        parts[order.kind] = f"build {order.kind} alone"
    if order.soak_seconds is not None:
        parts["soak"] = f"new jobs for {order.soak_seconds:g} s"
    return RunPortion(", ".join(parts.values()), "".join(f"-{name}" for name in parts))


def joined(portions: Iterable[RunPortion], *, incomplete: bool) -> RunPortion:
    """The portion that runs of one label are together; `incomplete` where parts of them are missing."""
    found = list(dict.fromkeys(portions))
    if WHOLE in found:
        found = [WHOLE]
    words = ["; ".join(portion.words for portion in found)] if WHOLE not in found else []
    suffix = found[0].suffix if len(found) == 1 else "-merged"
    if incomplete:
        words, suffix = [*words, "incomplete"], f"{suffix}-incomplete"
    return RunPortion(", ".join(words), suffix)
