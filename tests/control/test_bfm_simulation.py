# SPDX-License-Identifier: Apache-2.0
"""Bus functional model, player and rules of the register port in a real simulation."""

from pathlib import Path

import pytest

from tests.control.simulation import run


@pytest.mark.sim
def test_bfm_and_rules(tmp_path: Path) -> None:
    tests, failures = run("tests.control.cocotb_bfm", tmp_path)
    assert tests >= 10
    assert failures == 0


@pytest.mark.sim
def test_player(tmp_path: Path) -> None:
    tests, failures = run("tests.control.cocotb_player", tmp_path)
    assert tests >= 4
    assert failures == 0
