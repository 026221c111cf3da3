# SPDX-License-Identifier: Apache-2.0
"""A device one cycle off its kept cycles fails; one that keeps them, or of which none are kept, passes."""

import pytest

from tests.bench.simulation import LoggedTest, PlannedTest, simulate

pytestmark = pytest.mark.sim

RATCHETS = "tests/baseline/ratchets.py"
KEPT, UNKNOWN = f"{RATCHETS}:AsSerial", "regressions/baseline/ratchet.py:Ratchet"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LoggedTest]:
    """All of them in one simulation of the faulty device, which here has no fault."""
    parts = [PlannedTest("kept", KEPT), PlannedTest("unknown", UNKNOWN)]
    parts += [PlannedTest(name, f"{RATCHETS}:{name}") for name in ("Slower", "Faster", "OtherInstance")]
    return simulate(tmp_path_factory.mktemp("ratchet"), parts)[0]


@pytest.mark.parametrize("name", ["kept", "unknown"])
def test_a_device_with_its_cycles_or_with_none_passes(name: str, outcomes: dict[str, LoggedTest]) -> None:
    assert outcomes[name].end["status"] == "passed", outcomes[name].end
    assert len(outcomes[name].jobs) > 30


def test_a_cycle_more_fails_and_says_where_it_went(outcomes: dict[str, LoggedTest]) -> None:
    end = outcomes["Slower"].end
    assert end["status"] == "timeout"
    assert "left_n[0] (GEMM FP16 1x5x1) takes" in end["detail"]
    assert " before: grew: " in end["detail"]


def test_a_cycle_less_fails_until_it_is_kept(outcomes: dict[str, LoggedTest]) -> None:
    end = outcomes["Faster"].end
    assert end["status"] == "mismatch"
    assert end["detail"].endswith("before; keep it with make baseline")


def test_another_instance_is_not_compared(outcomes: dict[str, LoggedTest]) -> None:
    end = outcomes["OtherInstance"].end
    assert end["status"] == "mismatch"
    assert "the baseline has faulty as 4x12x3 DW256, not 1x1x0 DW256: run make baseline" in end["detail"]
