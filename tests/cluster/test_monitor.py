# SPDX-License-Identifier: Apache-2.0
"""Each rule of the cluster's monitor fires when it is broken, and no other does; without a model."""

import subprocess
from pathlib import Path

import pytest

from tb.cluster.header import header
from tb.cluster.rules import PREFIX
from tests.bench.bench_library import compile_cpp
from tests.proofs import proving

HERE = Path(__file__).resolve().parent
MONITOR = HERE.parents[1] / "tb" / "cluster" / "dpi"
MONITOR_RULES = (
    *("answer", "request_kept", "grant", "wait", "bank", "read", "wide_read"),
    *("l2_answer", "l2_read", "tcdm", "l2"),
)
PERIPHERAL_RULES = {
    "bus_answer": ("", "missing"),
    "bus_request_kept": ("", "withdrawn", "exchanged"),
    "bus_grant": ("", "two", "early"),
    "bus_wait": ("", "idle"),
    "bus_route": (*("", "id", "master_id", "data", "enables", "nowhere", "both", "unasked", "made_up"),),
    "bus_read": ("", "nowhere"),
    "window_answer": ("",),
    "window_request_kept": ("", "changed"),
    "window_grant": ("", "unasked"),
    "event_read": ("", "bus", "enables"),
    "wake": ("", "other", "late", "missed", "barrier_early", "old_barrier", "barrier_late"),
    "clock": ("", "off"),
    "sleep": ("", "on"),
}
"""Rules of the peripheral bus and the event unit, each with the ways in which it is broken."""
PERIPHERAL_FAULTS = {
    f"{rule}_{way}".rstrip("_"): rule for rule, ways in PERIPHERAL_RULES.items() for way in ways
}
"""Case of `peripheral_faults.cpp`: the rule that it breaks."""


def build(name: str, *sources: str) -> Path:
    """A program of cases around parts of the monitor."""
    files = [HERE / f"{name}.cpp", *(MONITOR / f"{source}.cpp" for source in sources)]
    return compile_cpp(name, files, [MONITOR, header().parent])


@pytest.fixture(scope="module")
def faults() -> Path:
    """The monitor, with accesses that break its rules."""
    return build("monitor_faults", "monitor")


@pytest.fixture(scope="module")
def peripheral_faults() -> Path:
    """The rules of the peripherals, with cycles that break them."""
    return build("peripheral_faults", "peripherals", "event_model")


def fired(faults: Path, case: str) -> list[str]:
    done = subprocess.run([faults, case], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("rule", proving({rule: PREFIX + rule for rule in MONITOR_RULES}))
def test_a_broken_rule_fires_alone(faults: Path, rule: str) -> None:
    assert fired(faults, rule) == [rule]


@pytest.mark.parametrize("case", proving({case: PREFIX + rule for case, rule in PERIPHERAL_FAULTS.items()}))
def test_a_broken_rule_of_the_peripherals_fires_alone(peripheral_faults: Path, case: str) -> None:
    assert fired(peripheral_faults, case) == [PERIPHERAL_FAULTS[case]]


def test_every_case_is_run(peripheral_faults: Path) -> None:
    listed = subprocess.run([peripheral_faults], capture_output=True, text=True, check=True).stdout.split()
    assert set(listed) == {*PERIPHERAL_FAULTS, "none"}


def test_accesses_as_they_should_be_break_nothing(faults: Path, peripheral_faults: Path) -> None:
    assert fired(faults, "none") == []
    assert fired(peripheral_faults, "none") == []
