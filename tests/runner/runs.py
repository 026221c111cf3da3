# SPDX-License-Identifier: Apache-2.0
"""Runs that were not started, for tests of their reports."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from regressions.order import Order
from regressions.paths import BuildTree
from regressions.run import Run
from tb.exchange.device import Descriptor
from tests.runner.fake import FakeDevice


def started(
    label: str = "smoke",
    devices: Sequence[FakeDevice] = (FakeDevice(),),
    folder: Path = Path("build/runs/x"),
    tree: Path = Path("nowhere"),
    **found: Any,
) -> Run:
    """A run with seed 1 of commit ``abc``; no `bench.json` lies beside its reports."""
    given = cast("tuple[Descriptor, ...]", tuple(devices))
    values: dict[str, Any] = {"git": "abc", "tools": {"python": "3.11"}, **found}
    return Run(Order(tree=BuildTree(tree)), label, 1, given, folder, **values)
