# SPDX-License-Identifier: Apache-2.0
"""Upsets in the control of an array with full fault tolerance, while the whole bench watches (A9.7, A9.8)."""

from pathlib import Path
from typing import Any

import pytest

from tests.rtl.injected_faults import FULL
from tests.rtl.test_fault_tolerant import Seen, device, seen_on

pytestmark = pytest.mark.sim

SEQUENCES = "tests/rtl/control_upsets.py"
UPSETS = ("ControlUpsets", "PerformanceUpsets")
ALL = list(range(8))
PORT = {
    "evt": ("evt_o[c] = {} |", "(stop ? 2'b00 : evt[0][c])"),
    "req": ("assign tcdm_req_o       = {}", "req[0] && !stop"),
    "wen": ("assign tcdm_wen_o       = {}", "FT == 2 ? wen[0] || !req[0] : wen[0]"),
}
"""Where ports are driven behind the copies."""
STOP = "assign stop_o  = differ || halt != '0;"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """All tests in one simulation."""
    descriptor = device("full_level", level=FULL, assertions=False)
    return seen_on(tmp_path_factory.mktemp("upsets"), descriptor, (*UPSETS, "Halted"), SEQUENCES)


def silent(job: dict[str, Any]) -> bool:
    """Tell whether a job went wrong without a word."""
    return bool(job["checkers"]) and not job["told"]


@pytest.mark.parametrize("name", UPSETS)
def test_an_upset_of_the_control_is_told_or_does_nothing(seen: Seen, name: str) -> None:
    told = [job for job in seen[name] if job["told"]]
    assert len(told) > len(seen[name]) / 4
    assert [job["told"] for job in told] == [ALL] * len(told), "once, to all cores"
    assert not [job for job in told if "rule 6" in job["checkers"]], "nothing stray is written"
    if name == "ControlUpsets":
        assert not [job for job in seen[name] if silent(job)]


def test_a_halt_stays_until_a_soft_clear(seen: Seen) -> None:
    """Rule 9 is about the event of the halt, which came before the job."""
    assert seen["Halted"] == [{"checkers": ["rule 9"], "repeats": 0, "uncorrected": 0, "told": []}]


def test_a_comparison_that_sees_nothing_is_noticed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The proof of the first test: the same upsets go wrong, and nothing tells."""
    blinded = STOP.replace("differ || ", "")
    descriptor = device("blind_copies", blinded, FULL, "redmule_lockstep.sv", STOP, assertions=False)
    blind = seen_on(tmp_path_factory.mktemp("blind"), descriptor, UPSETS[:1], SEQUENCES)
    assert [job for job in blind[UPSETS[0]] if silent(job)]


@pytest.mark.parametrize("name", sorted(PORT))
def test_what_leaves_is_what_is_compared(name: str, tmp_path: Path) -> None:
    """A fault behind the copies, where the port is driven: bits of some requests are inverted."""
    text, driver = PORT[name]
    line, broken = (text.format(it) for it in (driver, f"({driver}) ^ (add[0][6:5] == 2'b11 ? 1'b1 : 1'b0)"))
    descriptor = device(f"port_{name}", broken, FULL, "redmule_top.sv", line, assertions=False)
    (job,) = seen_on(tmp_path, descriptor, ("Undisturbed",), SEQUENCES)["Undisturbed"]
    assert job["told"] == ALL
    assert "rule 6" not in job["checkers"], "nothing stray is written"
