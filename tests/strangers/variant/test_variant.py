# SPDX-License-Identifier: Apache-2.0
"""Variants are written like all RTL of the project: no warning, whichever stranger it is."""

import pytest

from tb.descriptor import load
from tests.rtl.device_lint import lint
from tests.strangers.harness import Stranger


@pytest.mark.parametrize("name", ["sizes8", "fulltile", "padded", "early", "sparse8", "loose"])
def test_no_warnings(name: str) -> None:
    device = load(Stranger(name, ()).descriptor())
    assert lint(device, device.waivers, **device.parameters) == ""
