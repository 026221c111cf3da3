# SPDX-License-Identifier: Apache-2.0
"""Runs that were not started, for tests of their reports."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from regressions.order import Order
from regressions.paths import BuildTree
from regressions.run import Run
from tb.exchange.device import Descriptor
from tests.runner.fake import fake_device


def started(
    label: str = "smoke",
    devices: Sequence[Descriptor] = (fake_device(),),
    folder: Path = Path("build/runs/x"),
    tree: Path = Path("nowhere"),
    **found: Any,
) -> Run:
    """A run with seed 1 of commit ``abc``; no `bench.json` lies beside its reports."""
    values: dict[str, Any] = {"git": "abc", "tools": {"python": "3.11"}, **found}
    return Run(Order(tree=BuildTree(tree)), label, 1, tuple(devices), folder, **values)
